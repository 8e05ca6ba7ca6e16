package io.skald.common.reload;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A value made of the contents of files. {@link #refresh} makes it anew when the contents have
 * changed; contents that are no good leave the old value in place.
 *
 * <p>Contents are compared, not times: a file may be replaced within the resolution of its time,
 * and Kubernetes swaps a link to the folder.
 */
public final class FileValue<T> implements Supplier<T> {
  private static final Logger LOG = LoggerFactory.getLogger(FileValue.class);

  /** Credentials and certificates are small; what is larger is some other file. */
  private static final int MAX_BYTES = 16 << 20;

  /** Makes the value. */
  @FunctionalInterface
  public interface Loader<T> {
    /**
     * @param contents of the files, in their order
     * @throws IllegalArgumentException if they are no good; the message says which and why, and
     *     holds no secret
     */
    T load(List<byte[]> contents);
  }

  private final String what;
  private final List<Path> files;
  private final Loader<T> loader;
  private final LongAdder reloads = new LongAdder();
  private final LongAdder failures = new LongAdder();

  /** Volatile: read by those who use it, set by the one who refreshes. */
  private volatile T value;

  /** Digest of what was tried last; what is no good is told once. */
  private byte[] tried;

  private volatile boolean stale;

  /**
   * Reads the files.
   *
   * @param what names the value in messages, like "TLS certificate"
   * @throws IllegalArgumentException if a file cannot be read or is no good
   */
  public FileValue(String what, List<Path> files, Loader<T> loader) {
    this.what = what;
    this.files = List.copyOf(files);
    this.loader = loader;
    List<byte[]> contents = read(this.files);
    this.tried = digest(contents);
    this.value = loader.load(contents);
  }

  @Override
  public T get() {
    return value;
  }

  /** Takes over the files if they have changed since they were last tried. */
  public synchronized void refresh() {
    List<byte[]> contents;
    byte[] digest;
    try {
      contents = read(files);
      digest = digest(contents);
    } catch (IllegalArgumentException e) {
      failed(String.valueOf(e.getMessage()).getBytes(StandardCharsets.UTF_8), e);
      return;
    }
    if (Arrays.equals(digest, tried)) {
      return;
    }
    try {
      value = loader.load(contents);
      tried = digest;
      stale = false;
      reloads.increment();
      LOG.info("{} read anew from {}", what, files);
    } catch (IllegalArgumentException e) {
      failed(digest, e);
    }
  }

  private void failed(byte[] attempt, IllegalArgumentException e) {
    if (Arrays.equals(attempt, tried)) {
      return;
    }
    tried = attempt;
    stale = true;
    failures.increment();
    LOG.warn("{} not taken over, the old one stays in use: {}", what, e.getMessage());
  }

  /** Returns how often changed files were taken over. */
  public long reloads() {
    return reloads.sum();
  }

  /** Returns how often changed files were no good. */
  public long failures() {
    return failures.sum();
  }

  /** Returns whether the files are no good now, and an older value is in use. */
  public boolean isStale() {
    return stale;
  }

  private static List<byte[]> read(List<Path> files) {
    List<byte[]> contents = new ArrayList<>();
    for (Path file : files) {
      try {
        if (Files.size(file) > MAX_BYTES) {
          throw new IllegalArgumentException(file + " is larger than " + MAX_BYTES + " bytes");
        }
        contents.add(Files.readAllBytes(file));
      } catch (NoSuchFileException e) {
        throw new IllegalArgumentException("file not found: " + file, e);
      } catch (IOException e) {
        throw new IllegalArgumentException("file cannot be read: " + file + ": " + e, e);
      }
    }
    return contents;
  }

  private static byte[] digest(List<byte[]> contents) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      for (byte[] content : contents) {
        digest.update(MessageDigest.getInstance("SHA-256").digest(content));
      }
      return digest.digest();
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
