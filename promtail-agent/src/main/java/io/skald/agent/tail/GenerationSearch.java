package io.skald.agent.tail;

import io.skald.agent.decompress.Compression;
import io.skald.agent.position.FileHead;
import io.skald.agent.position.FilePosition;
import io.skald.agent.position.FileStat;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds the files of the last run that were compressed meanwhile, and what came between them and
 * the present file of their path. A file that was compressed has neither its identity nor its bytes
 * any more: it is known by what it decodes to.
 */
final class GenerationSearch {
  /** More than anybody keeps of one file; the youngest are looked at. */
  private static final int MAX_GENERATIONS = 256;

  private static final Logger log = LoggerFactory.getLogger(GenerationSearch.class);

  private final BiConsumer<Path, IOException> unreadable;
  private final TailCounters counters;

  /**
   * A file to be read.
   *
   * @param compression null if it is not compressed
   * @param head of the content; nothing for a file that is not compressed
   * @param position of the last run that it goes on from; null to read it whole
   */
  record Found(
      Siblings.Sibling sibling,
      @Nullable Compression compression,
      FileHead head,
      @Nullable FilePosition position) {}

  private record Candidate(
      Siblings.Generation generation,
      FileHead head,
      List<FilePosition> matches,
      @Nullable DamagedFileException damage) {}

  /**
   * @param unreadable is told of compressed files that cannot be read
   */
  GenerationSearch(BiConsumer<Path, IOException> unreadable, TailCounters counters) {
    this.unreadable = unreadable;
    this.counters = counters;
  }

  /**
   * Returns the files in which {@code lost} go on, and all that are younger, the oldest first;
   * nothing if there is none of them.
   *
   * @param path where the present file lies, links followed
   * @param lost positions in files that were at the path and are nowhere as they were
   */
  List<Found> find(Path path, List<FilePosition> lost) {
    List<Candidate> candidates = candidates(path, lost);
    Map<Integer, FilePosition> resumed = new HashMap<>();
    for (boolean byIdentity : new boolean[] {true, false}) {
      for (FilePosition position : lost) {
        int at =
            resumed.containsValue(position)
                ? -1
                : indexOf(position, candidates, resumed, byIdentity);
        if (at >= 0) {
          resumed.put(at, position);
        }
      }
    }
    List<Found> found = new ArrayList<>();
    int first = resumed.keySet().stream().mapToInt(i -> i).min().orElse(candidates.size());
    if (resumed.size() < lost.size()) {
      tellDamaged(path, candidates.subList(0, first));
    }
    for (int i = first; i < candidates.size(); i++) {
      Candidate one = candidates.get(i);
      found.add(
          new Found(
              one.generation.sibling(), one.generation.compression(), one.head, resumed.get(i)));
    }
    return found;
  }

  /** What is looked for may have been in them. */
  private void tellDamaged(Path path, List<Candidate> candidates) {
    for (Candidate one : candidates) {
      DamagedFileException damage = one.damage;
      if (damage != null) {
        counters.filesDamaged.increment();
        log.error(
            "{}. If it holds lines of {} that were not read, they are lost",
            damage.getMessage(),
            path);
      }
    }
  }

  private List<Candidate> candidates(Path path, List<FilePosition> lost) {
    List<Siblings.Generation> all = Siblings.generations(path);
    List<Candidate> candidates = new ArrayList<>();
    for (Siblings.Generation one :
        all.subList(Math.max(0, all.size() - MAX_GENERATIONS), all.size())) {
      Compression compression = one.compression();
      if (compression == null) {
        candidates.add(new Candidate(one, FileHead.NONE, List.of(), null));
        continue;
      }
      try (DecodedFile content = new DecodedFile(one.path(), compression)) {
        candidates.add(
            new Candidate(
                one,
                content.head(),
                lost.stream().filter(position -> content.begins(position.head())).toList(),
                content.damage()));
      } catch (NoSuchFileException _) {
        // went at this moment
      } catch (IOException e) {
        unreadable.accept(one.path(), e);
      }
    }
    return candidates;
  }

  /**
   * Returns where a file was compressed in the last run already and is known by its own identity;
   * or else the first one that may be it, which was written after that was born. -1 for none.
   */
  private static int indexOf(
      FilePosition position,
      List<Candidate> candidates,
      Map<Integer, FilePosition> taken,
      boolean byIdentity) {
    for (int i = 0; i < candidates.size(); i++) {
      Candidate one = candidates.get(i);
      FileStat stat = one.generation.sibling().stat();
      boolean may =
          byIdentity
              ? stat.isFile(position.id())
              : position.head().length() > 0 && stat.modifiedNanos() >= position.bornNanos();
      if (may && one.matches.contains(position) && !taken.containsKey(i)) {
        return i;
      }
    }
    return -1;
  }
}
