package io.skald.logql.template;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TemplateTest {
  @ParameterizedTest
  @CsvSource(
      delimiterString = "=>",
      quoteCharacter = '§',
      textBlock =
          """
          text only => ; false
          {{.a}} {{.b | lower}} => a b; false
          {{__line__}} {{__timestamp__}} => ; false
          {{if .a}}{{.b}}{{else}}{{.c}}{{end}} => a b c; false
          {{$x := .a}}{{$x}}{{$.b}} => a b; false
          {{printf "%s" (.a | lower)}}{{(print .b).c}} => a b; false
          {{with .a}}{{.inner}}{{$.b}}{{else}}{{.c}}{{end}} => a b c; false
          {{range fromJson .a}}{{.inner}}{{end}} => a; false
          {{index . "a"}}{{index $ "b"}} => a b; false
          {{index . .a}} => a; true
          {{.}} => ; true
          {{$}} => ; true
          {{$x := .}}{{$x.a}} => ; true
          {{range $k, $v := .}}{{$k}}{{end}} => ; true
          {{with .}}{{.a}}{{end}} => ; true
          {{(.).a}} => ; true
          {{define "t"}}{{.a}}{{$.b}}{{end}}{{template "t" .}} => a b; false
          {{define "t"}}{{.a}}{{$.b}}{{end}}{{template "t" .c}} => c; false
          {{define "t"}}{{.}}{{end}}{{template "t" .}} => ; true
          {{define "t"}}{{.a}}{{end}}{{template "t"}} => ; false
          {{define "t"}}{{.a}}{{template "t" .}}{{end}}{{template "t" $}} => a; false
          {{define "unused"}}{{.a}}{{.}}{{end}} => ; false
          {{block "t" .}}{{.a}}{{end}} => a; false
          """)
  void fields_template_areWhatItMayRead(String template, String expected) {
    Template compiled = Template.compile("line", template);

    assertThat(
            String.join(" ", new TreeSet<>(compiled.fields())) + "; " + compiled.readsAllLabels())
        .isEqualTo(expected);
  }

  @Test
  void singleField_onlyOneFieldAction_isItsLabel() {
    assertThat(Template.compile("line", "{{.app}}").singleField()).contains("app");
    assertThat(Template.compile("line", "{{ .app -}}  ").singleField()).contains("app");
    for (String template :
        List.of(
            "",
            "app",
            "{{.app}} ",
            "{{.app.x}}",
            "{{.app | lower}}",
            "{{$.app}}",
            "{{$x := .app}}",
            "{{(.app)}}",
            "{{.a}}{{.b}}",
            "{{.}}")) {
      assertThat(Template.compile("line", template).singleField()).as(template).isEmpty();
    }
  }

  @Test
  void execute_labelOutsideAscii_isReadByItsName() {
    assertThat(Entry.of("größe", "ñ").run("{{.größe}}{{index . \"größe\"}}")).isEqualTo("ññ");
    assertThat(Template.compile("line", "{{.größe}}").fields()).isEqualTo(Set.of("größe"));
  }

  @Test
  void execute_manyThreads_giveTheSameOutput() throws Exception {
    Template template =
        Template.compile(
            "line",
            "{{regexReplaceAll \"o+\" .a (print .n)}} {{date \"15:04\" __timestamp__}}"
                + "{{$x := .n}}{{range 10}}{{$x = print $x .}}{{end}}{{$x}}");
    List<Callable<String>> tasks = new ArrayList<>();
    for (int i = 0; i < 400; i++) {
      Entry entry = Entry.of("a", "foo", "n", Integer.toString(i));
      tasks.add(() -> new String(template.execute(entry), UTF_8));
    }

    try (ExecutorService executor = Executors.newFixedThreadPool(4)) {
      List<Future<String>> results = executor.invokeAll(tasks);
      for (int i = 0; i < results.size(); i++) {
        assertThat(results.get(i).get()).isEqualTo("f" + i + " 22:13" + i + "0123456789");
      }
    }
  }

  @Test
  void exception_perLine_carriesNoStackTrace() {
    assertThatThrownBy(() -> Template.compile("line", "{{.a").execute(Entry.of()))
        .isInstanceOf(TemplateException.class)
        .hasMessage("template: line:1: unclosed action")
        .satisfies(e -> assertThat(Arrays.asList(e.getStackTrace())).isEmpty());
  }
}
