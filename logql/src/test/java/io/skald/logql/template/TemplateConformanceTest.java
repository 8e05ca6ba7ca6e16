package io.skald.logql.template;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The templates of the language reference, section 7 G, on its fixture T. */
class TemplateConformanceTest {
  private static final Entry ENTRY =
      Entry.of(
          "a",
          "Foo Bar",
          "n",
          "42",
          "f",
          "3.7",
          "e",
          "",
          "j",
          "{\"x\":[1,2]}",
          "p",
          "  x  ",
          "u",
          "héllo",
          "ts",
          "1700000000");

  @ParameterizedTest
  @CsvSource(
      delimiterString = "=>",
      quoteCharacter = '§',
      ignoreLeadingAndTrailingWhitespace = true,
      textBlock =
          """
          {{.a}}-{{.n}} => Foo Bar-42
          {{.a | lower | trunc 3}} => foo
          {{trunc -3 .a}} => Bar
          {{trunc 2 .u}} => h\uFFFD
          {{substr 0 3 .a}}|{{substr 4 -1 .a}} => Foo|Bar
          {{substr 50 60 .a}} => !template: line:1:2: executing "line" at <substr 50 60 .a>: error calling substr: runtime error: slice bounds out of range [50:7]
          {{replace "o" "0" .a}} {{Replace .a "o" "0" 1}} => F00 Bar F0o Bar
          {{trim .p}}|{{trimAll "F" .a}}|{{TrimLeft .p " "}}| => x|oo Bar|x  |
          {{regexReplaceAll "(o+)" .a "<$1>"}} => F<oo> Bar
          {{.a | regexReplaceAll "o" "x"}} => x
          {{regexReplaceAllLiteral "o+" .a "$1"}} => F$1 Bar
          {{count "o" .a}} => 2
          {{alignLeft 5 .n}}|{{alignRight 5 .n}}|{{alignRight 3 .a}} => 42   |   42|Bar
          {{urlencode "a b&c/é"}} {{urldecode "a%20b+c"}} => a+b%26c%2F%C3%A9 a b c
          {{bytes "1.5 KB"}} {{bytes "5 MiB"}} => 1500 5.24288e+06
          {{duration "1h30m"}} {{duration_seconds "250ms"}} => 5400 0.25
          {{duration "1d"}} => !template: line:1:2: executing "line" at <duration "1d">: error calling duration: time: unknown unit "d" in duration "1d"
          {{unixToTime .ts}} => 2023-11-14 22:13:20 +0000 UTC
          {{unixToTime .ts | date "2006-01-02"}} => 2023-11-14
          {{"2023-01-02" | toDate "2006-01-02" | unixEpoch}} => 1672617600
          {{toDateInZone "2006-01-02 15:04" "America/New_York" "2023-01-02 03:04" | unixEpochMillis}} => 1672646640000
          {{int .f}} {{int "0x10"}} {{int "zz"}} {{float64 .f}} => 3 16 0 3.7
          {{add .n 1 2}} {{sub .n 2}} {{mul .n 2}} {{div .n 5}} {{mod -7 5}} => 45 40 84 8 -2
          {{div .n 0}} => !template: line:1:2: executing "line" at <div .n 0>: error calling div: runtime error: integer divide by zero
          {{addf .f 1.5}} {{subf .f 1}} {{mulf .f 2}} {{divf 1 3}} => 5.2 2.7 7.4 0.3333333333333333
          {{max .n 50}} {{min .n 50}} {{maxf .f 1}} {{ceil .f}} {{floor .f}} {{round 3.14159 2}} => 50 42 3.7 4 3 3.14
          {{default "d" .e}} {{default "d" .nope}} {{.a | default "d"}} => d d Foo Bar
          {{range (fromJson .j).x}}[{{.}}]{{end}} => [1][2]
          {{index (fromJson .j).x 1}} => 2
          {{fromJson "zz"}} => <no value>
          {{b64enc .n}} {{b64dec "NDI="}} {{b64dec "!"}} => NDI= 42 illegal base64 data at input byte 0
          {{if eq .n "42"}}y{{else}}n{{end}} => y
          {{if eq .n 42}}y{{end}} => !template: line:1:5: executing "line" at <eq .n 42>: error calling eq: incompatible types for comparison: string and int
          {{if gt .n "5"}}y{{else}}n{{end}} => n
          {{if and .a (not .e)}}y{{end}} => y
          {{or .e .nope "x"}}|{{and .a .e}}| => x||
          {{printf "%s %5.2f %-4s| %q" .a 3.14159 "z" .n}} => Foo Bar  3.14 z   | "42"
          {{printf "%d" .n}} => %!d(string=42)
          {{with .e}}{{.}}{{else}}none{{end}} => none
          {{$x := .n}}{{$x}} {{len .a}} {{print .a 1}} => 42 7 Foo Bar1
          {{repeat 2 .n}}{{indent 2 "z"}} => 4242  z
          {{contains "Foo" .a}} {{hasPrefix "x" .a}} => true false
          {{- .n -}}  x => 42x
          {{__timestamp__ | unixEpochNanos | len}} => 19
          {{nofunc .a}} => !template: line:1: function "nofunc" not defined
          {{html "<a>"}} {{title "foo bar"}} => &lt;a&gt; Foo Bar
          """)
  void execute_exampleOfReference_givesItsOutcome(String template, String outcome) {
    assertThat(ENTRY.outcome(template)).isEqualTo(outcome);
  }
}
