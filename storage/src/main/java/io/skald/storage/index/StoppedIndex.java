package io.skald.storage.index;

import io.skald.common.block.StorageException;
import io.skald.common.model.TenantId;
import io.skald.storage.object.ObjectKey;
import io.skald.storage.object.ObjectStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The whole index while nobody writes to it, for tools: what lies in the object store, and what the
 * disk of the stopped server has not sent yet. Changes nothing. Every file is fetched from where it
 * belongs: copies that a cache has kept prove nothing.
 */
public final class StoppedIndex implements AutoCloseable {
  private static final long CACHE_BYTES = 256L << 20;
  private static final String MANIFEST = "/manifest";

  private final ObjectStore store;
  private final @Nullable RocksLabelIndex local;
  private final Path copies;
  private final IndexFileCache files;

  /**
   * @param localDirectory the local database; need not exist
   * @throws StorageException if it exists and cannot be opened
   */
  public StoppedIndex(ObjectStore store, Path localDirectory) {
    this.store = store;
    this.local = Files.isDirectory(localDirectory) ? new RocksLabelIndex(localDirectory) : null;
    try {
      this.copies = Files.createTempDirectory("skald-index");
      this.files = new IndexFileCache(copies, CACHE_BYTES, this::read);
    } catch (IOException | RuntimeException e) {
      if (local != null) {
        local.close();
      }
      throw new StorageException("cannot make room for copies of index files: " + e, e);
    }
  }

  private byte[] read(IndexFileName name) {
    byte[] waiting = local == null ? null : local.toShip(name);
    return waiting != null ? waiting : store.read(name.key(), 0, name.length());
  }

  /** Returns the tenants that have an object of the index in {@code store}. */
  public static Set<TenantId> tenants(ObjectStore store) {
    Set<TenantId> tenants = new TreeSet<>(Comparator.comparing(TenantId::value));
    for (String key : store.list(IndexFileName.ROOT)) {
      tenantOf(key).ifPresent(tenants::add);
    }
    return tenants;
  }

  private static Optional<TenantId> tenantOf(String key) {
    if (!key.endsWith(MANIFEST)) {
      return IndexFileName.parse(key).map(IndexFileName::tenant);
    }
    String segments = key.substring(IndexFileName.ROOT.length(), key.length() - MANIFEST.length());
    try {
      return Optional.of(ObjectKey.tenantOf(segments));
    } catch (IllegalArgumentException _) {
      return Optional.empty();
    }
  }

  /**
   * Reads every key and value and hands over every chunk, once for each day that it is listed in.
   *
   * @param damaged gets the key of each object that cannot be used, and why; what others hold is
   *     read all the same. The key is that of no object, "", for the local database
   * @return what else was there
   */
  public IndexContents scan(
      IndexContents.Visitor visitor, BiConsumer<String, String> damaged) {
    IndexScan scan = new IndexScan(visitor);
    Set<TenantId> tenants = new HashSet<>(tenants(store));
    List<IndexFileName> waiting = local == null ? List.of() : local.toShip();
    waiting.forEach(name -> tenants.add(name.tenant()));
    for (TenantId tenant : tenants) {
      filesOf(tenant, waiting, damaged)
          .forEach((day, names) -> scanDay(tenant, day, names, scan, damaged));
    }
    if (local != null) {
      try {
        local.scan(scan);
      } catch (StorageException e) {
        damaged.accept("", String.valueOf(e.getMessage()));
      }
    }
    return scan.contents();
  }

  private Map<Integer, List<IndexFileName>> filesOf(
      TenantId tenant, List<IndexFileName> waiting, BiConsumer<String, String> damaged) {
    IndexManifest manifest = IndexManifest.NONE;
    try {
      manifest = IndexManifest.read(store, tenant);
    } catch (StorageException e) {
      damaged.accept(IndexManifest.key(tenant), String.valueOf(e.getMessage()));
    }
    Set<String> replaced = new HashSet<>();
    manifest.replaced().forEach(each -> replaced.add(each.key()));
    Set<IndexFileName> all = new HashSet<>(manifest.files());
    for (String key : store.list(IndexFileName.newFiles(tenant))) {
      try {
        IndexFileName.parse(key).filter(_ -> !replaced.contains(key)).ifPresent(all::add);
      } catch (StorageException e) {
        damaged.accept(key, String.valueOf(e.getMessage()));
      }
    }
    waiting.stream().filter(name -> name.tenant().equals(tenant)).forEach(all::add);
    Map<Integer, List<IndexFileName>> days = new TreeMap<>();
    all.forEach(name -> days.computeIfAbsent(name.day(), _ -> new ArrayList<>()).add(name));
    return days;
  }

  private void scanDay(
      TenantId tenant,
      int day,
      List<IndexFileName> names,
      IndexScan scan,
      BiConsumer<String, String> damaged) {
    List<IndexFileName> usable = new ArrayList<>();
    for (IndexFileName name : names) {
      try {
        files.lease(name).close();
        usable.add(name);
      } catch (StorageException e) {
        damaged.accept(name.key(), String.valueOf(e.getMessage()));
      }
    }
    if (usable.isEmpty()) {
      return;
    }
    try (FileKeys keys = FileKeys.open(files, usable);
        KeyCursor cursor = keys.cursor()) {
      for (cursor.seek(IndexKeys.day(day, tenant)); cursor.isValid(); cursor.next()) {
        scan.add(cursor.key(), cursor.value());
      }
      cursor.check();
    } catch (StorageException e) {
      // Length and checksum are those of the names, so all of the day was written like that.
      usable.forEach(name -> damaged.accept(name.key(), String.valueOf(e.getMessage())));
    }
  }

  @Override
  public void close() {
    try {
      files.close();
      try (Stream<Path> all = Files.walk(copies)) {
        for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(path);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot delete the copies in " + copies, e);
    } finally {
      if (local != null) {
        local.close();
      }
    }
  }
}
