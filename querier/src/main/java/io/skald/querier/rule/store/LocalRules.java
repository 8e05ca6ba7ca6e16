package io.skald.querier.rule.store;

import io.skald.common.model.TenantId;
import io.skald.querier.rule.InvalidRulesException;
import io.skald.querier.rule.RuleNamespace;
import io.skald.querier.rule.RuleReader;
import io.skald.querier.rule.RuleSource;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Rules in a folder that others write: {@code <tenant>/<file>.yaml}, where the file's name is the
 * namespace. {@link #refresh} reads what has changed. A file that is no good is told once, and its
 * old groups stay until it is good or gone.
 *
 * <p>Contents are compared, not times: Kubernetes swaps a link to the folder. Thread-safe; one
 * thread refreshes at a time.
 */
public final class LocalRules implements RuleSource {
  private static final Logger LOG = LoggerFactory.getLogger(LocalRules.class);

  /** More is some other folder. */
  private static final int MAX_FILES = 10_000;

  private final Path directory;
  private final AtomicLong failures = new AtomicLong();

  private Map<Path, Read> files = Map.of(); // guarded by this
  private final Set<Path> strangers = new HashSet<>(); // guarded by this
  private String trouble = ""; // guarded by this

  /** Volatile for those who only look. */
  private volatile Map<TenantId, List<RuleNamespace>> all = Map.of();

  private volatile int stale;

  /**
   * What is known of a file.
   *
   * @param contents as they were last tried; empty if they could not be read
   * @param namespace the last good one, if there was any
   * @param good whether it is that of the contents
   */
  private record Read(byte[] contents, @Nullable RuleNamespace namespace, boolean good) {}

  public LocalRules(Path directory) {
    this.directory = directory;
    refresh();
  }

  @Override
  public Map<TenantId, List<RuleNamespace>> all() {
    return all;
  }

  /** Returns how often a file changed into one that is no good. */
  public long failures() {
    return failures.get();
  }

  /** Returns how many files are no good now. */
  public int staleFiles() {
    return stale;
  }

  /** Looks at the folder once. One that cannot be read changes nothing. */
  public synchronized void refresh() {
    Map<Path, Read> found = new HashMap<>();
    Map<TenantId, List<RuleNamespace>> rules = new TreeMap<>();
    try {
      for (Path folder : tenantFolders()) {
        TenantId tenant = tenant(folder);
        if (tenant == null) {
          continue;
        }
        List<RuleNamespace> namespaces = new ArrayList<>();
        for (Path file : files(folder, found.size())) {
          Read read = read(file, files.get(file));
          found.put(file, read);
          if (read.namespace() != null && !read.namespace().groups().isEmpty()) {
            namespaces.add(read.namespace());
          }
        }
        if (!namespaces.isEmpty()) {
          namespaces.sort(Comparator.comparing(RuleNamespace::name));
          rules.put(tenant, List.copyOf(namespaces));
        }
      }
      trouble = "";
    } catch (IOException e) {
      tell("the rules in " + directory + " cannot be read, the old ones stay: " + e);
      return;
    }
    files = found;
    stale = (int) found.values().stream().filter(read -> !read.good()).count();
    if (!rules.equals(all)) {
      all = Map.copyOf(rules);
    }
  }

  /** Returns the tenant that a folder is of; null, told once, if it has the name of none. */
  private @Nullable TenantId tenant(Path folder) {
    try {
      return new TenantId(name(folder));
    } catch (IllegalArgumentException e) {
      if (strangers.size() < MAX_FILES && strangers.add(folder)) {
        LOG.warn("{} is left out of the rules: {}", folder, e.getMessage());
      }
      return null;
    }
  }

  private void tell(String message) {
    if (!message.equals(trouble)) {
      trouble = message;
      failures.incrementAndGet();
      LOG.error("{}", message);
    }
  }

  private List<Path> tenantFolders() throws IOException {
    return Files.isDirectory(directory) ? list(directory, Files::isDirectory) : List.of();
  }

  private static List<Path> files(Path folder, int before) throws IOException {
    List<Path> files = list(folder, LocalRules::isRuleFile);
    if (before + files.size() > MAX_FILES) {
      throw new IOException("more than " + MAX_FILES + " files");
    }
    return files;
  }

  private static boolean isRuleFile(Path file) {
    String name = name(file);
    return (name.endsWith(".yaml") || name.endsWith(".yml")) && Files.isRegularFile(file);
  }

  /** Names that begin with a dot are Kubernetes' and editors' own. */
  private static List<Path> list(Path folder, DirectoryStream.Filter<Path> filter)
      throws IOException {
    List<Path> found = new ArrayList<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder, filter)) {
      for (Path entry : entries) {
        if (!name(entry).startsWith(".")) {
          found.add(entry);
        }
      }
    }
    return found;
  }

  private static String name(Path path) {
    return String.valueOf(path.getFileName());
  }

  private Read read(Path file, @Nullable Read before) {
    byte[] contents = new byte[0];
    RuleNamespace old = before == null ? null : before.namespace();
    try {
      if (Files.size(file) > RuleReader.MAX_BYTES) {
        throw new InvalidRulesException(0, "larger than " + RuleReader.MAX_BYTES + " bytes");
      }
      contents = Files.readAllBytes(file);
      if (before != null && Arrays.equals(before.contents(), contents)) {
        return before;
      }
      String yaml = new String(contents, StandardCharsets.UTF_8);
      RuleNamespace namespace = RuleReader.file(name(file), yaml);
      if (before != null) {
        LOG.info("rules read anew from {}", file);
      }
      return new Read(contents, namespace, true);
    } catch (InvalidRulesException e) {
      String where = e.line() == 0 ? file.toString() : file + ":" + e.line();
      bad(before, contents, where + ": " + e.getMessage());
    } catch (IOException e) {
      bad(before, contents, file + ": " + e);
    }
    return new Read(contents, old, false);
  }

  private void bad(@Nullable Read before, byte[] contents, String message) {
    if (before == null || before.good() || !Arrays.equals(before.contents(), contents)) {
      failures.incrementAndGet();
      LOG.error("rules not taken over, the old ones of the file stay: {}", message);
    }
  }
}
