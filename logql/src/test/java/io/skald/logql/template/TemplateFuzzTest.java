package io.skald.logql.template;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever a template is made of, it runs or fails with a TemplateException. */
class TemplateFuzzTest {
  private static final Entry ENTRY =
      Entry.of(
          "a", "Foo Bar", "n", "42", "j", "{\"x\":[1,null,{\"k\":\"v\"}],\"s\":\"t\"}", "u", "hé");

  private static final List<String> TOKENS =
      List.of(
          "{{",
          "}}",
          "{{-",
          "-}}",
          " ",
          " ",
          "(",
          ")",
          "|",
          ".a",
          ".",
          "$",
          "$x",
          ":=",
          "=",
          ",",
          "\"s\"",
          "`r`",
          "'c'",
          "1",
          "-1",
          "1.5",
          "1e400",
          "0x1F",
          "nil",
          "true",
          "if",
          "else",
          "end",
          "range",
          "with",
          "define",
          "template",
          "block",
          "break",
          "continue",
          "fromJson",
          "/*",
          "*/",
          "\n",
          "x",
          "\"",
          "`",
          "'",
          "!",
          "é",
          "@",
          "1i",
          "..",
          ".a.b",
          "9223372036854775807",
          "-9223372036854775808",
          "\\",
          "\0",
          "\uD83D\uDE00");

  private static final List<String> ARGUMENTS =
      List.of(
          ".a",
          ".n",
          ".j",
          ".u",
          ".none",
          ".",
          "$",
          "nil",
          "true",
          "0",
          "1",
          "-1",
          "2.5",
          "1e300",
          "9223372036854775807",
          "-9223372036854775808",
          "100000",
          "\"\"",
          "\"x\"",
          "\"%d%s%*v\"",
          "\"2006-01-02 MST\"",
          "\"(a*)*\"",
          "\"Europe/Paris\"",
          "\"\\xff\"",
          "(fromJson .j)",
          "(fromJson .j).x",
          "(fromJson .j).s",
          "__timestamp__",
          "__line__",
          "(index .a 0)",
          "__timestamp__.Month",
          "(float64 \"nan\")",
          "(float64 \"inf\")");

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void run_randomTokens_onlyFailsAsATemplate(long seed) {
    Random random = new Random(seed);
    for (int i = 0; i < 20_000; i++) {
      StringBuilder template = new StringBuilder(random.nextBoolean() ? "{{" : "");
      int length = 1 + random.nextInt(14);
      for (int j = 0; j < length; j++) {
        template.append(TOKENS.get(random.nextInt(TOKENS.size())));
      }
      run(template + (random.nextBoolean() ? "}}" : ""), seed);
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {4, 5, 6})
  void run_everyFunctionWithRandomArguments_onlyFailsAsATemplate(long seed) {
    Random random = new Random(seed);
    for (String function : new TreeSet<>(FunctionTable.FUNCTIONS.keySet())) {
      for (int i = 0; i < 150; i++) {
        StringBuilder call = new StringBuilder(function);
        int count = random.nextInt(5);
        for (int j = 0; j < count; j++) {
          call.append(' ').append(ARGUMENTS.get(random.nextInt(ARGUMENTS.size())));
        }
        run("{{" + call + "}}", seed);
        run("{{" + call + " | print | lower}}{{with " + call + "}}{{.}}{{end}}", seed);
      }
    }
  }

  private static void run(String template, long seed) {
    try {
      assertThat(ENTRY.bytes(template)).hasSizeLessThanOrEqualTo(Template.DEFAULT_MAX_OUTPUT_BYTES);
    } catch (TemplateException e) {
      assertThat(e.getMessage()).startsWith("template: ");
    } catch (RuntimeException | StackOverflowError e) {
      fail("seed " + seed + ", template " + template, e);
    }
  }
}
