package io.skald.common.ingest;

/** The read side of an ingester in another process. */
public interface IngesterReads extends RecentData, LiveEntries {}
