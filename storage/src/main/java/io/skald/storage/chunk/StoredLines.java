package io.skald.storage.chunk;

import io.skald.common.block.LineTemplates;
import org.jspecify.annotations.Nullable;

/** The lines of a block in the form in which they are kept in memory. Immutable. */
public sealed interface StoredLines {
  /** Returns the line bytes; the array may be longer. */
  byte[] bytes();

  /** Returns the lines taken apart, or null if they are not stored so. */
  @Nullable LineTemplates templates();

  /** Returns the memory it takes, in bytes. */
  int sizeBytes();

  /** Lines side by side. */
  record Plain(byte[] bytes) implements StoredLines {
    @Override
    public @Nullable LineTemplates templates() {
      return null;
    }

    @Override
    public int sizeBytes() {
      return bytes.length;
    }
  }

  /** Lines taken apart, their values still compressed. */
  record Parts(TemplateLines templates) implements StoredLines {
    @Override
    public byte[] bytes() {
      return templates.all();
    }

    @Override
    public int sizeBytes() {
      return templates.sizeBytes();
    }
  }
}
