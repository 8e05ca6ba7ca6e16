package io.skald.tests.oracle;

import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Supplier;

/** Draws query texts over the words, fields and labels of {@link RandomData}. */
final class RandomQueries {
  private static final String[] LITERALS = {
    "error", "timeout", "o", "GET", " ", "é", "\\\"", "=", "10.0.0.", "", "level=", "zzz", "日", "x"
  };
  private static final String[] REGEXES = {
    "(?i)timeout",
    "time|err",
    "^\\\\{",
    "[0-9]{3}",
    "o+",
    ".+",
    "GET.*x",
    "(?i)ERROR|héllo",
    "\\\\bx\\\\b",
    "a.b",
    ".*"
  };
  private static final String[] FIELDS = {
    "level",
    "status",
    "dur",
    "size",
    "user",
    "n",
    "app",
    "k",
    "a_b",
    "_9z",
    "app_extracted",
    "pod",
    "nope",
    "env"
  };
  private static final String[] TEXTS = {
    "info", "error", "200", "alice", "web", "", "p-1", "12", "meta"
  };
  private static final String[] TEMPLATES = {
    "{{.level}}",
    "{{.level}} {{.n}}",
    "n={{.n}} level={{ToUpper .level}}",
    "{{__line__}}!",
    "{{.app | upper}}",
    "{{if eq .level \"info\"}}I{{else}}O{{end}}",
    "{{default \"d\" .nope}}",
    "{{printf \"%s-%s\" .app .env}}",
    "{{trunc 2 .level}}",
    "const",
    "{{len .app}}"
  };

  private final SplittableRandom random;

  RandomQueries(SplittableRandom random) {
    this.random = random;
  }

  String log() {
    return selector() + stages(3, false);
  }

  /** A text for line filters, literally or as a regex; never empty. */
  String lineTest() {
    return nonEmpty();
  }

  String metric(int depth) {
    if (depth == 0) {
      return rangeAggregation();
    }
    return switch (random.nextInt(10)) {
      case 0, 1, 2 -> rangeAggregation();
      case 3, 4, 5, 6 -> vectorAggregation(depth);
      case 7 -> binary(depth);
      case 8 ->
          "("
              + metric(depth - 1)
              + " "
              + pick("+", "-", "*", "/", "%", ">", "<=", "== bool", ">= bool")
              + " "
              + number()
              + ")";
      default ->
          "label_replace("
              + metric(depth - 1)
              + ", \""
              + pick("app", "new", "env")
              + "\", \""
              + pick("${1}", "v-${1}", "x", "")
              + "\", \"app\", \"(w.*|api)\")";
    };
  }

  private String selector() {
    return switch (random.nextInt(8)) {
      case 0 -> "{app=\"web\"}";
      case 1 -> "{app=~\"web|api\"}";
      case 2 -> "{job=\"t\", env!=\"prod\"}";
      case 3 -> "{app=~\".+\", pod=\"\"}";
      case 4 -> "{job=\"t\", app!~\"d.*\"}";
      default -> "{job=\"t\"}";
    };
  }

  private String stages(int most, boolean errorsEnd) {
    StringBuilder out = new StringBuilder();
    for (int i = random.nextInt(most + 1); i > 0; i--) {
      out.append(' ').append(stage());
    }
    if (errorsEnd && random.nextInt(6) != 0) {
      out.append(
          random.nextInt(3) == 0 ? " | drop __error__, __error_details__" : " | __error__=\"\"");
    }
    return out.toString();
  }

  private String stage() {
    return switch (random.nextInt(20)) {
      case 0, 1, 2 -> lineFilter();
      case 3, 4, 5 ->
          pick(
              "| json", "| json", "| json level, code=\"status\"", "| json x=\"user\", y=\"size\"");
      case 6, 7, 8 ->
          pick(
              "| logfmt",
              "| logfmt",
              "| logfmt --keep-empty",
              "| logfmt --strict",
              "| logfmt level, s=\"status\"",
              "| logfmt u=\"user\"");
      case 9 ->
          pick(
              "| regexp `(?P<ip>[0-9.]+) - (?P<user>\\S+)`",
              "| regexp `(?P<first>\\w+)`",
              "| regexp `n=(?P<n>\\d+)|(?P<m>GET)`");
      case 10 ->
          pick(
              "| pattern `<ip> - <user> [<_>] \"<m> <p>\"`",
              "| pattern `<a> <b>`",
              "| pattern `level=<level> <rest>`");
      case 11 -> "| unpack";
      case 12, 13, 14 -> "| " + labelFilter(2);
      case 15 -> "| line_format `" + pick(TEMPLATES) + "`";
      case 16 ->
          pick(
              "| label_format z=level",
              "| label_format level=`" + pick(TEMPLATES) + "`",
              "| label_format app=k",
              "| label_format x=`{{.n}}`, y=level");
      case 17 ->
          pick(
              "| drop level, k=\"abc\"",
              "| drop app, n=\"12\"",
              "| drop status=~\"4..\"",
              "| keep level, app=~\".+\"",
              "| keep n, level=\"info\"",
              "| drop __error__, __error_details__, env=\"dev\"");
      case 18 -> "| decolorize";
      default -> pick("| __error__=\"\"", "| __error__!=\"\"", "| __error__=\"JSONParserErr\"");
    };
  }

  private String lineFilter() {
    return switch (random.nextInt(8)) {
      case 0, 1 -> pick("|=", "!=") + " \"" + pick(LITERALS) + "\"";
      case 2 -> pick("|=", "!=") + " \"" + nonEmpty() + "\" or \"" + nonEmpty() + "\"";
      case 3, 4 -> pick("|~", "!~") + " \"" + pick(REGEXES) + "\"";
      case 5 ->
          pick("|>", "!>")
              + " \""
              + pick(
                  "<_>error<_>",
                  "GET",
                  "<_> - <_>",
                  "level=<_>",
                  "<_>x",
                  "10.0.0.<_> - <_> [x] <_>")
              + "\"";
      case 6 ->
          pick("|=", "!=")
              + " ip(\""
              + pick("10.0.0.0/28", "10.0.0.7", "10.0.0.3-10.0.0.9", "192.168.4.0/24", "1.2.3.4")
              + "\")";
      default -> "|= \"" + nonEmpty() + "\" != \"" + nonEmpty() + "\"";
    };
  }

  private String nonEmpty() {
    String literal = pick(LITERALS);
    return literal.isEmpty() ? "err" : literal;
  }

  private String labelFilter(int depth) {
    if (depth > 0 && random.nextInt(4) == 0) {
      return "("
          + labelFilter(depth - 1)
          + pick(" or ", " and ", ", ")
          + labelFilter(depth - 1)
          + ")";
    }
    String field = pick(FIELDS);
    return switch (random.nextInt(7)) {
      case 0, 1 -> field + pick("=", "!=") + "\"" + pick(TEXTS) + "\"";
      case 2 ->
          field
              + pick("=~", "!~")
              + "\""
              + pick("in.*", "4..|500", "[a-z]+", "alice|bob smith", ".+", "(?i)ERROR")
              + "\"";
      case 3, 4 ->
          pick("status", "n", field) + comparison() + pick("200", "7", "7.5", "-3", "1e2", "0");
      case 5 -> pick("dur", field) + comparison() + pick("1s", "15ms", "1m30s", "2s");
      default ->
          random.nextBoolean()
              ? pick("size", field) + comparison() + pick("1KB", "2KiB", "12B")
              : pick("ip", "user") + pick("=", "!=") + "ip(\"10.0.0.0/28\")";
    };
  }

  private String comparison() {
    return pick(" = ", " != ", " > ", " >= ", " < ", " <= ", " == ");
  }

  private String rangeAggregation() {
    String range = pick("[30s]", "[1m]", "[90s]", "[5m]", "[7s]");
    String offset = random.nextInt(5) == 0 ? pick(" offset 30s", " offset 2m", " offset -45s") : "";
    if (random.nextInt(5) < 2) {
      String function =
          pick(
              "count_over_time",
              "count_over_time",
              "rate",
              "bytes_over_time",
              "bytes_rate",
              "absent_over_time");
      return function + "(" + selector() + stages(3, true) + " " + range + offset + ")";
    }
    String function =
        pick(
            "sum_over_time",
            "avg_over_time",
            "min_over_time",
            "max_over_time",
            "stddev_over_time",
            "stdvar_over_time",
            "first_over_time",
            "last_over_time",
            "quantile_over_time",
            "rate",
            "rate_counter");
    String unwrap = " | unwrap " + pick("n", "status", "duration(dur)", "bytes(size)", "level");
    String after = random.nextInt(5) == 0 ? "" : " | __error__=\"\"";
    String parser = pick(" | json", " | logfmt", " | json | logfmt", "");
    String more = random.nextInt(3) == 0 ? " | " + labelFilter(1) : "";
    String grouping = random.nextBoolean() && groups(function) ? " " + grouping() : "";
    return function
        + "("
        + (function.startsWith("quantile") ? pick("0.5, ", "0.9, ", "0, ", "2, ") : "")
        + selector()
        + parser
        + more
        + unwrap
        + after
        + " "
        + range
        + offset
        + ")"
        + grouping;
  }

  /** With a grouping, avg_over_time has a recorded peculiarity that other tests hold. */
  private static boolean groups(String function) {
    return List.of(
            "min_over_time",
            "max_over_time",
            "stddev_over_time",
            "stdvar_over_time",
            "quantile_over_time")
        .contains(function);
  }

  private String vectorAggregation(int depth) {
    String function =
        pick(
            "sum", "sum", "sum", "avg", "min", "max", "count", "stddev", "stdvar", "topk",
            "bottomk", "sort");
    String parameter = function.endsWith("k") ? 1 + random.nextInt(3) + ", " : "";
    String grouping =
        function.equals("sort") || random.nextInt(4) == 0 ? "" : " " + grouping() + " ";
    return function + grouping + "(" + parameter + metric(depth - 1) + ")";
  }

  private String grouping() {
    return switch (random.nextInt(6)) {
      case 0 -> "by (level)";
      case 1 -> "by (app, level)";
      case 2 -> "without (level, n)";
      case 3 -> "by (nope)";
      case 4 -> "without (app, pod, k, level, n, status)";
      default -> "by (app)";
    };
  }

  private String binary(int depth) {
    String left = "sum by (" + pick("app", "app, env", "level") + ") (" + metric(depth - 1) + ")";
    String right = "sum by (" + pick("app", "app", "level") + ") (" + metric(depth - 1) + ")";
    Supplier<String> modifier =
        () ->
            pick(
                "",
                "",
                "on(app)",
                "ignoring(env)",
                "on(app) group_left()",
                "ignoring(env) group_right()",
                "on()");
    String operator = pick("+", "-", "*", "/", ">", "<", "> bool", "==", "and", "or", "unless");
    boolean set = List.of("and", "or", "unless").contains(operator);
    String chosen = set ? pick("", "on(app)", "ignoring(env)", "on()") : modifier.get();
    return "(" + left + " " + operator + " " + chosen + " " + right + ")";
  }

  private String number() {
    return pick("0", "1", "2.5", "100", "0.1");
  }

  private String pick(String... values) {
    return values[random.nextInt(values.length)];
  }
}
