package io.skald.logql.pipeline;

import com.google.re2j.Matcher;
import com.google.re2j.Pattern;
import io.skald.logql.pipeline.json.JsonPath;
import io.skald.logql.pipeline.json.JsonScanner;
import io.skald.logql.pipeline.json.JsonStrings;
import io.skald.logql.pipeline.logfmt.LogfmtScanner;
import io.skald.logql.pipeline.match.CapturePattern;
import io.skald.logql.pipeline.match.LineTest;
import io.skald.logql.pipeline.match.Utf8;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/** The stages that extract labels from a line. None of them drops a line. */
final class ParserSteps {
  static final String JSON_ERROR = "JSONParserErr";
  static final String LOGFMT_ERROR = "LogfmtParserErr";

  private ParserSteps() {}

  /** A step that does nothing but extract labels. */
  interface Parser extends Step {
    @Override
    default boolean onlyExtracts() {
      return true;
    }
  }

  /** {@code | json}. */
  record Json() implements Parser {
    @Override
    public boolean run(EntryState entry) {
      LabelState labels = entry.state();
      if (!labels.isComplete()) {
        String error =
            entry.jsonMembers().extract(entry.area(), entry.start(), entry.end(), labels);
        if (error != null) {
          labels.setParserError(JSON_ERROR, error);
        }
      }
      return true;
    }
  }

  /** One label of {@code | json name="path"}. */
  record PathTarget(String name, JsonPath path) {}

  /** {@code | json name="path", ...}. */
  record JsonPaths(List<PathTarget> targets) implements Parser {
    JsonPaths {
      targets = List.copyOf(targets);
    }

    @Override
    public boolean run(EntryState entry) {
      int start = entry.start();
      int end = entry.end();
      if (start == end) {
        return true;
      }
      LabelState labels = entry.state();
      byte first = entry.area()[start];
      if (first != '{' && first != '[' && first != '"') {
        labels.setParserError(JSON_ERROR, null);
        return true;
      }
      for (PathTarget target : targets) {
        extract(target, entry, labels);
      }
      return true;
    }

    private static void extract(PathTarget target, EntryState entry, LabelState labels) {
      JsonPath.Search search = entry.jsonSearch();
      switch (search.find(target.path, entry.area(), entry.start(), entry.end())) {
        case FOUND -> setFound(labels.nameOf(target.name), search.value(), entry, labels);
        case MALFORMED -> {
          labels.setParserError(JSON_ERROR, search.error());
          setMissing(target.name, labels);
        }
        case MISSING -> setMissing(target.name, labels);
      }
    }

    private static void setFound(
        LabelName name, JsonScanner value, EntryState entry, LabelState labels) {
      boolean isNull = value.kind() == JsonScanner.Kind.NULL;
      boolean escaped = value.kind() == JsonScanner.Kind.STRING && value.escaped();
      labels.extractOver(
          name,
          entry.area(),
          value.start(),
          isNull ? value.start() : value.end(),
          escaped ? ParsedLabels.Encoding.JSON_ESCAPES : ParsedLabels.Encoding.PLAIN);
    }

    private static void setMissing(String name, LabelState labels) {
      if (labels.getLabel(name) == null) {
        labels.set(name, "");
      }
    }
  }

  /** {@code | logfmt}. */
  record Logfmt(boolean strict, boolean keepEmpty) implements Parser {
    @Override
    public boolean run(EntryState entry) {
      LabelState labels = entry.state();
      LogfmtScanner scanner = entry.logfmt();
      scanner.reset(entry.area(), entry.start(), entry.end());
      while (!labels.isComplete()) {
        switch (scanner.next()) {
          case END -> {
            return true;
          }
          case ERROR -> {
            if (strict) {
              labels.setParserError(LOGFMT_ERROR, scanner.error());
              return true;
            }
            scanner.skipToken();
          }
          case PAIR -> {
            if (keepEmpty || scanner.valueStart() < scanner.valueEnd()) {
              LabelName name =
                  labels.nameOf(entry.area(), scanner.keyStart(), scanner.keyEnd());
              if (!name.plain().isEmpty()) {
                labels.extract(
                    name, entry.area(), scanner.valueStart(), scanner.valueEnd(), encoding(scanner));
              }
            }
          }
        }
      }
      return true;
    }
  }

  private static ParsedLabels.Encoding encoding(LogfmtScanner scanner) {
    return scanner.escaped()
        ? ParsedLabels.Encoding.LOGFMT_ESCAPES
        : ParsedLabels.Encoding.PLAIN;
  }

  /** One label of {@code | logfmt name="key"}. */
  record KeyTarget(String name, String key) {}

  /**
   * {@code | logfmt name="key", ...}: of a repeated key the last value counts. A key that has the
   * name of a target feeds it too, and keys that an earlier stage extracted are not seen.
   */
  record LogfmtKeys(boolean strict, List<KeyTarget> targets) implements Parser {
    LogfmtKeys {
      targets = List.copyOf(targets);
    }

    @Override
    public boolean run(EntryState entry) {
      LabelState labels = entry.state();
      int earlier = labels.setCount();
      for (KeyTarget target : targets) {
        if (!labels.hasOuter(target.name)) {
          labels.set(target.name, "");
        }
      }
      LogfmtScanner scanner = entry.logfmt();
      scanner.reset(entry.area(), entry.start(), entry.end());
      while (true) {
        switch (scanner.next()) {
          case END -> {
            return true;
          }
          case ERROR -> {
            if (strict) {
              labels.setParserError(LOGFMT_ERROR, scanner.error());
              return true;
            }
            scanner.skipToken();
          }
          case PAIR -> extract(scanner, entry, earlier);
        }
      }
    }

    private void extract(LogfmtScanner scanner, EntryState entry, int earlier) {
      if (scanner.valueStart() == scanner.valueEnd()) {
        return;
      }
      LabelState labels = entry.state();
      LabelName key = labels.nameOf(entry.area(), scanner.keyStart(), scanner.keyEnd());
      if (labels.wasSetBefore(key, earlier)) {
        return;
      }
      for (KeyTarget target : targets) {
        boolean own = target.name.equals(key.plain());
        if (own || target.key.equals(key.plain())) {
          labels.extractOver(
              labels.nameOf(target.name),
              entry.area(),
              scanner.valueStart(),
              scanner.valueEnd(),
              encoding(scanner));
        }
      }
    }
  }

  /** A group of a regular expression that names a label. */
  record NamedGroup(String name, int number) {}

  /**
   * {@code | regexp}.
   *
   * @param candidates passes every line in which the expression can be found
   * @param groups the named groups
   */
  record Regexp(Pattern pattern, LineTest candidates, List<NamedGroup> groups) implements Parser {
    Regexp {
      groups = List.copyOf(groups);
    }

    @Override
    public boolean run(EntryState entry) {
      LabelState labels = entry.state();
      if (labels.isComplete() || !candidates.test(entry.area(), entry.start(), entry.end())) {
        return true;
      }
      byte[] line = Utf8.validCopy(entry.area(), entry.start(), entry.end());
      if (Utf8.hasForeign(line, 0, line.length)) {
        extractText(pattern.matcher(new String(line, StandardCharsets.UTF_8)), labels);
      } else {
        extractBytes(pattern.matcher(line), line, labels);
      }
      return true;
    }

    private void extractBytes(Matcher matcher, byte[] line, LabelState labels) {
      if (matcher.find()) {
        for (NamedGroup group : groups) {
          int start = Math.max(0, matcher.start(group.number));
          int end = Math.max(0, matcher.end(group.number));
          labels.extract(
              labels.nameOf(group.name), line, start, end, ParsedLabels.Encoding.PLAIN);
        }
      }
    }

    /** On bytes above ASCII the engine gets {@code ^} and {@code \b} wrong. */
    private void extractText(Matcher matcher, LabelState labels) {
      if (matcher.find()) {
        for (NamedGroup group : groups) {
          String value = matcher.group(group.number);
          byte[] bytes = value == null ? new byte[0] : value.getBytes(StandardCharsets.UTF_8);
          labels.extract(
              labels.nameOf(group.name), bytes, 0, bytes.length, ParsedLabels.Encoding.PLAIN);
        }
      }
    }
  }

  /** {@code | pattern}. */
  record Captures(CapturePattern pattern) implements Parser {
    @Override
    public boolean run(EntryState entry) {
      LabelState labels = entry.state();
      if (labels.isComplete()) {
        return true;
      }
      List<String> names = pattern.names();
      int[] bounds = new int[2 * names.size()];
      if (pattern.match(entry.area(), entry.start(), entry.end(), bounds)) {
        for (int i = 0; i < names.size(); i++) {
          if (bounds[2 * i] >= 0) {
            labels.extract(
                labels.nameOf(names.get(i)),
                entry.area(),
                bounds[2 * i],
                bounds[2 * i + 1],
                ParsedLabels.Encoding.PLAIN);
          }
        }
      }
      return true;
    }
  }

  /** {@code | unpack}. */
  record Unpack() implements Step {
    private static final byte[] ENTRY_KEY = "_entry".getBytes(StandardCharsets.UTF_8);
    private static final String NO_OBJECT = "expecting json object(6), but it is not";

    @Override
    public boolean run(EntryState entry) {
      if (entry.start() == entry.end()) {
        return true;
      }
      LabelState labels = entry.state();
      byte[] area = entry.area();
      if (area[entry.start()] != '{') {
        setError(labels, NO_OBJECT);
        return true;
      }
      PackedEntry packed = new PackedEntry();
      String error =
          entry.jsonMembers().readStrings(area, entry.start(), entry.end(), packed::take);
      if (error != null) {
        setError(labels, error);
      } else if (packed.found) {
        extractMembers(entry, labels);
        packed.unpack(entry, area);
      }
      return true;
    }

    /** With no label needed, parsers are left out, and so are their errors. */
    private static void setError(LabelState labels, String details) {
      if (!labels.needs().wantsNothing()) {
        labels.setParserError(JSON_ERROR, details);
      }
    }

    private static void extractMembers(EntryState entry, LabelState labels) {
      byte[] area = entry.area();
      entry
          .jsonMembers()
          .readStrings(
              area,
              entry.start(),
              entry.end(),
              (keyArea, keyStart, keyEnd, value) -> {
                LabelName name = labels.nameOf(keyArea, keyStart, keyEnd);
                if (!name.plain().isEmpty() && !isEntryKey(keyArea, keyStart, keyEnd)) {
                  labels.extract(
                      name,
                      area,
                      value.start(),
                      value.end(),
                      value.escaped()
                          ? ParsedLabels.Encoding.JSON_ESCAPES
                          : ParsedLabels.Encoding.PLAIN);
                }
              });
    }

    private static boolean isEntryKey(byte[] area, int start, int end) {
      return Arrays.equals(area, start, end, ENTRY_KEY, 0, ENTRY_KEY.length);
    }

    /** Where the packed line lies. */
    private static final class PackedEntry {
      private boolean found;
      private boolean escaped;
      private int start;
      private int end;

      void take(byte[] keyArea, int keyStart, int keyEnd, JsonScanner value) {
        if (isEntryKey(keyArea, keyStart, keyEnd)) {
          found = true;
          escaped = value.escaped();
          start = value.start();
          end = value.end();
        }
      }

      void unpack(EntryState entry, byte[] area) {
        byte[] line = new byte[end - start];
        int size = line.length;
        if (escaped) {
          size = Math.max(0, JsonStrings.unescape(area, start, end, line, 0));
        } else {
          System.arraycopy(area, start, line, 0, size);
        }
        entry.setLine(line, size);
      }
    }
  }
}
