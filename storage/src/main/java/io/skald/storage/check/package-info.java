/**
 * Looks into storage that no process uses, checks it, and brings what is damaged back into use.
 *
 * <p>Owns no format: it reads packs and the index as everyone does. Entry types: {@link
 * io.skald.storage.check.PackCheck}, {@link io.skald.storage.check.IndexCheck}, {@link
 * io.skald.storage.check.StorageRepair}; for the log {@link io.skald.storage.wal.LogInspection}.
 * Nothing is destroyed: what is damaged is set aside. No threads.
 */
@NullMarked
package io.skald.storage.check;

import org.jspecify.annotations.NullMarked;
