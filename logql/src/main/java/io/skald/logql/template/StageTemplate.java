package io.skald.logql.template;

import io.skald.common.time.Clock;
import java.nio.charset.StandardCharsets;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A compiled template of a stage of the agent: Go's text/template over a map of texts. A field that
 * the map does not have prints {@code <no value>}. The functions are those of lines and labels and
 * what {@link StageFunctions} adds. Immutable and thread-safe.
 */
public final class StageTemplate {
  /** As long as a line of the agent can be. */
  private static final int MAX_OUTPUT_BYTES = 4 << 20;

  private static final Map<String, Function> FUNCTIONS = functions();

  private final Template template;

  private StageTemplate(Template template) {
    this.template = template;
  }

  private static Map<String, Function> functions() {
    Map<String, Function> all = new HashMap<>(FunctionTable.FUNCTIONS);
    StageFunctions.ALL.forEach(function -> all.put(function.name(), function));
    return Map.copyOf(all);
  }

  /**
   * Compiles a template.
   *
   * @throws TemplateException if the text is not a template
   */
  public static StageTemplate compile(String text, Clock clock) {
    return new StageTemplate(
        Template.compile(
            "pipeline_template",
            text,
            FUNCTIONS,
            MAX_OUTPUT_BYTES,
            new Environment(clock, ZoneOffset.UTC)));
  }

  /** Returns the fields that the template may read by name. */
  public Set<String> fields() {
    return template.fields();
  }

  /** Returns whether the template may read fields that {@link #fields} does not list. */
  public boolean readsAllFields() {
    return template.readsAllLabels();
  }

  /**
   * Runs the template.
   *
   * @param fields by name; UTF-8 as a rule
   * @throws TemplateException if it fails
   */
  public byte[] expand(Map<String, byte[]> fields) {
    SortedMap<String, @Nullable Object> dot = new TreeMap<>();
    fields.forEach((name, value) -> dot.put(ByteStrings.ofText(name), ByteStrings.ofBytes(value)));
    return ByteStrings.toBytes(template.run(new Fields(fields), new GoMap.Json(dot)));
  }

  /** What functions that read the entry see. */
  private record Fields(Map<String, byte[]> fields) implements TemplateData {
    @Override
    public @Nullable String label(String name) {
      byte[] value = fields.get(name);
      return value == null ? null : new String(value, StandardCharsets.UTF_8);
    }

    @Override
    public SortedMap<String, String> labels() {
      SortedMap<String, String> all = new TreeMap<>();
      fields.forEach((name, value) -> all.put(name, new String(value, StandardCharsets.UTF_8)));
      return all;
    }

    @Override
    public byte[] line() {
      return fields.getOrDefault("Entry", new byte[0]);
    }

    @Override
    public long timestampNanos() {
      return 0;
    }
  }
}
