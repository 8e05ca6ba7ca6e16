/**
 * Values that are read from files and follow them while the process runs: certificates,
 * credentials.
 *
 * <p>Entry types: {@link io.skald.common.reload.FileReloads} and {@link
 * io.skald.common.reload.FileValue}. One virtual thread looks at all files.
 */
@NullMarked
package io.skald.common.reload;

import org.jspecify.annotations.NullMarked;
