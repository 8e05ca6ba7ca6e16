package io.skald.agent.discovery.kubernetes;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The logs of pods that went away while the agent did not run: directories {@code
 * <namespace>_<pod>_<uid>/<container>} as the kubelet makes them, that belong to no known pod. What
 * their names say are their labels.
 */
final class LeftoverPods {
  private static final Logger log = LoggerFactory.getLogger(LeftoverPods.class);

  /** More than a node leaves between two clean-ups of its kubelet. */
  private static final int MAX_PODS = 10_000;

  /** Namespace, pod, uid: no name in Kubernetes has an underscore. */
  private static final int NAME_PARTS = 3;

  private final Path directory;
  private final Set<String> namespaces;
  private final String node;

  /**
   * A pod that left logs.
   *
   * @param uid of the pod, or of a static pod the hash of its configuration
   * @param sets a label set for each container
   */
  record Leftover(Path directory, String uid, List<Map<String, String>> sets) {
    Leftover {
      sets = List.copyOf(sets);
    }

    boolean isThere() {
      return Files.isDirectory(directory);
    }
  }

  /**
   * @param directory where the kubelet keeps the logs of pods
   * @param namespaces that are looked at, empty for all
   */
  LeftoverPods(Path directory, Set<String> namespaces, String node) {
    this.directory = directory;
    this.namespaces = Set.copyOf(namespaces);
    this.node = node;
  }

  /**
   * Returns the pods that left logs.
   *
   * @param known the uids of pods, and the hashes of static ones, that are told anyway
   */
  List<Leftover> find(Set<String> known) {
    List<Leftover> found = new ArrayList<>();
    try (DirectoryStream<Path> pods = Files.newDirectoryStream(directory)) {
      for (Path pod : pods) {
        String[] parts = String.valueOf(pod.getFileName()).split("_", -1);
        if (parts.length == NAME_PARTS && !known.contains(parts[2]) && isWanted(parts[0])) {
          List<Map<String, String>> sets = containers(pod, parts);
          if (!sets.isEmpty()) {
            found.add(new Leftover(pod, parts[2], sets));
          }
        }
        if (found.size() >= MAX_PODS) {
          log.warn("kubernetes: more than {} pods left logs; the rest is left out", MAX_PODS);
          break;
        }
      }
    } catch (NoSuchFileException | NotDirectoryException _) {
      return List.of();
    } catch (IOException | DirectoryIteratorException e) {
      log.warn("kubernetes: cannot look for logs of pods that are gone: {}", e.toString());
    }
    if (!found.isEmpty()) {
      log.info("kubernetes: reading the logs that {} pods left in {}", found.size(), directory);
    }
    return List.copyOf(found);
  }

  private boolean isWanted(String namespace) {
    return namespaces.isEmpty() || namespaces.contains(namespace);
  }

  private List<Map<String, String>> containers(Path pod, String[] parts) {
    List<Map<String, String>> sets = new ArrayList<>();
    try (DirectoryStream<Path> containers = Files.newDirectoryStream(pod, Files::isDirectory)) {
      for (Path container : containers) {
        String name = String.valueOf(container.getFileName());
        sets.add(PodLabels.ofPath(parts[0], parts[1], parts[2], name, node));
      }
    } catch (IOException | DirectoryIteratorException e) {
      log.debug("{} cannot be listed", pod, e); // removed at this moment
    }
    return sets;
  }
}
