package io.skald.agent.tail;

import io.skald.agent.decompress.Compression;
import io.skald.agent.position.FileHead;
import io.skald.agent.position.FileId;
import io.skald.agent.position.FilePosition;
import io.skald.agent.position.FileStat;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Looks around a file: where it was renamed to, and which of its neighbours came from it. */
final class Siblings {
  private static final Logger log = LoggerFactory.getLogger(Siblings.class);

  /** {@code .1}, {@code -20240131}, {@code .2024-01-31T10:00:00Z}, {@code _3}. */
  private static final Pattern SUFFIX = Pattern.compile("[._-][0-9][0-9TZ._:+-]*");

  /** Names with a date of at least a day. */
  private static final Pattern DATED = Pattern.compile(".*[0-9]{4}-?[0-9]{2}-?[0-9]{2}.*");

  /** How much of two files is compared to tell a copy. */
  private static final int COMPARED_BYTES = 64 << 10;

  private Siblings() {}

  /** A neighbour and what the file system says of it. */
  record Sibling(Path path, FileStat stat) {
    /**
     * Tells whether this, with its inode, is the file of a position: by its content, or by its time
     * of birth if it was truncated meanwhile.
     */
    boolean isFileOf(FilePosition position) {
      long born = stat.bornNanos();
      return (born != 0 && born == position.bornNanos())
          || (!position.bornAtAnotherTime(born)
              && position.head().length() > 0
              && (isCompressed(position.path(), path) || hasHead(path, position.head())));
    }

    /**
     * By time of birth, where known, and of the last write: unpacking an old file sets only one.
     */
    boolean isYoungerThanOneOf(List<Sibling> others) {
      for (Sibling other : others) {
        if (stat.modifiedNanos() >= other.stat.modifiedNanos()
            && (stat.bornNanos() == 0 || stat.bornNanos() >= other.stat.bornNanos())) {
          return true;
        }
      }
      return false;
    }

    /** Tells whether this is the beginning of one of {@code others}, or all of it. */
    boolean isCopyOfOneOf(List<Sibling> others) throws IOException {
      for (Sibling other : others) {
        if (stat.sizeBytes() <= other.stat.sizeBytes()) {
          try (FileContent mine = FileContent.Plain.open(path);
              FileContent its = FileContent.Plain.open(other.path)) {
            if (beginAlike(mine, its)) {
              return true;
            }
          }
        }
      }
      return false;
    }
  }

  /**
   * Returns where the file with this identity lies in {@code directory}, or null. A listing can
   * miss what is renamed while it is made, so only what two of them miss is not there.
   */
  static @Nullable Sibling find(Path directory, FileId id) {
    for (int listing = 0; listing < 2; listing++) {
      for (Sibling sibling : in(directory)) {
        if (sibling.stat.isFile(id)) {
          return sibling;
        }
      }
    }
    return null;
  }

  /** Returns where the file of a position lies beside its path; null if it is not there. */
  static @Nullable Sibling findMoved(FilePosition position, DirectorySnapshots snapshots)
      throws IOException {
    Path path = Path.of(position.path());
    Set<Path> directories = new LinkedHashSet<>();
    if (path.getParent() != null) {
      directories.add(path.getParent());
    }
    if (Files.exists(path)) {
      Path real = path.toRealPath().getParent();
      if (real != null) {
        directories.add(real);
      }
    }
    for (Path directory : directories) {
      Sibling found = snapshots.find(directory, position.id());
      if (found != null && found.isFileOf(position)) {
        return found;
      }
    }
    return null;
  }

  /** Returns the files that are named as if rotated from {@code path}, the oldest first. */
  static List<Sibling> rotatedFrom(String path, Path directory) {
    String name = Objects.toString(Path.of(path).getFileName());
    List<Sibling> found = regularFiles(directory, candidate -> isRotatedName(name, candidate));
    found.sort(Comparator.comparingLong(s -> s.stat.modifiedNanos()));
    return found;
  }

  /**
   * A rotated file, compressed or not.
   *
   * @param compression null if it is not
   * @param stem its name without what a compression adds
   */
  record Generation(Sibling sibling, @Nullable Compression compression, String stem) {
    Path path() {
      return sibling.path;
    }
  }

  /**
   * Returns the files that are named as if rotated from {@code path}, compressed ones too, the
   * oldest first. One that lies there both ways is still being compressed and counts as it is.
   */
  static List<Generation> generations(Path path) {
    String name = Objects.toString(path.getFileName());
    List<Generation> found = new ArrayList<>();
    Set<String> plain = new HashSet<>();
    Path directory = path.getParent();
    int dot = name.lastIndexOf('.');
    String common = dot > 0 ? name.substring(0, dot) : name;
    for (Sibling sibling :
        directory == null
            ? List.<Sibling>of()
            : regularFiles(directory, candidate -> candidate.startsWith(common))) {
      String candidate = Objects.toString(sibling.path.getFileName());
      Compression compression = Compression.ofFile(candidate);
      String stem =
          compression == null
              ? candidate
              : candidate.substring(0, candidate.length() - compression.suffix().length());
      if (isRotatedName(name, stem) || (compression != null && stem.equals(name))) {
        found.add(new Generation(sibling, compression, stem));
        if (compression == null) {
          plain.add(stem);
        }
      }
    }
    found.removeIf(one -> one.compression != null && plain.contains(one.stem));
    found.sort(oldestFirst(found));
    return found;
  }

  /**
   * What is not compressed yet is younger than what is. Dates in names, where all have them, are
   * better than times of writing: some write the compressed file anew, at a later time.
   */
  private static Comparator<Generation> oldestFirst(List<Generation> all) {
    Comparator<Generation> compressed = Comparator.comparing(one -> one.compression == null);
    return all.stream().allMatch(one -> DATED.matcher(one.stem).matches())
        ? compressed.thenComparing(Generation::stem)
        : compressed.thenComparingLong(one -> one.sibling.stat.modifiedNanos());
  }

  /** Tells whether {@code candidate} is compressed, as its name says, and {@code path} was not. */
  static boolean isCompressed(String path, Path candidate) {
    return Compression.ofFile(candidate.toString()) != null && Compression.ofFile(path) == null;
  }

  /**
   * Tells whether {@code candidate} is what a rotation makes of {@code name}: {@code app.log.1},
   * {@code app.log-20240131}, {@code app-20240131.log}. Compressed files are not.
   */
  static boolean isRotatedName(String name, String candidate) {
    if (candidate.startsWith(name)) {
      return SUFFIX.matcher(candidate.substring(name.length())).matches();
    }
    int dot = name.lastIndexOf('.');
    return dot > 0
        && candidate.length() > name.length()
        && candidate.startsWith(name.substring(0, dot))
        && candidate.endsWith(name.substring(dot))
        && SUFFIX
            .matcher(candidate.substring(dot, candidate.length() - (name.length() - dot)))
            .matches();
  }

  /** Tells whether two files begin with the same bytes, as far as the shorter one goes. */
  static boolean beginAlike(FileContent one, FileContent other) throws IOException {
    byte[] a = start(one);
    byte[] b = start(other);
    int common = Math.min(a.length, b.length);
    return common > 0 && Arrays.equals(a, 0, common, b, 0, common);
  }

  /** Tells whether the file at {@code path} has this head; false if it cannot be read. */
  static boolean hasHead(Path path, FileHead head) {
    byte[] scratch = new byte[FileHead.MAX_LENGTH];
    try (FileContent content = FileContent.Plain.open(path)) {
      return head.matches(scratch, TailedFile.readHead(content, scratch, head.length()));
    } catch (IOException _) {
      return false;
    }
  }

  /** Returns the head of the file at {@code path}; {@link FileHead#NONE} if it cannot be read. */
  static FileHead headOf(Path path) {
    byte[] scratch = new byte[FileHead.MAX_LENGTH];
    try (FileContent content = FileContent.Plain.open(path)) {
      return FileHead.of(scratch, TailedFile.readHead(content, scratch, scratch.length));
    } catch (IOException _) {
      return FileHead.NONE;
    }
  }

  private static byte[] start(FileContent content) throws IOException {
    byte[] bytes = new byte[(int) Math.min(COMPARED_BYTES, content.size())];
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    while (buffer.hasRemaining() && content.read(buffer, buffer.position()) > 0) {
      // until full
    }
    return buffer.hasRemaining() ? Arrays.copyOf(bytes, buffer.position()) : bytes;
  }

  /** Returns the regular files of {@code directory}; none if it cannot be listed. */
  static List<Sibling> in(Path directory) {
    return regularFiles(directory, _ -> true);
  }

  private static List<Sibling> regularFiles(Path directory, Predicate<String> names) {
    List<Sibling> found = new ArrayList<>();
    try (DirectoryStream<Path> stream =
        Files.newDirectoryStream(
            directory, path -> names.test(Objects.toString(path.getFileName())))) {
      for (Path path : stream) {
        FileStat stat = statOrNull(path);
        if (stat != null && stat.regularFile()) {
          found.add(new Sibling(path, stat));
        }
      }
    } catch (IOException | DirectoryIteratorException e) {
      log.debug("cannot look for rotated files in {}: {}", directory, e.toString());
    }
    return found;
  }

  /** Returns null also for what cannot be looked at. */
  static @Nullable FileStat statOrNull(Path path) {
    try {
      return FileStat.of(path);
    } catch (IOException _) {
      return null;
    }
  }
}
