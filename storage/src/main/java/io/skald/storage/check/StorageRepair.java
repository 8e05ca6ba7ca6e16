package io.skald.storage.check;

import io.skald.common.block.StorageException;
import io.skald.common.model.Fingerprint;
import io.skald.common.model.TenantId;
import io.skald.common.time.Clock;
import io.skald.storage.chunk.ColumnDecoder;
import io.skald.storage.index.FlushedStream;
import io.skald.storage.index.IndexRebuild;
import io.skald.storage.index.IndexedChunk;
import io.skald.storage.index.RocksLabelIndex;
import io.skald.storage.object.ObjectNotFoundException;
import io.skald.storage.object.ObjectStore;
import io.skald.storage.pack.PackReader;
import io.skald.storage.pack.PackWriter;
import io.skald.storage.pack.PackedChunk;
import io.skald.storage.wal.LogFileReport;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Brings damaged storage back into use. Nothing is destroyed: a damaged pack is kept under {@code
 * _damaged/}, as are objects of the index; the local part of the index and damaged files of the log
 * beside their old places.
 *
 * <p>What is whole of a damaged pack is written as a new pack first; then the damaged one is copied
 * aside, the index is built anew from the packs and put into place, and only then the damaged pack
 * is removed from where it was. A crash in between leaves some entries twice, which queries do not
 * show, and the next run goes on.
 */
public final class StorageRepair {
  private static final int COPY_BYTES = 8 << 20;

  private final ObjectStore store;
  private final PackCheck check;
  private final PackWriter writer;
  private final Path localDirectory;
  private final Clock clock;
  private final RandomGenerator random;
  private final String suffix;
  private final Consumer<String> says;

  /**
   * @param localDirectory the server's local database; need not exist
   * @param decoder stays open
   * @param says gets every step and every loss, as a line
   */
  public StorageRepair(
      ObjectStore store,
      PackWriter writer,
      Path localDirectory,
      ColumnDecoder decoder,
      Clock clock,
      RandomGenerator random,
      Consumer<String> says) {
    this.store = store;
    this.check = new PackCheck(store, decoder);
    this.writer = writer;
    this.localDirectory = localDirectory;
    this.clock = clock;
    this.random = random;
    this.suffix = "damaged-" + clock.nowMillis();
    this.says = says;
  }

  /**
   * Repairs packs and index.
   *
   * @param packs all packs in use, verified
   * @param index verified against them
   * @param rebuildIndex whether to build the index anew although it is whole
   * @return how many entries are lost, as far as that is known
   * @throws StorageException if it cannot be done; nothing is lost that was not before
   */
  public long repair(List<PackReport> packs, IndexReport index, boolean rebuildIndex) {
    List<PackReport> damaged = packs.stream().filter(pack -> !pack.isWhole()).toList();
    long lost = 0;
    for (PackReport pack : damaged) {
      lost += rewrite(pack, index);
      setAside(pack.key());
    }
    if (!damaged.isEmpty() || !index.isWhole() || rebuildIndex) {
      rebuildIndex(damaged.stream().map(PackReport::key).toList(), index);
    }
    for (PackReport pack : damaged) {
      store.delete(pack.key());
    }
    return lost;
  }

  private long rewrite(PackReport pack, IndexReport index) {
    PackReader.Directory directory = pack.directory();
    List<PackedChunk> known =
        directory == null
            ? index.chunksByPack().getOrDefault(pack.key(), List.of())
            : directory.chunks();
    TenantId tenant =
        directory == null ? index.tenantsByPack().get(pack.key()) : directory.tenant();
    if (tenant == null) {
      says.accept(
          pack.key()
              + ": neither its directory nor the index tells what is in it; its %d bytes are lost"
                  .formatted(pack.bytes()));
      return 0;
    }
    SalvagedPack salvaged = check.salvage(pack.key(), known);
    salvaged.losses().forEach(loss -> says.accept(pack.key() + ": lost " + loss));
    if (!salvaged.chunks().isEmpty()) {
      String key = writer.write(tenant, salvaged.chunks()).key();
      long entries = salvaged.chunks().stream().mapToLong(chunk -> chunk.entries()).sum();
      says.accept("%s: %d entries are whole and now in %s".formatted(pack.key(), entries, key));
    }
    return salvaged.lostEntries();
  }

  private void setAside(String key) {
    List<ByteBuffer> parts = new ArrayList<>();
    long size = store.size(key);
    for (long at = 0; at < size; at += COPY_BYTES) {
      int length = (int) Math.min(COPY_BYTES, size - at);
      parts.add(ByteBuffer.wrap(store.read(key, at, length)));
    }
    String aside = PackKeys.ASIDE + key;
    store.put(aside, parts);
    says.accept(key + ": kept as " + aside);
  }

  private void rebuildIndex(List<String> withoutPacks, IndexReport index) {
    for (String key : index.damagedObjects()) {
      if (key.isEmpty()) {
        continue; // the local database, which is kept below
      }
      try {
        setAside(key);
      } catch (ObjectNotFoundException _) {
        says.accept(key + ": it is gone");
      }
    }
    Path work = sibling("rebuilt");
    try {
      deleteTree(work);
      Files.createDirectories(work);
      IndexRebuild rebuild = new IndexRebuild(store, work.resolve("files"), clock, random);
      for (String key : check.keys()) {
        PackReader.Directory directory = check.inspect(key).directory();
        if (directory != null && !withoutPacks.contains(key) && !rebuild.isRetired(key)) {
          rebuild.add(
              directory.tenant(),
              directory.chunks().stream()
                  .map(chunk -> new IndexedChunk(chunk.labels(), chunk.fingerprint(), chunk.ref()))
                  .toList());
        }
      }
      long chunks = rebuild.finish(withoutPacks);
      if (Files.exists(localDirectory)) {
        replaceLocal(work.resolve("local"));
      }
      deleteTree(work);
      says.accept("label index: built anew from the packs, %d chunks".formatted(chunks));
    } catch (IOException e) {
      throw new StorageException("cannot build the label index in " + work + ": " + e, e);
    }
  }

  /** The local database keeps only how far the log is superfluous. */
  private void replaceLocal(Path built) throws IOException {
    try (RocksLabelIndex index = new RocksLabelIndex(built)) {
      copyPositions(index);
    }
    Path aside = sibling(suffix);
    Files.move(localDirectory, aside);
    says.accept("label index: the old local part is kept as " + aside);
    Files.move(built, localDirectory);
  }

  /** Without the positions the log is replayed from its start, and entries are stored twice. */
  private void copyPositions(RocksLabelIndex target) {
    List<FlushedStream> positions = new ArrayList<>();
    @Nullable String failure = null;
    try (RocksLabelIndex old = new RocksLabelIndex(localDirectory)) {
      old.eachFlushed(positions::add);
    } catch (StorageException e) {
      failure = e.getMessage();
    }
    for (FlushedStream position : positions) {
      Map<Fingerprint, Long> one = Map.of(position.fingerprint(), position.position());
      target.commit(position.tenant(), List.of(), one);
    }
    if (failure != null) {
      says.accept(
          "label index: the old one does not tell what of the WAL is stored already; the next start"
              + " stores it again, and queries show it once ("
              + failure
              + ")");
    }
  }

  /**
   * Keeps damaged files of the log: a file that a start would refuse is moved, of the others a copy
   * is made, since a start reads what is whole in them and deletes them later.
   *
   * @return how many files were set aside
   * @throws StorageException if that fails
   */
  public int setAside(Path walDirectory, List<LogFileReport> files) {
    List<LogFileReport> damaged = files.stream().filter(file -> !file.isWhole()).toList();
    if (damaged.isEmpty()) {
      return 0;
    }
    Path name = Objects.requireNonNull(walDirectory.getFileName());
    Path aside = walDirectory.resolveSibling(name + "." + suffix);
    try {
      Files.createDirectories(aside);
      for (LogFileReport file : damaged) {
        Path from = walDirectory.resolve(file.name());
        Path to = aside.resolve(file.name());
        if (file.refusal().isEmpty()) {
          Files.copy(from, to);
          says.accept(
              "WAL: a copy of %s is kept as %s; a start reads what is whole in it"
                  .formatted(file.name(), to));
        } else {
          Files.move(from, to);
          says.accept("WAL: %s is moved to %s: %s".formatted(file.name(), to, file.refusal()));
        }
        file.damages().forEach(damage -> says.accept("WAL: lost " + damage));
      }
      return damaged.size();
    } catch (IOException e) {
      throw new StorageException("cannot set files of the WAL aside in " + aside + ": " + e, e);
    }
  }

  private Path sibling(String end) {
    Path name = Objects.requireNonNull(localDirectory.getFileName());
    return localDirectory.resolveSibling(name + "." + end);
  }

  /** Deletes what an earlier run did not finish; it holds nothing that the packs do not. */
  private static void deleteTree(Path directory) throws IOException {
    if (!Files.isDirectory(directory)) {
      return;
    }
    try (var files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
