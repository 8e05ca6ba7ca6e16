/**
 * Go's text/template with the functions of line_format and label_format, as far as the LogQL
 * reference lists them. Knows nothing of queries.
 *
 * <p>Entry type: {@link io.skald.logql.template.Template}; immutable and thread-safe once compiled.
 *
 * <p>Strings of a template are bytes, held as Java strings with one char per byte ({@code
 * ByteStrings}); text is converted where it enters and leaves. A template is cut into tokens
 * ({@code Lexer}), parsed into {@code Node}s ({@code Parser}) and walked once per entry ({@code
 * Execution} for statements, {@code Evaluator} for values) within a {@code Budget}. Functions are
 * grouped by theme and listed in {@code FunctionTable}; what they print goes through {@code
 * Formatter}, Go's fmt. Sources of the behaviour: the documentation of Go's packages text/template,
 * fmt, strconv, strings, time, regexp and encoding/json, and recordings of their outcome.
 */
@NullMarked
package io.skald.logql.template;

import org.jspecify.annotations.NullMarked;
