/**
 * Go's text/template with the functions of line_format and label_format, as far as the LogQL
 * reference lists them. Knows nothing of queries.
 *
 * <p>Entry type: {@link io.skald.logql.template.Template}; immutable and thread-safe once compiled.
 */
@NullMarked
package io.skald.logql.template;

import org.jspecify.annotations.NullMarked;
