/**
 * Coverage-guided fuzzing of everything that reads stored bytes. Entry type: {@link
 * io.skald.storage.fuzz.StorageFuzzTest}.
 */
@NullMarked
package io.skald.storage.fuzz;

import org.jspecify.annotations.NullMarked;
