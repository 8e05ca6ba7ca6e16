package io.skald.logql.template;

import io.skald.common.model.Labels;
import io.skald.common.time.Clock;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A compiled template of a label or annotation of an alert, as Prometheus defines them: Go's
 * text/template with the variables {@code $labels}, {@code $value}, {@code $externalLabels} and
 * {@code $externalURL}, and the functions that {@link AlertFunctions} lists. Functions that would
 * run queries do not exist. Immutable and thread-safe.
 */
public final class AlertTemplate {
  private static final int MAX_OUTPUT_BYTES = 64 << 10;

  /** Part of the template in Prometheus, too, so that positions in errors are the same. */
  private static final String VARIABLES =
      "{{$labels := .Labels}}{{$externalLabels := .ExternalLabels}}"
          + "{{$externalURL := .ExternalURL}}{{$value := .Value}}";

  private static final Map<String, Function> FUNCTIONS =
      Stream.of(BuiltinFunctions.ALL, ComparisonFunctions.ALL, AlertFunctions.ALL)
          .flatMap(List::stream)
          .collect(Collectors.toUnmodifiableMap(Function::name, UnaryOperator.identity()));

  private static final TemplateData NO_ENTRY =
      new TemplateData() {
        @Override
        public @Nullable String label(String name) {
          return null;
        }

        @Override
        public SortedMap<String, String> labels() {
          return new TreeMap<>();
        }

        @Override
        public byte[] line() {
          return new byte[0];
        }

        @Override
        public long timestampNanos() {
          return 0;
        }
      };

  /**
   * What a template sees.
   *
   * @param labels of the series
   * @param value of the series
   */
  public record Scope(Labels labels, Labels externalLabels, String externalUrl, double value) {}

  private final Template template;

  private AlertTemplate(Template template) {
    this.template = template;
  }

  /**
   * Compiles a template.
   *
   * @param name what error messages call it
   * @throws TemplateException if the text is not a template
   */
  public static AlertTemplate compile(String name, String text, Clock clock) {
    return new AlertTemplate(
        Template.compile(
            name,
            VARIABLES + text,
            FUNCTIONS,
            MAX_OUTPUT_BYTES,
            new Environment(clock, ZoneOffset.UTC)));
  }

  /**
   * Runs the template.
   *
   * @throws TemplateException if it fails
   */
  public String expand(Scope scope) {
    SortedMap<String, @Nullable Object> dot = new TreeMap<>();
    dot.put("Labels", texts(scope.labels()));
    dot.put("ExternalLabels", texts(scope.externalLabels()));
    dot.put("ExternalURL", ByteStrings.ofText(scope.externalUrl()));
    dot.put("Value", scope.value());
    return ByteStrings.toText(template.run(NO_ENTRY, new GoMap.Json(dot)));
  }

  private static GoMap texts(Labels labels) {
    SortedMap<String, String> texts = new TreeMap<>();
    labels
        .toMap()
        .forEach((name, value) -> texts.put(ByteStrings.ofText(name), ByteStrings.ofText(value)));
    return new GoMap.Texts(texts);
  }
}
