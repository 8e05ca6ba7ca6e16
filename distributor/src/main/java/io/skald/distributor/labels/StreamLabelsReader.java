package io.skald.distributor.labels;

import io.skald.common.model.Fingerprint;
import io.skald.common.model.Labels;
import io.skald.common.model.Quoting;
import io.skald.common.push.LabelSyntaxException;
import io.skald.common.push.LabelTextParser;
import io.skald.common.push.LabelTextParser.Pair;
import io.skald.distributor.labels.StreamLabels.Accepted;
import io.skald.distributor.labels.StreamLabels.Lacking;
import io.skald.distributor.labels.StreamLabels.Reason;
import io.skald.distributor.labels.StreamLabels.Refused;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Makes stream labels of label text under the rules of a tenant. */
final class StreamLabelsReader {
  private static final String SERVICE_NAME = "service_name";
  private static final String UNKNOWN_SERVICE = "unknown_service";

  /** A refused label set is quoted in the answer up to about this many characters. */
  private static final int MAX_QUOTED = 64 << 10;

  private StreamLabelsReader() {}

  /**
   * @throws LabelSyntaxException if the text cannot be parsed
   */
  static StreamLabels read(LabelRules rules, byte[] text, int start, int length) {
    // No text at all is what a stream without labels sends.
    List<Pair> parsed =
        length == 0 ? List.of() : LabelTextParser.parse(text, start, start + length);
    List<Pair> pairs = new ArrayList<>(parsed.size() + 1);
    for (Pair pair : parsed) {
      if (!pair.value().isEmpty()) {
        pairs.add(pair);
      }
    }
    addServiceName(rules, pairs);
    pairs.sort(Comparator.comparing(Pair::name));
    if (pairs.isEmpty()) {
      return new Refused(Reason.NO_LABELS, "error at least one label pair is required per stream");
    }
    return check(rules, pairs);
  }

  private static void addServiceName(LabelRules rules, List<Pair> pairs) {
    if (rules.discoverServiceName().isEmpty() || !valueOf(pairs, SERVICE_NAME).isEmpty()) {
      return;
    }
    for (String source : rules.discoverServiceName()) {
      String value = valueOf(pairs, source);
      if (!value.isEmpty()) {
        pairs.add(new Pair(SERVICE_NAME, value));
        return;
      }
    }
    pairs.add(new Pair(SERVICE_NAME, UNKNOWN_SERVICE));
  }

  private static String valueOf(List<Pair> pairs, String name) {
    for (Pair pair : pairs) {
      if (pair.name().equals(name)) {
        return pair.value();
      }
    }
    return "";
  }

  private static StreamLabels check(LabelRules rules, List<Pair> pairs) {
    int counted = 0;
    for (Pair pair : pairs) {
      counted += pair.name().equals(SERVICE_NAME) ? 0 : 1;
    }
    if (counted > rules.maxNames()) {
      return new Refused(
          Reason.TOO_MANY_NAMES,
          "entry for stream '"
              + print(pairs)
              + "' has "
              + counted
              + " label names; limit "
              + rules.maxNames());
    }
    String last = "";
    for (Pair pair : pairs) {
      String name = pair.name();
      if (name.length() > rules.maxNameLength()) {
        return refused(Reason.NAME_TOO_LONG, pairs, "label name too long", name);
      }
      if (pair.value().getBytes(StandardCharsets.UTF_8).length > rules.maxValueLength()) {
        return refused(Reason.VALUE_TOO_LONG, pairs, "label value too long", pair.value());
      }
      if (name.equals(last)) {
        return refused(Reason.DUPLICATE_NAME, pairs, "duplicate label name", name);
      }
      last = name;
    }
    return accepted(rules, pairs);
  }

  private static Refused refused(Reason reason, List<Pair> pairs, String what, String culprit) {
    return new Refused(reason, "stream '" + print(pairs) + "' has " + what + ": '" + culprit + "'");
  }

  private static StreamLabels accepted(LabelRules rules, List<Pair> pairs) {
    Labels.Builder builder = Labels.builder();
    for (Pair pair : pairs) {
      builder.set(pair.name(), pair.value());
    }
    Labels labels = builder.build();
    List<String> missing =
        rules.enforced().stream().filter(name -> labels.get(name) == null).toList();
    if (!missing.isEmpty()) {
      return new Lacking(missing, labels.toString());
    }
    return new Accepted(
        labels,
        Fingerprint.of(labels),
        labels.toString(),
        rules.levels().inLabels(labels).orElse(""));
  }

  private static String print(List<Pair> pairs) {
    StringBuilder out = new StringBuilder("{");
    for (Pair pair : pairs) {
      if (out.length() > 1) {
        out.append(", ");
      }
      if (out.length() > MAX_QUOTED) {
        out.append("...");
        break;
      }
      out.append(pair.name()).append('=');
      Quoting.appendQuoted(out, pair.value());
    }
    return out.append('}').toString();
  }
}
