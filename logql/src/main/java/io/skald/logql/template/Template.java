package io.skald.logql.template;

import io.skald.common.time.Clock;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A compiled template of line_format or label_format: Go's text/template with the functions that
 * {@link FunctionTable} lists. Immutable and thread-safe.
 *
 * <p>An execution is bounded in output, steps, depth and bytes handled by functions; past a bound
 * it fails with a {@link TemplateException} that names the limit.
 */
public final class Template {
  /** Longest output in bytes. */
  public static final int DEFAULT_MAX_OUTPUT_BYTES = 1 << 20;

  private final String name;
  private final String text;
  private final Map<String, List<Node.Statement>> definitions;
  private final List<Node.Statement> root;
  private final FieldUse fieldUse;
  private final int maxOutputBytes;
  private final Environment environment;

  private Template(
      String name,
      String source,
      Map<String, Function> functions,
      int maxOutputBytes,
      Environment environment) {
    this.name = name;
    this.text = ByteStrings.ofText(source);
    String root = ByteStrings.ofText(name);
    this.definitions = Map.copyOf(Parser.parse(root, text, functions));
    this.root = definitions.getOrDefault(root, List.of());
    this.fieldUse = FieldUse.of(this.root, definitions);
    this.maxOutputBytes = maxOutputBytes;
    this.environment = environment;
  }

  /**
   * Compiles a template that takes {@code now} from the machine, has UTC as its local zone, and may
   * write {@link #DEFAULT_MAX_OUTPUT_BYTES}.
   *
   * @param name what error messages call it: {@code line} or {@code label}
   * @throws TemplateException if the text is not a template
   */
  public static Template compile(String name, String text) {
    return compile(name, text, Clock.system(), ZoneOffset.UTC, DEFAULT_MAX_OUTPUT_BYTES);
  }

  /**
   * Compiles a template.
   *
   * @param zone the local time zone of {@code date}, {@code toDate} and times
   * @throws TemplateException if the text is not a template
   */
  public static Template compile(
      String name, String text, Clock clock, ZoneId zone, int maxOutputBytes) {
    return compile(
        name, text, FunctionTable.FUNCTIONS, maxOutputBytes, new Environment(clock, zone));
  }

  /**
   * Compiles a template of another language than that of lines and labels.
   *
   * @param functions that it can name
   */
  static Template compile(
      String name,
      String text,
      Map<String, Function> functions,
      int maxOutputBytes,
      Environment environment) {
    return new Template(name, text, functions, maxOutputBytes, environment);
  }

  /**
   * Runs the template over an entry.
   *
   * @throws TemplateException if it fails; the message is the text of {@code __error_details__}
   */
  public byte[] execute(TemplateData data) {
    return ByteStrings.toBytes(run(data, new GoMap.EntryLabels(data)));
  }

  /**
   * Runs the template.
   *
   * @param data what functions see of an entry
   * @param dot what the template starts with
   * @return a byte string
   */
  String run(TemplateData data, GoMap dot) {
    return new Execution(this, data, maxOutputBytes).run(dot);
  }

  /** Returns the label if the whole template is exactly one field, {@code {{.x}}}. */
  public Optional<String> singleField() {
    return FieldUse.singleField(root);
  }

  /** Returns the labels that the template may read by name. */
  public Set<String> fields() {
    return fieldUse.names();
  }

  /**
   * Returns whether the template may read labels that {@link #fields} does not list: it uses the
   * dot, or {@code $}, as a whole.
   */
  public boolean readsAllLabels() {
    return fieldUse.readsAll();
  }

  String name() {
    return name;
  }

  /** Returns the source as a byte string. */
  String text() {
    return text;
  }

  List<Node.Statement> root() {
    return root;
  }

  @Nullable List<Node.Statement> definition(String definition) {
    return definitions.get(definition);
  }

  Environment environment() {
    return environment;
  }
}
