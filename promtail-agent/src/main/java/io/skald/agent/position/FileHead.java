package io.skald.agent.position;

/**
 * The fingerprint of a file's first bytes: tells a file from another one that got its inode, and an
 * appended file from a rewritten one.
 *
 * @param hash FNV-1a of the first {@code length} bytes, 64 bits
 * @param length from 0 (nothing is known) to {@link #MAX_LENGTH}
 */
public record FileHead(long hash, int length) {
  /** Enough to get past the banners that programs write when they start. */
  public static final int MAX_LENGTH = 1024;

  private static final long FNV_OFFSET = 0xcbf29ce484222325L;
  private static final long FNV_PRIME = 0x100000001b3L;

  public static final FileHead NONE = new FileHead(FNV_OFFSET, 0);

  /** Hashes {@code bytes[0, length)}; Fowler, Noll, Vo: FNV-1a, 64 bits. */
  public static FileHead of(byte[] bytes, int length) {
    long hash = FNV_OFFSET;
    for (int i = 0; i < length; i++) {
      hash = (hash ^ (bytes[i] & 0xFF)) * FNV_PRIME;
    }
    return new FileHead(hash, length);
  }

  /** Tells whether a file that starts with {@code bytes[0, available)} has this head. */
  public boolean matches(byte[] bytes, int available) {
    return available >= length && of(bytes, length).hash == hash;
  }
}
