package io.skald.agent;

import io.skald.common.config.ConfigException;
import io.skald.common.config.ConfigNode;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The files of one {@code file_sd_configs} element: lists of groups with targets and labels. A file
 * that cannot be read keeps what it said last. Confined to the reader thread.
 */
final class LabelSetFiles {
  private static final Logger log = LoggerFactory.getLogger(LabelSetFiles.class);

  private final String job;
  private final AgentConfig.FileSdConfig config;
  private final Map<Path, Content> contents = new LinkedHashMap<>();
  private boolean looked;
  private long nextRefresh;

  /**
   * What a file said.
   *
   * @param state how the file looked when it was read: a change of it makes it worth reading
   */
  private record Content(String state, List<Map<String, String>> labelSets) {}

  LabelSetFiles(String job, AgentConfig.FileSdConfig config) {
    this.job = job;
    this.config = config;
  }

  /**
   * Reads the files that have changed.
   *
   * @return whether the label sets may be others than before
   */
  boolean look(long nowNanos) {
    boolean refresh = !looked || nowNanos - nextRefresh >= 0;
    if (refresh) {
      nextRefresh = nowNanos + config.refreshInterval().toNanos();
    }
    looked = true;
    boolean changed = false;
    List<Path> present = new ArrayList<>();
    for (String pattern : config.files()) {
      present.addAll(matching(pattern));
    }
    changed |= contents.keySet().removeIf(path -> !present.contains(path) && !Files.exists(path));
    for (Path path : present) {
      changed |= read(path, refresh);
    }
    return changed;
  }

  List<Map<String, String>> labelSets() {
    return contents.values().stream().flatMap(content -> content.labelSets.stream()).toList();
  }

  private boolean read(Path path, boolean refresh) {
    Content known = contents.get(path);
    try {
      BasicFileAttributes attributes = Files.readAttributes(path, BasicFileAttributes.class);
      String state =
          attributes.lastModifiedTime() + " " + attributes.size() + " " + attributes.fileKey();
      if (known != null && known.state.equals(state) && !refresh) {
        return false;
      }
      List<Map<String, String>> labelSets = parse(path, Files.readString(path));
      contents.put(path, new Content(state, labelSets));
      return known == null || !known.labelSets.equals(labelSets);
    } catch (IOException | ConfigException e) {
      String state = "unreadable: " + e.getMessage();
      if (known == null || !known.state.equals(state)) {
        log.warn(
            "job {}: cannot read the targets in {}: {}; those it held before stay",
            job,
            path,
            e.getMessage());
        contents.put(path, new Content(state, known == null ? List.of() : known.labelSets));
      }
      return false;
    }
  }

  private List<Path> matching(String pattern) {
    Path path = Path.of(pattern).toAbsolutePath();
    Path directory = path.getParent();
    String name = Objects.toString(path.getFileName());
    int star = name.indexOf('*');
    if (star < 0 || directory == null) {
      return List.of(path);
    }
    List<Path> found = new ArrayList<>();
    try (DirectoryStream<Path> stream =
        Files.newDirectoryStream(
            directory,
            file -> {
              String candidate = Objects.toString(file.getFileName());
              return candidate.length() >= name.length() - 1
                  && candidate.startsWith(name.substring(0, star))
                  && candidate.endsWith(name.substring(star + 1));
            })) {
      stream.forEach(found::add);
    } catch (IOException | DirectoryIteratorException e) {
      log.debug("job {}: cannot list {}: {}", job, directory, e.toString());
    }
    found.sort(null);
    return found;
  }

  private static List<Map<String, String>> parse(Path path, String text) {
    List<Map<String, String>> labelSets = new ArrayList<>();
    ConfigNode top = ConfigNode.parseAny(path.toString(), text);
    switch (top) {
      case ConfigNode.Sequence(List<ConfigNode> groups, _) ->
          groups.forEach(group -> addGroup(path, group, labelSets));
      case ConfigNode.Scalar(String scalar, _) when scalar == null -> {}
      case ConfigNode.Scalar _, ConfigNode.Mapping _ ->
          throw wrong(top, "must be a list of groups");
    }
    return labelSets;
  }

  private static void addGroup(Path path, ConfigNode group, List<Map<String, String>> labelSets) {
    if (!(group instanceof ConfigNode.Mapping mapping)) {
      throw wrong(group, "a group must be a mapping with targets and labels");
    }
    List<String> addresses = new ArrayList<>();
    Map<String, String> labels = new TreeMap<>();
    mapping
        .entries()
        .forEach((key, value) -> {
          switch (key) {
            case "targets" -> {
              if (!(value instanceof ConfigNode.Sequence(List<ConfigNode> items, _))) {
                throw wrong(value, "targets must be a list");
              }
              items.forEach(item -> addresses.add(text(item)));
            }
            case "labels" -> {
              if (!(value instanceof ConfigNode.Mapping names)) {
                throw wrong(value, "labels must be a mapping");
              }
              names.entries().forEach((name, label) -> labels.put(name, text(label)));
            }
            default -> throw wrong(value, "a group has targets and labels, not '" + key + "'");
          }
        });
    for (String address : addresses.isEmpty() ? List.of("localhost") : addresses) {
      Map<String, String> set = new TreeMap<>(labels);
      set.putIfAbsent("__address__", address);
      set.put("__meta_filepath", path.toString());
      labelSets.add(set);
    }
  }

  private static String text(ConfigNode node) {
    if (node instanceof ConfigNode.Scalar(String text, _)) {
      return text == null ? "" : text;
    }
    throw wrong(node, "must be a single value");
  }

  private static ConfigException wrong(ConfigNode node, String problem) {
    return new ConfigException(List.of(node.origin() + ": " + problem));
  }
}
