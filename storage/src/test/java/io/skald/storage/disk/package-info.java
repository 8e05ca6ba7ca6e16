/**
 * A file system that remembers what was done to it, and what a machine may find of it after it lost
 * power. Entry types: {@link io.skald.storage.disk.RecordedFiles}, {@link
 * io.skald.storage.disk.CrashStates}.
 */
@NullMarked
package io.skald.storage.disk;

import org.jspecify.annotations.NullMarked;
