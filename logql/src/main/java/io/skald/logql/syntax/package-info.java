/**
 * The query language as text and as a tree: lexer, parser, abstract syntax, canonical printer,
 * errors with positions. Evaluates nothing.
 *
 * <p>Entry type: {@link io.skald.logql.syntax.Parser}. All types are immutable and thread-safe.
 */
@NullMarked
package io.skald.logql.syntax;

import org.jspecify.annotations.NullMarked;
