package io.skald.logql.template;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.skald.common.time.Clock;
import java.time.ZoneOffset;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** No template can run for long, fill the memory or overflow the stack. */
class LimitsTest {
  private static final Entry ENTRY = Entry.of("a", "x", "e", "");

  @ParameterizedTest
  @CsvSource(
      delimiterString = "=>",
      textBlock =
          """
          {{repeat 9000000000000 "x"}} => 1048576 bytes of output
          {{repeat 1048577 "x"}} => 1048576 bytes of output
          {{repeat 524288 "xx"}}{{.a}} => 1048576 bytes of output
          {{indent 2000000 "x"}} => 1048576 bytes of output
          {{nindent 1000 (repeat 100000 "\\n")}} => 1048576 bytes of output
          {{alignLeft 2000000 "x"}} => 1048576 bytes of output
          {{alignRight 2000000 "x"}} => 1048576 bytes of output
          {{printf "%1000000d%1000000d" 1 2}} => 1048576 bytes of output
          {{printf "%x" (repeat 600000 "x")}} => 1048576 bytes of output
          {{printf "%q" (repeat 600000 "\\x01")}} => 1048576 bytes of output
          {{$x := repeat 600000 "x"}}{{print $x $x}} => 1048576 bytes of output
          {{$x := repeat 600000 "x"}}{{replace "x" $x $x}} => 1048576 bytes of output
          {{$x := repeat 600000 "x"}}{{regexReplaceAll "x" $x $x}} => 1048576 bytes of output
          {{regexReplaceAll "x+" (repeat 600000 "x") "$0$0$0"}} => 1048576 bytes of output
          {{html (repeat 400000 "<")}} => 1048576 bytes of output
          {{urlencode (repeat 400000 "<")}} => 1048576 bytes of output
          {{range 1000}}{{range 1000}}{{range 1000}}{{end}}{{end}}{{end}} => 1000000 steps
          {{range 9000000000000}}{{end}} => 1000000 steps
          {{count "" (repeat 1048576 "x")}} => 1000000 steps
          {{$x := repeat 1000000 "x"}}{{range 100}}{{$y := contains "y" $x}}{{end}} => 67108864 bytes read and produced by functions
          {{define "r"}}{{template "r" .}}{{end}}{{template "r" .}} => exceeded maximum template depth (100)
          """)
  void execute_templateThatWantsTooMuch_failsNamingTheLimit(String template, String limit) {
    assertThat(ENTRY.outcome(template)).startsWith("!template: line:").endsWith(limit);
  }

  @ParameterizedTest
  @MethodSource
  void execute_deepTemplate_failsOnASmallStack(String template) throws InterruptedException {
    String[] outcome = new String[1];
    Thread thread =
        new Thread(
            null,
            () -> {
              try {
                outcome[0] = ENTRY.outcome(template);
              } catch (StackOverflowError e) {
                outcome[0] = e.toString();
              }
            },
            "small-stack",
            512 << 10);
    thread.start();
    thread.join();

    assertThat(outcome[0])
        .matches(
            "(?s).*(nested deeper than 100 levels|limit of 500 nested levels|depth \\(100\\)).*");
  }

  static Stream<String> execute_deepTemplate_failsOnASmallStack() {
    String nestedCall = ".";
    for (int i = 0; i < 90; i++) {
      nestedCall = "(lower " + nestedCall + ")";
    }
    return Stream.of(
        "{{" + "(".repeat(101) + ".a" + ")".repeat(101) + "}}",
        "{{" + "(".repeat(100_000),
        "{{if .a}}".repeat(101) + "x" + "{{end}}".repeat(101),
        "{{if .e}}x{{else " + "if .e}}x{{else ".repeat(2000) + "if .a}}y{{end}}",
        "{{define \"r\"}}"
            + "{{if .}}".repeat(90)
            + "{{template \"r\" .}}"
            + "{{end}}".repeat(90)
            + "{{end}}{{template \"r\" .a}}",
        "{{define \"r\"}}{{template \"r\" " + nestedCall + "}}{{end}}{{template \"r\" .a}}");
  }

  @Test
  void compile_deepestAllowedNesting_runs() {
    assertThat(ENTRY.run("{{" + "(".repeat(100) + ".a" + ")".repeat(100) + "}}")).isEqualTo("x");
    assertThat(ENTRY.run("{{if .a}}".repeat(100) + "y" + "{{end}}".repeat(100))).isEqualTo("y");
    assertThat(ENTRY.run("{{if .e}}" + "{{else if .e}}".repeat(98) + "{{else}}z{{end}}"))
        .isEqualTo("z");
  }

  @Test
  void execute_outputLimit_isTheGivenOne() {
    Template template =
        Template.compile("line", "{{.a}}{{.a}}{{.a}}{{.a}}", Clock.system(), ZoneOffset.UTC, 3);

    assertThatThrownBy(() -> template.execute(ENTRY))
        .isInstanceOf(TemplateException.class)
        .hasMessage("template: line: exceeded the limit of 3 bytes of output");
  }

  @Test
  void execute_regexThatReadsToTheEndForEachMatch_stopsAtTheTimeLimit() {
    Template template =
        Template.compile(
            "line",
            "{{regexReplaceAll \"(x*)*y|x\" (repeat 100000 \"x\") \"a\"}}",
            new HurryingClock(),
            ZoneOffset.UTC,
            Template.DEFAULT_MAX_OUTPUT_BYTES);

    assertThatThrownBy(() -> template.execute(ENTRY))
        .isInstanceOf(TemplateException.class)
        .hasMessage("template: line: exceeded the limit of 5 seconds for a line");
  }

  @Test
  void cache_moreTextsThanRoom_staysBounded() throws FunctionException {
    BoundedCache<String> cache = new BoundedCache<>(key -> key + "!");

    for (int i = 0; i < 1000; i++) {
      assertThat(cache.get("k" + i)).isEqualTo("k" + i + "!");
    }

    assertThat(cache.size()).isEqualTo(BoundedCache.MAX_ENTRIES);
  }

  /** Moves on by a second at every look. */
  private static final class HurryingClock implements Clock {
    private long nanos;

    @Override
    public long nowNanos() {
      return 0;
    }

    @Override
    public long monotonicNanos() {
      nanos += 1_000_000_000L;
      return nanos;
    }
  }
}
