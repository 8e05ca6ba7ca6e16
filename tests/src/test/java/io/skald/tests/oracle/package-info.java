/**
 * A second evaluator of LogQL, slow and obvious: line by line, on texts and maps, straight from the
 * language reference. It shares the parser's syntax tree with the engine and nothing else. Random
 * data and queries are answered by both, and both must agree.
 *
 * <p>Entry types: {@link io.skald.tests.oracle.OracleTest} for the short run, {@link
 * io.skald.tests.oracle.OracleRun} for a long one.
 */
@NullMarked
package io.skald.tests.oracle;

import org.jspecify.annotations.NullMarked;
