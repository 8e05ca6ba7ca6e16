package io.skald.agent.tail;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Says once of each file why it cannot be followed, and once more when it can. */
final class Troubles {
  private static final Logger log = LoggerFactory.getLogger(Troubles.class);

  private final Map<Path, String> told = new HashMap<>();
  private final Set<Path> seenInScan = new HashSet<>();
  private final Set<Path> notes = new HashSet<>();
  private final AtomicInteger count;

  /**
   * @param count of the files that cannot be read, kept up to date
   */
  Troubles(AtomicInteger count) {
    this.count = count;
  }

  void beginScan() {
    seenInScan.clear();
  }

  /** What was not met again in a whole scan is over. */
  void endScan() {
    told.keySet().retainAll(seenInScan);
    notes.removeIf(path -> !Files.exists(path));
    count.set(told.size());
  }

  void unreadable(Path path, IOException e) {
    seenInScan.add(path);
    String reason =
        switch (e) {
          case AccessDeniedException _ ->
              "permission denied for user "
                  + System.getProperty("user.name")
                  + ": add the user to the file's group (often adm) or run the agent as root";
          case FileSystemException f when f.getReason() != null -> f.getReason();
          default -> e.toString();
        };
    if (!reason.equals(told.put(path, reason))) {
      log.warn("cannot read {}: {}; tried again at every scan", path, reason);
    }
  }

  void readable(Path path) {
    if (told.remove(path) != null) {
      log.info("{} can be read now", path);
    }
  }

  /** Logs {@code message} unless something was noted for this path before. */
  void note(Path path, String message) {
    if (notes.add(path)) {
      log.warn("{}: {}", path, message);
    }
  }
}
