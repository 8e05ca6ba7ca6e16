package io.skald.distributor.validate;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.skald.common.block.EntryBatch;
import io.skald.common.block.MetadataTable;
import io.skald.common.ingest.StreamBatch;
import io.skald.common.model.Labels;
import io.skald.common.model.TenantId;
import io.skald.common.push.DecodedPush;
import io.skald.common.push.LabelSyntaxException;
import io.skald.common.push.PushDecodeException;
import io.skald.distributor.labels.LabelCache;
import io.skald.distributor.labels.LabelRules;
import io.skald.distributor.labels.StreamLabels;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Validates one push: a single pass over its columns. Confined to one thread. */
final class PushWalk {
  /** UTF-8 has this many bytes behind the first one of a character. */
  private static final int LONGEST_CHARACTER = 3;

  private final TenantId tenant;
  private final DecodedPush push;
  private final byte[] area;
  private final LabelCache labelCache;
  private final LabelRules labelRules;
  private final EntryRules rules;

  private final MetadataTable metadata = new MetadataTable();
  private final LevelSets levelSets = new LevelSets(metadata);
  private final MetadataReader metadataReader = new MetadataReader();
  private final List<StreamBatch> batches = new ArrayList<>();
  private final ErrorGroups errors = new ErrorGroups();
  private final Discards discards = new Discards();
  private long lines;
  private long bytes;

  PushWalk(
      TenantId tenant,
      DecodedPush push,
      LabelCache labelCache,
      LabelRules labelRules,
      EntryRules rules) {
    this.tenant = tenant;
    this.push = push;
    this.area = push.area();
    this.labelCache = labelCache;
    this.labelRules = labelRules;
    this.rules = rules;
  }

  ValidatedPush walk() {
    for (int stream = 0; stream < push.streamCount(); stream++) {
      if (push.firstEntry(stream) < push.firstEntry(stream + 1)) {
        stream(stream);
      }
    }
    return new ValidatedPush(batches, lines, bytes, errors, discards);
  }

  private void stream(int stream) {
    switch (labels(stream)) {
      case StreamLabels.Accepted accepted -> entries(stream, accepted);
      case StreamLabels.Refused refused -> {
        errors.add(refused.message());
        discardStream(stream, reason(refused.reason()));
      }
      case StreamLabels.Lacking(List<String> missing, String text) -> {
        errors.add(
            "missing required labels '"
                + String.join(",", missing)
                + "' for user '"
                + tenant
                + "' for stream '"
                + text
                + "' (policy: '')");
        discardStream(stream, DiscardReason.MISSING_ENFORCED_LABELS);
      }
    }
  }

  private StreamLabels labels(int stream) {
    try {
      return labelCache.read(labelRules, area, push.labelStart(stream), push.labelLength(stream));
    } catch (LabelSyntaxException e) {
      throw new PushDecodeException(400, "couldn't parse labels: " + e.getMessage());
    }
  }

  private static DiscardReason reason(StreamLabels.Reason reason) {
    return switch (reason) {
      case NO_LABELS -> DiscardReason.MISSING_LABELS;
      case TOO_MANY_NAMES -> DiscardReason.MAX_LABEL_NAMES_PER_SERIES;
      case NAME_TOO_LONG -> DiscardReason.LABEL_NAME_TOO_LONG;
      case VALUE_TOO_LONG -> DiscardReason.LABEL_VALUE_TOO_LONG;
      case DUPLICATE_NAME -> DiscardReason.DUPLICATE_LABEL_NAMES;
    };
  }

  private void discardStream(int stream, DiscardReason reason) {
    for (int entry = push.firstEntry(stream); entry < push.firstEntry(stream + 1); entry++) {
      discards.add(reason, 1, push.lineLength(entry) + metadataBytes(entry));
      noteLine(
          new String(area, push.labelStart(stream), push.labelLength(stream), UTF_8),
          reason,
          push.timestamp(entry));
    }
  }

  /** Senders that tell of their files are told where lines were lost. */
  private void noteLine(String stream, DiscardReason reason, long timestamp) {
    if (push.note() != null) {
      discards.addLine(stream, reason, timestamp);
    }
  }

  private void entries(int stream, StreamLabels.Accepted labels) {
    EntryBatch.Builder batch = new EntryBatch.Builder(area, metadata);
    int levelOfLabels =
        rules.detectLevels() && !labels.level().isEmpty() ? levelSets.id(labels.level()) : -1;
    long previousSent = Long.MIN_VALUE;
    long previousKept = Long.MIN_VALUE;
    int previous = -1;
    for (int entry = push.firstEntry(stream); entry < push.firstEntry(stream + 1); entry++) {
      long timestamp = push.timestamp(entry);
      int length = push.lineLength(entry);
      if (length > rules.maxLineSize() && rules.truncate()) {
        length = truncate(entry);
      }
      long metadataBytes = metadataBytes(entry);
      if (!isAllowed(labels, entry, timestamp, length, metadataBytes)) {
        continue;
      }
      if (rules.incrementDuplicates()) {
        long sent = timestamp;
        if (previous >= 0 && (sent == previousSent || sent == previousKept)) {
          timestamp = sameLine(previous, entry) ? previousKept : previousKept + 1;
        }
        previousSent = sent;
        previousKept = timestamp;
        previous = entry;
      }
      int start = push.lineStart(entry);
      batch.add(timestamp, start, length, metadataId(labels, levelOfLabels, entry, start, length));
      lines++;
      bytes += length + metadataBytes;
    }
    if (batch.size() > 0) {
      batches.add(new StreamBatch(labels.labels(), labels.fingerprint(), batch.build()));
    }
  }

  /** Cuts between characters, if the line has any, and returns the new length. */
  private int truncate(int entry) {
    byte[] identifier = rules.truncateIdentifier();
    int kept = rules.maxLineSize() - identifier.length;
    int least = Math.max(0, kept - LONGEST_CHARACTER);
    int cut = kept;
    while (cut > least && isInsideCharacter(push.lineStart(entry) + cut)) {
      cut--;
    }
    if (isInsideCharacter(push.lineStart(entry) + cut)) {
      cut = kept; // not UTF-8
    }
    push.cutLine(entry, cut + identifier.length, identifier);
    return cut + identifier.length;
  }

  private boolean isInsideCharacter(int at) {
    return (area[at] & 0xC0) == 0x80;
  }

  private boolean sameLine(int entry, int other) {
    int start = push.lineStart(entry);
    int otherStart = push.lineStart(other);
    return Arrays.equals(
        area,
        start,
        start + push.lineLength(entry),
        area,
        otherStart,
        otherStart + push.lineLength(other));
  }

  private long metadataBytes(int entry) {
    long sum = 0;
    for (int pair = push.firstPair(entry); pair < push.firstPair(entry + 1); pair++) {
      sum += push.nameLength(pair) + push.valueLength(pair);
    }
    return sum;
  }

  private boolean isAllowed(
      StreamLabels.Accepted labels, int entry, long timestamp, int length, long metadataBytes) {
    int pairs = push.firstPair(entry + 1) - push.firstPair(entry);
    DiscardReason reason;
    if (timestamp < rules.oldestNanos()) {
      reason = DiscardReason.GREATER_THAN_MAX_SAMPLE_AGE;
    } else if (timestamp > rules.newestNanos()) {
      reason = DiscardReason.TOO_FAR_IN_FUTURE;
    } else if (length > rules.maxLineSize()) {
      reason = DiscardReason.LINE_TOO_LONG;
    } else if (pairs > 0 && !rules.metadataAllowed()) {
      reason = DiscardReason.DISALLOWED_STRUCTURED_METADATA;
    } else if (metadataBytes > rules.maxMetadataBytes()) {
      reason = DiscardReason.STRUCTURED_METADATA_TOO_LARGE;
    } else if (pairs > rules.maxMetadataPairs()) {
      reason = DiscardReason.STRUCTURED_METADATA_TOO_MANY;
    } else {
      return true;
    }
    discards.add(reason, 1, push.lineLength(entry) + metadataBytes);
    noteLine(labels.text(), reason, timestamp);
    if (errors.isFull()) {
      errors.addUntold();
    } else {
      errors.add(message(reason, labels.text(), timestamp, length, metadataBytes, pairs));
    }
    return false;
  }

  private String message(
      DiscardReason reason,
      String stream,
      long timestamp,
      int length,
      long metadataBytes,
      int pairs) {
    return switch (reason) {
      case GREATER_THAN_MAX_SAMPLE_AGE ->
          "entry for stream '"
              + stream
              + "' has timestamp too old: "
              + Times.seconds(timestamp)
              + ", oldest acceptable timestamp is: "
              + Times.seconds(rules.oldestNanos());
      case TOO_FAR_IN_FUTURE ->
          "entry for stream '" + stream + "' has timestamp too new: " + Times.seconds(timestamp);
      case LINE_TOO_LONG ->
          "max entry size '"
              + rules.maxLineSize()
              + "' bytes exceeded for stream '"
              + stream
              + "' while adding an entry with length '"
              + length
              + "' bytes";
      case DISALLOWED_STRUCTURED_METADATA ->
          "stream '"
              + stream
              + "' includes structured metadata, but this feature is disallowed. Please see"
              + " `limits_config.allow_structured_metadata` or contact your Loki administrator to"
              + " enable it";
      case STRUCTURED_METADATA_TOO_LARGE ->
          "stream '"
              + stream
              + "' has structured metadata too large: '"
              + metadataBytes
              + "' bytes, limit: '"
              + rules.maxMetadataBytes()
              + "' bytes. Please see `limits_config.max_structured_metadata_size` or contact your"
              + " Loki administrator to increase it";
      case STRUCTURED_METADATA_TOO_MANY ->
          "stream '"
              + stream
              + "' has too many structured metadata labels: '"
              + pairs
              + "', limit: '"
              + rules.maxMetadataPairs()
              + "'. Please see `limits_config.max_structured_metadata_entries_count` or contact"
              + " your Loki administrator to increase it";
      default -> throw new IllegalStateException("not a reason of entries: " + reason);
    };
  }

  /**
   * @param levelOfLabels the set that holds only the level of the stream's labels, or -1
   */
  private int metadataId(
      StreamLabels.Accepted labels, int levelOfLabels, int entry, int start, int length) {
    if (push.firstPair(entry) == push.firstPair(entry + 1)) {
      if (!rules.detectLevels()) {
        return 0;
      }
      return levelOfLabels >= 0
          ? levelOfLabels
          : levelSets.id(labelRules.levels().detect(area, start, length));
    }
    Labels set = metadataReader.read(push, entry);
    if (!rules.detectLevels()) {
      return metadata.intern(set);
    }
    String level = levelSets.level(set, labels.level(), labelRules.levels());
    if (level.isEmpty()) {
      level = labelRules.levels().detect(area, start, length);
    }
    return metadata.intern(set.toBuilder().set(LevelSets.DETECTED_LEVEL, level).build());
  }
}
