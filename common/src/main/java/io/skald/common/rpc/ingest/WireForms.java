package io.skald.common.rpc.ingest;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.skald.common.block.MetadataTable;
import io.skald.common.ingest.RecentData.FlushedStream;
import io.skald.common.model.Fingerprint;
import io.skald.common.model.LabelMatcher;
import io.skald.common.model.Labels;
import io.skald.common.pattern.PatternSamples;
import io.skald.common.rpc.wire.LabelSet;
import io.skald.common.rpc.wire.Matcher;
import io.skald.common.rpc.wire.MetadataSets;
import io.skald.common.rpc.wire.Samples;
import io.skald.common.rpc.wire.StreamId;
import java.util.List;

/**
 * The forms that values have in messages. Reading throws IllegalArgumentException if one is bad.
 */
final class WireForms {
  private WireForms() {}

  static LabelSet of(Labels labels) {
    LabelSet.Builder out = LabelSet.newBuilder();
    for (int i = 0; i < labels.size(); i++) {
      out.addPairs(labels.name(i)).addPairs(labels.value(i));
    }
    return out.build();
  }

  static Labels read(LabelSet labels) {
    if (labels.getPairsCount() % 2 != 0) {
      throw new IllegalArgumentException("a label has no value");
    }
    return Labels.ofDistinct(labels.getPairsList().toArray(String[]::new));
  }

  static StreamId of(Fingerprint fingerprint, Labels labels) {
    return StreamId.newBuilder()
        .setFingerprintHigh(fingerprint.high())
        .setFingerprintLow(fingerprint.low())
        .setLabels(of(labels))
        .build();
  }

  static Fingerprint fingerprint(StreamId stream) {
    return new Fingerprint(stream.getFingerprintHigh(), stream.getFingerprintLow());
  }

  static MetadataSets of(MetadataTable table) {
    MetadataSets.Builder out = MetadataSets.newBuilder();
    for (int id = 1; id < table.size(); id++) {
      out.addSets(of(table.get(id)));
    }
    return out.build();
  }

  static MetadataTable read(MetadataSets sets) {
    MetadataTable table = new MetadataTable();
    for (LabelSet set : sets.getSetsList()) {
      int expected = table.size();
      if (table.intern(read(set)) != expected) {
        throw new IllegalArgumentException("a set of metadata stands twice");
      }
    }
    return table;
  }

  static List<Matcher> matchers(List<LabelMatcher> matchers) {
    return matchers.stream()
        .map(matcher ->
            Matcher.newBuilder()
                .setName(matcher.name())
                .setOperator(
                    switch (matcher.operator()) {
                      case EQUAL -> Matcher.Operator.EQUAL;
                      case NOT_EQUAL -> Matcher.Operator.NOT_EQUAL;
                      case REGEX -> Matcher.Operator.REGEX;
                      case NOT_REGEX -> Matcher.Operator.NOT_REGEX;
                    })
                .setValue(matcher.value())
                .build())
        .toList();
  }

  static List<LabelMatcher> readMatchers(List<Matcher> matchers) {
    return matchers.stream()
        .map(matcher ->
            new LabelMatcher(
                matcher.getName(),
                switch (matcher.getOperator()) {
                  case EQUAL -> LabelMatcher.Operator.EQUAL;
                  case NOT_EQUAL -> LabelMatcher.Operator.NOT_EQUAL;
                  case REGEX -> LabelMatcher.Operator.REGEX;
                  case NOT_REGEX -> LabelMatcher.Operator.NOT_REGEX;
                  case UNRECOGNIZED ->
                      throw new IllegalArgumentException(
                          "matcher of label " + matcher.getName() + " has an unknown operator");
                },
                matcher.getValue()))
        .toList();
  }

  static Samples of(PatternSamples samples) {
    Samples.Builder out =
        Samples.newBuilder().setPattern(samples.pattern()).setLevel(samples.level());
    for (int i = 0; i < samples.seconds().length; i++) {
      out.addSeconds(samples.seconds()[i]).addCounts(samples.counts()[i]);
    }
    return out.build();
  }

  static PatternSamples read(Samples samples) {
    return new PatternSamples(
        samples.getPattern(),
        samples.getLevel(),
        samples.getSecondsList().stream().mapToLong(Long::longValue).toArray(),
        samples.getCountsList().stream().mapToLong(Long::longValue).toArray());
  }

  static List<ByteString> chunks(FlushedStream stream) {
    return stream.chunks().stream().map(UnsafeByteOperations::unsafeWrap).toList();
  }

  static FlushedStream flushed(StreamId stream, List<ByteString> chunks) {
    return new FlushedStream(
        fingerprint(stream),
        read(stream.getLabels()),
        chunks.stream().map(ByteString::toByteArray).toList());
  }
}
