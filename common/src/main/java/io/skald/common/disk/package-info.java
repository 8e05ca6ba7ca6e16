/**
 * What a disk must be told before it keeps something. Owns no files and no threads. Entry type:
 * {@link io.skald.common.disk.DurableDirectories}.
 */
@NullMarked
package io.skald.common.disk;

import org.jspecify.annotations.NullMarked;
