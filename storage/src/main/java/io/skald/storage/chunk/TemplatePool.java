package io.skald.storage.chunk;

import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * Keeps templates, so that equal ones of several blocks are one object and what is worked out for a
 * template is worked out once. Bounded: a template takes the place of another with the same slot.
 * Thread-safe.
 */
final class TemplatePool {
  private static final int SLOTS = 8192;

  /** Longer ones are made for each block. */
  private static final int MAX_LENGTH = 1024;

  private final AtomicReferenceArray<StoredTemplate> slots = new AtomicReferenceArray<>(SLOTS);

  /** Returns the template {@code text[start, end)}. */
  StoredTemplate get(byte[] text, int start, int end) {
    if (end - start > MAX_LENGTH) {
      return new StoredTemplate(text, start, end);
    }
    int slot = Words.hash(text, start, end) & SLOTS - 1;
    StoredTemplate known = slots.getAcquire(slot);
    if (known == null || !known.isEqual(text, start, end)) {
      known = new StoredTemplate(text, start, end);
      slots.setRelease(slot, known);
    }
    return known;
  }
}
