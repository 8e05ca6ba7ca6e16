package io.skald.distributor;

import io.skald.common.block.EntryBatch;
import io.skald.common.block.MetadataTable;
import io.skald.common.ingest.EntryRejection;
import io.skald.common.ingest.StreamBatch;
import io.skald.common.model.Fingerprint;
import io.skald.common.model.Labels;
import io.skald.common.push.BatchKey;
import io.skald.common.push.DeliveryNote;
import io.skald.distributor.validate.Discards;
import java.io.ByteArrayOutputStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/**
 * Makes entries of what an agent tells beside a push, and of what was refused of it. They go the
 * way of all entries, so they are as durable, as many and as old as the tenant's lines.
 */
final class NoteStreams {
  private static final JsonFactory JSON = new JsonFactory();
  private static final int MAX_MESSAGE = 300;
  private static final long NANOS_PER_SECOND = 1_000_000_000L;

  private NoteStreams() {}

  /** Returns the streams of a note, those without a line left out. */
  static List<StreamBatch> of(BatchKey key, DeliveryNote note, Discards refused) {
    List<byte[]> losses = new ArrayList<>(note.losses());
    refused.forEachStream((stream, reason, lines, first, last) ->
        losses.add(loss(stream, reason.text(), lines, first, last)));
    List<StreamBatch> streams = new ArrayList<>();
    add(streams, DeliveryNote.rangesOf(key.sender()), note.nanos(), note.ranges());
    add(streams, DeliveryNote.lossesOf(key.sender()), note.nanos(), losses);
    return streams;
  }

  /** Returns the stream of what ingesters refused; none if they refused nothing. */
  static List<StreamBatch> of(BatchKey key, DeliveryNote note, List<EntryRejection> refused) {
    List<byte[]> losses = new ArrayList<>();
    for (EntryRejection rejection : refused) {
      if (rejection.cause() != EntryRejection.Cause.COUNTED && rejection.status() == 400) {
        losses.add(loss(rejection, note.nanos()));
      }
    }
    List<StreamBatch> streams = new ArrayList<>();
    add(streams, DeliveryNote.lossesOf(key.sender()), note.nanos(), losses);
    return streams;
  }

  private static void add(
      List<StreamBatch> streams, Labels labels, long nanos, List<byte[]> lines) {
    if (lines.isEmpty()) {
      return;
    }
    ByteArrayOutputStream area = new ByteArrayOutputStream();
    lines.forEach(area::writeBytes);
    EntryBatch.Builder entries = new EntryBatch.Builder(area.toByteArray(), new MetadataTable());
    int start = 0;
    for (byte[] line : lines) {
      entries.add(nanos, start, line.length, 0);
      start += line.length;
    }
    streams.add(new StreamBatch(labels, Fingerprint.of(labels), entries.build()));
  }

  private static byte[] loss(String stream, String reason, long lines, long first, long last) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (JsonGenerator json = JSON.createGenerator(ObjectWriteContext.empty(), out)) {
      begin(json, reason, lines);
      json.writeStringProperty("stream", stream);
      end(json, first, last);
    }
    return out.toByteArray();
  }

  private static byte[] loss(EntryRejection refused, long nanos) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (JsonGenerator json = JSON.createGenerator(ObjectWriteContext.empty(), out)) {
      begin(json, refused.cause().name().toLowerCase(Locale.ROOT), refused.lines());
      String message = refused.message();
      json.writeStringProperty(
          "message", message.substring(0, Math.min(message.length(), MAX_MESSAGE)));
      end(json, nanos, nanos);
    }
    return out.toByteArray();
  }

  private static void begin(JsonGenerator json, String reason, long lines) {
    json.writeStartObject();
    json.writeStringProperty("hop", "server");
    json.writeStringProperty("reason", reason);
    json.writeNumberProperty("lines", lines);
  }

  private static void end(JsonGenerator json, long first, long last) {
    json.writeStringProperty("first", time(first));
    json.writeStringProperty("last", time(last));
    json.writeEndObject();
  }

  private static String time(long nanos) {
    return Instant.ofEpochSecond(
            Math.floorDiv(nanos, NANOS_PER_SECOND), Math.floorMod(nanos, NANOS_PER_SECOND))
        .toString();
  }
}
