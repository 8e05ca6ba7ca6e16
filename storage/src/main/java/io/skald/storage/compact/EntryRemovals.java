package io.skald.storage.compact;

import io.skald.common.block.BlockView;
import io.skald.common.model.Labels;
import io.skald.common.model.TenantId;
import java.util.List;

/** Entries that somebody wants to be gone, and how far that has come. */
public interface EntryRemovals {
  /** Nothing is to be removed. */
  EntryRemovals NONE =
      new EntryRemovals() {
        @Override
        public List<Removal> due(TenantId tenant) {
          return List.of();
        }

        @Override
        public void progress(TenantId tenant, String id, int percent) {}
      };

  /** A wish that is to be carried out now. */
  interface Removal {
    /** Returns the name of the wish, unique inside the tenant. */
    String id();

    /** Returns whether entries of the stream between these times, both inclusive, may be meant. */
    boolean mayTouch(Labels stream, long fromNanos, long throughNanos);

    /**
     * Returns the blocks of a stream without the entries that are meant; a block of which nothing
     * is left is not among them, and one that loses nothing is the same object.
     */
    List<BlockView> without(Labels stream, List<BlockView> blocks);
  }

  /** Returns what is to be carried out, oldest first. */
  List<Removal> due(TenantId tenant);

  /**
   * Takes note of how much of a wish has been carried out.
   *
   * @param percent 100 if no entry is left that was in the object store at the start of the run
   */
  void progress(TenantId tenant, String id, int percent);
}
