/**
 * The query language as text and as a tree: lexer, parser, abstract syntax, canonical printer,
 * errors with positions. Evaluates nothing.
 *
 * <p>Entry types: {@link io.skald.logql.syntax.Parser} reads a query, {@code toString()} of a node
 * prints it, {@link io.skald.logql.syntax.Formatter} lays it out for people. A tree that the parser
 * gave reads back from its text as an equal one, and is at most a few hundred levels deep. The tree
 * is immutable and thread-safe; a parser is confined to its call.
 */
@NullMarked
package io.skald.logql.syntax;

import org.jspecify.annotations.NullMarked;
