package io.skald.tests.oracle;

import com.google.re2j.Matcher;
import com.google.re2j.Pattern;
import io.skald.common.model.LabelMatcher;
import io.skald.logql.syntax.Stage;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** Runs the stages of a query over one entry, in the order that the reference gives them. */
final class PlainPipeline {
  private static final String ANSI = "\u001b\\[[0-9;]*m";

  private final List<Stage> stages;
  private final Map<String, Pattern> patterns = new HashMap<>();

  PlainPipeline(List<Stage> stages) {
    this.stages = lineFiltersFirst(stages);
  }

  /**
   * Within each run of stages the line filters come first; a run ends at a label filter, {@code
   * line_format} or {@code unpack} (reference, 3.2).
   */
  private static List<Stage> lineFiltersFirst(List<Stage> stages) {
    List<Stage> ordered = new ArrayList<>();
    List<Stage> rest = new ArrayList<>();
    for (Stage stage : stages) {
      if (stage instanceof Stage.LineFilter) {
        ordered.add(stage);
      } else {
        rest.add(stage);
        if (stage instanceof Stage.Filter
            || stage instanceof Stage.LineFormat
            || stage instanceof Stage.Unpack) {
          ordered.addAll(rest);
          rest.clear();
        }
      }
    }
    ordered.addAll(rest);
    return ordered;
  }

  /** Returns the entry after all stages; empty if one dropped it. */
  Optional<LineState> run(PlainEntry entry) {
    LineState state = new LineState(entry);
    return run(state) ? Optional.of(state) : Optional.empty();
  }

  /** Returns whether the entry passes all stages; {@code state} is as the last one left it. */
  boolean run(LineState state) {
    for (Stage stage : stages) {
      if (!apply(stage, state)) {
        return false;
      }
    }
    return true;
  }

  private boolean apply(Stage stage, LineState state) {
    switch (stage) {
      case Stage.LineFilter filter -> {
        return passes(filter, state.line);
      }
      case Stage.Filter(var filter) -> {
        return PlainFilters.passes(filter, state);
      }
      case Stage.Json(List<Stage.Extraction> extractions) -> {
        if (extractions.isEmpty()) {
          json(state);
        } else {
          jsonPaths(state, extractions);
        }
      }
      case Stage.Logfmt logfmt -> {
        if (logfmt.extractions().isEmpty()) {
          logfmt(state, logfmt);
        } else {
          logfmtKeys(state, logfmt);
        }
      }
      case Stage.Regexp(String expression) -> regexp(state, expression);
      case Stage.Pattern(String expression) -> pattern(state, expression);
      case Stage.Unpack _ -> unpack(state);
      case Stage.LineFormat(String template) ->
          state.line = PlainTemplate.run(template, state.labels(), state.line);
      case Stage.LabelFormat(List<Stage.LabelAssignment> assignments) ->
          labelFormat(state, assignments);
      case Stage.Decolorize _ -> state.line = state.line.replaceAll(ANSI, "");
      case Stage.Drop(List<Stage.LabelPick> picks) -> drop(state, picks);
      case Stage.Keep(List<Stage.LabelPick> picks) -> keep(state, picks);
    }
    return true;
  }

  // ---- line filters (3.3)

  private boolean passes(Stage.LineFilter filter, String line) {
    boolean any = false;
    for (Stage.LineArgument argument : filter.alternatives()) {
      any |= holds(filter.operator(), argument, line);
    }
    return any != filter.operator().isNegative();
  }

  private boolean holds(Stage.LineOperator operator, Stage.LineArgument argument, String line) {
    if (argument.ip()) {
      return PlainFilters.holdsAddress(line, argument.text());
    }
    return switch (operator) {
      case CONTAINS, NOT_CONTAINS -> line.contains(argument.text());
      case MATCHES, NOT_MATCHES -> compiled(argument.text()).matcher(line).find();
      case PATTERN, NOT_PATTERN -> followsPattern(argument.text(), line);
    };
  }

  private Pattern compiled(String expression) {
    return patterns.computeIfAbsent(expression, Pattern::compile);
  }

  /** Literals by first occurrence, gaps of at least a byte, the end anchored to what it is. */
  static boolean followsPattern(String pattern, String line) {
    if (pattern.isEmpty()) {
      return line.isEmpty();
    }
    String[] literals = pattern.split("<_>", -1);
    int at = 0;
    for (int i = 0; i < literals.length; i++) {
      String literal = literals[i];
      if (literal.isEmpty()) {
        continue;
      }
      // The first occurrence counts: a gap that it leaves empty is not widened.
      int found = line.indexOf(literal, at);
      if (found < 0 || (i > 0 && found == at)) {
        return false;
      }
      at = found + literal.length();
    }
    boolean endsInGap = literals[literals.length - 1].isEmpty();
    return endsInGap ? at < line.length() : at == line.length();
  }

  // ---- parsers (3.4)

  static String sanitize(String key) {
    String trimmed = key.strip();
    if (trimmed.isEmpty()) {
      return "";
    }
    String name = trimmed.replaceAll("[^A-Za-z0-9_]", "_");
    return Character.isDigit(name.charAt(0)) ? "_" + name : name;
  }

  private static void json(LineState state) {
    try {
      new PlainJson(state.line).readObject((path, value) -> extract(state, path, value));
    } catch (PlainJson.MalformedException e) {
      state.fail("JSONParserErr");
      state.failedLate = state.line.strip().startsWith("{");
    }
  }

  /** Blank parts of the path are skipped; null gives no label. */
  private static void extract(LineState state, List<String> path, Object value) {
    if (value == PlainJson.NULL) {
      return;
    }
    String name = "";
    for (String key : path) {
      if (!key.isBlank()) {
        name =
            name.isEmpty()
                ? sanitize(key)
                : name + "_" + key.strip().replaceAll("[^A-Za-z0-9_]", "_");
      }
    }
    state.extract(name, PlainJson.scalarText(value));
  }

  private static void jsonPaths(LineState state, List<Stage.Extraction> extractions) {
    if (state.line.isEmpty()) {
      return;
    }
    if ("{[\"".indexOf(state.line.charAt(0)) < 0) {
      state.fail("JSONParserErr");
      return;
    }
    Map<String, Object> members;
    try {
      members = new PlainJson(state.line).readObject();
    } catch (PlainJson.MalformedException e) {
      throw new UndecidedException("how far a path is searched in a malformed document");
    }
    for (Stage.Extraction extraction : extractions) {
      Object value = members;
      for (String field : extraction.path().split("\\.")) {
        value = value instanceof Map<?, ?> map ? map.get(field) : null;
      }
      if (value instanceof Map || value instanceof List) {
        throw new UndecidedException("raw text of a structure");
      }
      if (value == null) {
        if (state.get(extraction.name()) == null) {
          state.overwrite(extraction.name(), "");
        }
      } else {
        state.overwrite(
            state.extractedName(extraction.name()),
            value == PlainJson.NULL ? "" : PlainJson.scalarText(value));
      }
    }
  }

  private static void logfmt(LineState state, Stage.Logfmt stage) {
    PlainLogfmt.Pairs read = PlainLogfmt.read(state.line, stage.strict());
    for (PlainLogfmt.Pair pair : read.pairs()) {
      String name = sanitize(pair.key());
      if (!name.isEmpty() && (stage.keepEmpty() || !pair.value().isEmpty())) {
        state.extract(name, pair.value());
      }
    }
    if (stage.strict() && read.malformed()) {
      state.fail("LogfmtParserErr");
      state.failedLate = true;
    }
  }

  private static void logfmtKeys(LineState state, Stage.Logfmt stage) {
    Set<String> before = state.everParsed();
    Map<String, String> targets = new TreeMap<>();
    for (Stage.Extraction extraction : stage.extractions()) {
      targets.put(extraction.path(), extraction.name());
      if (before.contains(extraction.name() + "_extracted")) {
        throw new UndecidedException("which of two parsers wins (register, 7)");
      }
      if (!state.extractedName(extraction.name()).endsWith("_extracted")) {
        state.overwrite(extraction.name(), "");
      }
    }
    PlainLogfmt.Pairs read = PlainLogfmt.read(state.line, stage.strict());
    for (PlainLogfmt.Pair pair : read.pairs()) {
      String key = sanitize(pair.key());
      String target = targets.get(key);
      // What an earlier parser has extracted is not seen again (register, 7).
      if (target != null && !pair.value().isEmpty() && !before.contains(key)) {
        state.overwrite(state.extractedName(target), pair.value());
      }
    }
    if (stage.strict() && read.malformed()) {
      state.fail("LogfmtParserErr");
      state.failedLate = true;
    }
  }

  private void regexp(LineState state, String expression) {
    Pattern pattern = compiled(expression);
    Matcher match = pattern.matcher(state.line);
    if (match.find()) {
      Map<Integer, String> byNumber = new TreeMap<>();
      pattern.namedGroups().forEach((name, number) -> byNumber.put(number, name));
      byNumber.forEach((number, name) -> {
        String group = match.group(number);
        state.extract(name, group == null ? "" : group);
      });
    }
  }

  private static void pattern(LineState state, String expression) {
    java.util.regex.Matcher capture =
        java.util.regex.Pattern.compile("<([A-Za-z_][A-Za-z0-9_]*)>").matcher(expression);
    List<String> names = new ArrayList<>();
    List<String> literals = new ArrayList<>();
    int last = 0;
    while (capture.find()) {
      literals.add(expression.substring(last, capture.start()));
      names.add(capture.group(1));
      last = capture.end();
    }
    literals.add(expression.substring(last));
    String line = state.line;
    if (line.isEmpty() || !line.startsWith(literals.getFirst())) {
      return;
    }
    int at = literals.getFirst().length();
    for (int i = 0; i < names.size(); i++) {
      String next = literals.get(i + 1);
      int end = next.isEmpty() ? line.length() : line.indexOf(next, at);
      String value = line.substring(at, end < 0 ? line.length() : end);
      if (!names.get(i).equals("_")) {
        state.extract(names.get(i), value);
      }
      if (end < 0) {
        return;
      }
      at = end + next.length();
    }
  }

  private static void unpack(LineState state) {
    if (state.line.isEmpty()) {
      return;
    }
    if (!state.line.startsWith("{")) {
      state.fail("JSONParserErr");
      return;
    }
    Map<String, Object> members;
    try {
      members = new PlainJson(state.line).readObject();
    } catch (PlainJson.MalformedException e) {
      throw new UndecidedException("unpack of a malformed document");
    }
    if (!(members.get("_entry") instanceof String line)) {
      return;
    }
    members.forEach((key, value) -> {
      if (value instanceof String text && !key.equals("_entry")) {
        state.extract(sanitize(key), text);
      }
    });
    state.line = line;
  }

  // ---- formatting (3.6, 3.7)

  private static void labelFormat(LineState state, List<Stage.LabelAssignment> assignments) {
    Map<String, String> snapshot = null;
    for (Stage.LabelAssignment assignment : assignments) {
      if (assignment.rename()) {
        String value = state.get(assignment.text());
        if (value != null) {
          state.remove(assignment.text());
          state.replace(assignment.target(), value);
        }
      } else {
        snapshot = snapshot == null ? state.labels() : snapshot;
        state.replace(
            assignment.target(), PlainTemplate.run(assignment.text(), snapshot, state.line));
      }
    }
  }

  private static void drop(LineState state, List<Stage.LabelPick> picks) {
    for (Stage.LabelPick pick : picks) {
      LabelMatcher matcher = pick.matcher();
      if (matcher == null || matcher.matches(state.getOrEmpty(pick.name()))) {
        state.remove(pick.name());
      }
    }
  }

  private static void keep(LineState state, List<Stage.LabelPick> picks) {
    for (String name : List.copyOf(state.labels().keySet())) {
      boolean kept = name.equals(LineState.ERROR);
      for (Stage.LabelPick pick : picks) {
        LabelMatcher matcher = pick.matcher();
        kept |=
            pick.name().equals(name)
                && (matcher == null || matcher.matches(state.getOrEmpty(name)));
      }
      if (!kept) {
        state.remove(name);
      }
    }
  }
}
