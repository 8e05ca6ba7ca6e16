/**
 * Compaction: what makes the objects of a tenant fewer, larger, and of what is to be kept only.
 *
 * <p>Merges index files by day, takes out what retention and delete requests say, merges small
 * chunks and copies of replicas by writing packs anew, deletes what nothing refers to. Each step
 * becomes visible by the one write of a manifest (docs/formats/index-shipping.md). What is kept and
 * what is deleted is for others to say: {@link io.skald.storage.compact.Retention}, {@link
 * io.skald.storage.compact.EntryRemovals}. Entry type: {@link io.skald.storage.compact.Compactor}.
 * No threads; a run is confined to one.
 */
@NullMarked
package io.skald.storage.compact;

import org.jspecify.annotations.NullMarked;
