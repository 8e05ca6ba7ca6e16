/** Tests of the log, and the simulated disk that tests of its users share. */
@NullMarked
package io.skald.storage.wal;

import org.jspecify.annotations.NullMarked;
