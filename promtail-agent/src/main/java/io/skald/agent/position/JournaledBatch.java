package io.skald.agent.position;

import java.util.List;

/**
 * One batch as it goes over the wire, together with the positions that its delivery confirms. It is
 * kept whole, so that a resend has the same bytes whatever became of the files or the configuration
 * in the meantime.
 *
 * @param id grows by one from batch to batch, for the life of the journal
 * @param tenant the tenant it is sent for, "" for none
 * @param lastTimestampNanos the highest timestamp given out when the batch was closed
 * @param lineBytes the bytes of its lines alone
 * @param positions in the order they were reached
 * @param body snappy-compressed push request; not to be changed
 */
@SuppressWarnings("ArrayRecordComponent") // a megabyte that is written once; identity is enough
public record JournaledBatch(
    long id,
    String tenant,
    long lastTimestampNanos,
    int entries,
    long lineBytes,
    List<FilePosition> positions,
    byte[] body) {}
