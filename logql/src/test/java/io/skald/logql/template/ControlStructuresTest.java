package io.skald.logql.template;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Control structures and variables, above all those that Go has got only lately. */
class ControlStructuresTest {
  private static final Entry ENTRY =
      Entry.of("app", "sparse", "env", "prod", "empty", "", "list", "[3,1,2]");

  @ParameterizedTest
  @CsvSource(
      delimiterString = "=>",
      quoteCharacter = '§',
      textBlock =
          """
          {{range 3}}{{.}},{{end}} => 0,1,2,
          {{range $i := 3}}{{$i}},{{end}} => 0,1,2,
          {{range 0}}x{{else}}none{{end}} => none
          {{range -2}}x{{else}}none{{end}} => none
          {{range add 1 1}}{{printf "%T" .}} {{end}}| => int64 int64 |
          {{range $i, $v := 3}}{{end}} => !template: line:1:18: executing "line" at <3>: can't use 3 to iterate over more than one variable
          {{range 5}}{{if eq . 1}}{{continue}}{{end}}{{if eq . 3}}{{break}}{{end}}{{.}}{{end}} => 02
          {{range 2}}{{range 5}}{{if eq . 1}}{{break}}{{end}}{{.}}{{end}};{{end}} => 0;0;
          {{range "text"}}{{end}} => !template: line:1:8: executing "line" at <"text">: range can't iterate over text
          {{range 1.5}}{{end}} => !template: line:1:8: executing "line" at <1.5>: range can't iterate over 1.5
          {{$v := ""}}{{range $v = fromJson .list}}{{end}}{{$v}} => 2
          {{$i := 0}}{{$v := 0}}{{range $i, $v = fromJson .list}}{{end}}{{$i}}{{$v}} => 22
          {{range $i, $v := fromJson .list}}{{$i}}={{$v}} {{end}}| => 0=3 1=1 2=2 |
          {{range $k, $v := .}}{{$k}}={{$v}};{{end}} => app=sparse;empty=;env=prod;list=[3,1,2];
          {{with .empty}}a{{else with .app}}<{{.}}>{{else}}c{{end}} => <sparse>
          {{with .empty}}a{{else with .none}}b{{else}}c{{end}} => c
          {{with .empty}}a{{else if .app}}b{{end}}{{end}} => !template: line:1: unexpected <if> in input
          {{if .empty}}a{{else if .none}}b{{else if .app}}c{{else}}d{{end}} => c
          {{if .empty}}a{{else with .app}}{{.}}{{end}}{{end}} => !template: line:1: unexpected <with> in input
          {{if and (eq .app "sparse") (ne .env "dev")}}yes{{end}} => yes
          {{define "t"}}T({{.}}){{end}}{{template "t" .app}}{{template "t"}} => T(sparse)T(<no value>)
          {{block "b" .app}}[{{.}}]{{end}}{{template "b" 1}} => [sparse][1]
          {{define "sum"}}{{if gt . 0}}{{.}}+{{template "sum" (int (sub . 1))}}{{end}}{{end}}{{template "sum" 3}} => 3+2+1+
          {{$x := 1}}{{if true}}{{$x = 2}}{{$x := 3}}{{end}}{{$x}} => 2
          {{$x := 1}}{{range 3}}{{$x = mul $x 2}}{{end}}{{$x}} => 8
          {{$x := 1}}{{define "t"}}{{$x}}{{end}} => !template: line:1: undefined variable "$x"
          {{define "t"}}{{break}}{{end}} => !template: line:1: {{break}} outside {{range}}
          {{range 3}}{{block "b" .}}{{break}}{{end}}{{end}} => !template: line:1: {{break}} outside {{range}}
          {{range 2}}{{block "b" .}}{{range 9}}{{break}}{{end}}{{.}}{{end}}{{end}} => 01
          {{ $d := fromJson .list }}{{ index $d 1 }} {{ len $d }} => 1 3
          a {{- /* remark */ -}} b => ab
          """)
  void execute_structure_writesItsOutcome(String template, String outcome) {
    assertThat(ENTRY.outcome(template)).isEqualTo(outcome);
  }

  @Test
  void execute_errorAfterLineBreaks_namesLineAndColumnInBytes() {
    assertThat(ENTRY.outcome("é\né{{ .app.x }}"))
        .isEqualTo(
            "!template: line:2:9: executing \"line\" at <.app.x>: can't evaluate field x in type"
                + " string");
  }

  @Test
  void compile_nameOfTheTemplate_isInEveryMessage() {
    assertThat(outcome("{{nofunc}}"))
        .isEqualTo("template: label:1: function \"nofunc\" not defined");
    assertThat(outcome("{{div 1 0}}"))
        .isEqualTo(
            "template: label:1:2: executing \"label\" at <div 1 0>: error calling div: runtime"
                + " error: integer divide by zero");
  }

  private static String outcome(String template) {
    try {
      return ByteStrings.toText(
          ByteStrings.ofBytes(Template.compile("label", template).execute(ENTRY)));
    } catch (TemplateException e) {
      return String.valueOf(e.getMessage());
    }
  }
}
