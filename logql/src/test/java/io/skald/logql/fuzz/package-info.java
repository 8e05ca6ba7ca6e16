/**
 * Coverage-guided fuzzing of everything in the language that reads text of a user. Entry type:
 * {@link io.skald.logql.fuzz.LanguageFuzzTest}.
 */
@NullMarked
package io.skald.logql.fuzz;

import org.jspecify.annotations.NullMarked;
