package io.skald.logql.pipeline;

import com.google.re2j.Pattern;
import io.skald.common.values.RegexErrors;
import io.skald.logql.pipeline.json.JsonPath;
import io.skald.logql.pipeline.match.CapturePattern;
import io.skald.logql.pipeline.match.IpPattern;
import io.skald.logql.pipeline.match.LineTest;
import io.skald.logql.syntax.LabelFilter;
import io.skald.logql.syntax.ParseException;
import io.skald.logql.syntax.Stage;
import io.skald.logql.template.Template;
import io.skald.logql.template.TemplateException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Turns the stages of a query into steps, one by one. */
final class StageCompiler {
  private StageCompiler() {}

  /**
   * @throws ParseException if the stage's expression, template, path or address is not valid
   */
  static Step compile(Stage stage) {
    try {
      return switch (stage) {
        case Stage.LineFilter filter -> new LabelSteps.Line(lineTest(filter));
        case Stage.Json(List<Stage.Extraction> extractions) -> json(extractions);
        case Stage.Logfmt logfmt -> logfmt(logfmt);
        case Stage.Regexp(String expression) -> regexp(expression);
        case Stage.Pattern(String expression) -> captures(expression);
        case Stage.Unpack() -> new ParserSteps.Unpack();
        case Stage.Filter(LabelFilter filter) ->
            new LabelSteps.Filter(LabelTest.compile(filter), LabelNeeds.readBy(filter));
        case Stage.LineFormat(String text) -> lineFormat(text);
        case Stage.LabelFormat(List<Stage.LabelAssignment> assignments) -> labelFormat(assignments);
        case Stage.Decolorize() -> new Decolorize();
        case Stage.Drop(List<Stage.LabelPick> picks) -> new LabelSteps.Drop(picks);
        case Stage.Keep(List<Stage.LabelPick> picks) -> new LabelSteps.Keep(picks);
      };
    } catch (IllegalArgumentException e) {
      ParseException refused =
          new ParseException("parse error : stage '" + stage + "' : " + e.getMessage());
      refused.initCause(e);
      throw refused;
    }
  }

  private static LineTest lineTest(Stage.LineFilter filter) {
    List<LineTest> tests = new ArrayList<>();
    for (Stage.LineArgument argument : filter.alternatives()) {
      tests.add(
          argument.ip() ? address(filter.operator(), argument.text()) : text(filter, argument));
    }
    LineTest any = LineTest.anyOf(tests);
    return filter.operator().isNegative() ? any.negated() : any;
  }

  private static LineTest text(Stage.LineFilter filter, Stage.LineArgument argument) {
    return switch (filter.operator()) {
      case CONTAINS, NOT_CONTAINS -> LineTest.contains(argument.text());
      case MATCHES, NOT_MATCHES -> LineTest.matches(argument.text());
      case PATTERN, NOT_PATTERN -> LineTest.followsPattern(argument.text());
    };
  }

  private static LineTest address(Stage.LineOperator operator, String text) {
    if (operator != Stage.LineOperator.CONTAINS && operator != Stage.LineOperator.NOT_CONTAINS) {
      throw new IllegalArgumentException("ip: invalid operation");
    }
    return IpPattern.compile(text);
  }

  private static Step json(List<Stage.Extraction> extractions) {
    if (extractions.isEmpty()) {
      return new ParserSteps.Json();
    }
    List<ParserSteps.PathTarget> targets = new ArrayList<>();
    for (Stage.Extraction extraction : extractions) {
      try {
        targets.add(
            new ParserSteps.PathTarget(extraction.name(), JsonPath.parse(extraction.path())));
      } catch (IllegalArgumentException e) {
        throw badExpression(extraction, e.getMessage());
      }
    }
    return new ParserSteps.JsonPaths(targets);
  }

  private static Step logfmt(Stage.Logfmt logfmt) {
    if (logfmt.extractions().isEmpty()) {
      return new ParserSteps.Logfmt(logfmt.strict(), logfmt.keepEmpty());
    }
    List<ParserSteps.KeyTarget> targets = new ArrayList<>();
    for (Stage.Extraction extraction : logfmt.extractions()) {
      checkKey(extraction);
      targets.add(new ParserSteps.KeyTarget(extraction.name(), extraction.path()));
    }
    return new ParserSteps.LogfmtKeys(logfmt.strict(), targets);
  }

  /** The key of a logfmt expression is one identifier. */
  private static void checkKey(Stage.Extraction extraction) {
    String key = extraction.path();
    if (key.isEmpty()) {
      throw badExpression(extraction, "syntax error: unexpected $end, expecting KEY");
    }
    for (int i = 0; i < key.length(); i++) {
      char c = key.charAt(i);
      boolean letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
      if (!letter && (i == 0 || c < '0' || c > '9')) {
        throw badExpression(
            extraction, "unexpected char " + Character.toString(key.codePointAt(i)));
      }
    }
  }

  private static IllegalArgumentException badExpression(
      Stage.Extraction extraction, @Nullable String cause) {
    return new IllegalArgumentException(
        "cannot parse expression [" + extraction.path() + "]: " + cause);
  }

  private static Step regexp(String expression) {
    Pattern pattern;
    try {
      pattern = RegexErrors.compile(expression);
    } catch (IllegalArgumentException e) {
      throw new ParseException("parse error : invalid regexp parser: " + e.getMessage());
    }
    List<ParserSteps.NamedGroup> groups = new ArrayList<>();
    for (Map.Entry<String, Integer> group : pattern.namedGroups().entrySet()) {
      groups.add(new ParserSteps.NamedGroup(group.getKey(), group.getValue()));
    }
    return new ParserSteps.Regexp(pattern, LineTest.matches(expression), groups);
  }

  private static Step captures(String expression) {
    try {
      return new ParserSteps.Captures(CapturePattern.compile(expression));
    } catch (IllegalArgumentException e) {
      throw new ParseException("parse error : invalid pattern parser: " + e.getMessage());
    }
  }

  private static Step lineFormat(String text) {
    try {
      Template template = Template.compile("line", text);
      return template
          .singleField()
          .<Step>map(LabelSteps.FieldAsLine::new)
          .orElseGet(() -> new LabelSteps.LineFormat(template));
    } catch (TemplateException e) {
      throw new IllegalArgumentException("invalid line template: " + e.getMessage(), e);
    }
  }

  private static Step labelFormat(List<Stage.LabelAssignment> assignments) {
    Set<String> targets = new HashSet<>();
    List<LabelSteps.Assignment> compiled = new ArrayList<>();
    for (Stage.LabelAssignment assignment : assignments) {
      if (assignment.target().equals(LabelState.ERROR)) {
        throw new IllegalArgumentException(LabelState.ERROR + " cannot be formatted");
      }
      if (!targets.add(assignment.target())) {
        throw new IllegalArgumentException(
            "multiple label name '"
                + assignment.target()
                + "' not allowed in a single format operation");
      }
      compiled.add(
          new LabelSteps.Assignment(
              assignment.target(),
              assignment.text(),
              assignment.rename() ? null : labelTemplate(assignment)));
    }
    return new LabelSteps.LabelFormat(compiled);
  }

  private static Template labelTemplate(Stage.LabelAssignment assignment) {
    try {
      return Template.compile("label", assignment.text());
    } catch (TemplateException e) {
      throw new IllegalArgumentException(
          "invalid template for label '" + assignment.target() + "': " + e.getMessage(), e);
    }
  }
}
