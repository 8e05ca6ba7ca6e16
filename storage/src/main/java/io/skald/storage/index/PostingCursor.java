package io.skald.storage.index;

import io.skald.common.model.Fingerprint;
import org.jspecify.annotations.Nullable;

/** Walks the fingerprints of one (name, value), ascending. Leaves the iterator open. */
final class PostingCursor {
  /** So many steps are tried before a seek, which costs about as much. */
  private static final int STEPS_BEFORE_SEEK = 8;

  private final KeyCursor iterator;
  private final byte[] prefix;
  private @Nullable Fingerprint current;

  /** Starts at the first fingerprint. */
  PostingCursor(KeyCursor iterator, byte[] prefix) {
    this.iterator = iterator;
    this.prefix = prefix;
    iterator.seek(prefix);
    load();
  }

  /** Returns the fingerprint here, or null past the last. */
  @Nullable Fingerprint current() {
    return current;
  }

  /** Moves to the first fingerprint that is {@code target} or above. */
  @Nullable Fingerprint advanceTo(Fingerprint target) {
    for (int i = 0; i < STEPS_BEFORE_SEEK; i++) {
      if (current == null || current.compareTo(target) >= 0) {
        return current;
      }
      next();
    }
    if (current != null && current.compareTo(target) < 0) {
      iterator.seek(IndexKeys.withFingerprint(prefix, target));
      load();
    }
    return current;
  }

  @Nullable Fingerprint next() {
    iterator.next();
    load();
    return current;
  }

  private void load() {
    current = null;
    if (iterator.isValid()) {
      byte[] key = iterator.key();
      if (key.length == prefix.length + Fingerprint.BYTES && IndexKeys.startsWith(key, prefix)) {
        current = IndexKeys.readFingerprint(key, prefix.length);
      }
    }
  }
}
