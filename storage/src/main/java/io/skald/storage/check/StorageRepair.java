package io.skald.storage.check;

import io.skald.common.block.StorageException;
import io.skald.common.disk.DurableDirectories;
import io.skald.common.model.Fingerprint;
import io.skald.common.model.TenantId;
import io.skald.common.time.Clock;
import io.skald.storage.chunk.ColumnDecoder;
import io.skald.storage.index.FlushedStream;
import io.skald.storage.index.IndexedChunk;
import io.skald.storage.index.RocksLabelIndex;
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
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Brings damaged storage back into use. Nothing is destroyed: a damaged pack is kept under {@code
 * _damaged/}, a damaged index and damaged files of the log beside their old places.
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
  private final Path indexDirectory;
  private final String suffix;
  private final Consumer<String> says;

  /**
   * @param decoder stays open
   * @param says gets every step and every loss, as a line
   */
  public StorageRepair(
      ObjectStore store,
      PackWriter writer,
      Path indexDirectory,
      ColumnDecoder decoder,
      Clock clock,
      Consumer<String> says) {
    this.store = store;
    this.check = new PackCheck(store, decoder);
    this.writer = writer;
    this.indexDirectory = indexDirectory;
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
      setAside(pack);
    }
    if (!damaged.isEmpty() || !index.isWhole() || rebuildIndex) {
      rebuildIndex(damaged.stream().map(PackReport::key).toList());
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

  private void setAside(PackReport pack) {
    List<ByteBuffer> parts = new ArrayList<>();
    for (long at = 0; at < pack.bytes(); at += COPY_BYTES) {
      int length = (int) Math.min(COPY_BYTES, pack.bytes() - at);
      parts.add(ByteBuffer.wrap(store.read(pack.key(), at, length)));
    }
    String aside = PackKeys.ASIDE + pack.key();
    store.put(aside, parts);
    says.accept(pack.key() + ": kept as " + aside);
  }

  private void rebuildIndex(List<String> withoutPacks) {
    Path built = sibling("rebuilt");
    try {
      deleteTree(built);
      long chunks = 0;
      try (RocksLabelIndex index = new RocksLabelIndex(built)) {
        for (String key : check.keys()) {
          PackReader.Directory directory = check.inspect(key).directory();
          if (directory != null && !withoutPacks.contains(key)) {
            index.commit(
                directory.tenant(),
                directory.chunks().stream()
                    .map(
                        chunk -> new IndexedChunk(chunk.labels(), chunk.fingerprint(), chunk.ref()))
                    .toList(),
                Map.of());
            chunks += directory.chunks().size();
          }
        }
        copyPositions(index);
      }
      if (Files.exists(indexDirectory)) {
        Path aside = sibling(suffix);
        Files.move(indexDirectory, aside);
        says.accept("label index: the old one is kept as " + aside);
      }
      Files.move(built, indexDirectory);
      DurableDirectories.sync(Objects.requireNonNull(built.toAbsolutePath().getParent()));
      says.accept(
          "label index: built anew from the packs, %d chunks, in %s"
              .formatted(chunks, indexDirectory));
    } catch (IOException e) {
      throw new StorageException("cannot build the label index in " + built + ": " + e, e);
    }
  }

  /** Without the positions the log is replayed from its start, and entries are stored twice. */
  private void copyPositions(RocksLabelIndex target) {
    List<FlushedStream> positions = new ArrayList<>();
    @Nullable String failure = null;
    if (Files.isDirectory(indexDirectory)) {
      try (RocksLabelIndex old = new RocksLabelIndex(indexDirectory)) {
        old.eachFlushed(positions::add);
      } catch (StorageException e) {
        failure = e.getMessage();
      }
    } else {
      failure = "there is none";
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
      DurableDirectories.create(aside);
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
    Path name = Objects.requireNonNull(indexDirectory.getFileName());
    return indexDirectory.resolveSibling(name + "." + end);
  }

  /** Deletes what an earlier run did not finish; it holds nothing that the packs do not. */
  private static void deleteTree(Path directory) throws IOException {
    if (!Files.isDirectory(directory)) {
      return;
    }
    try (var files = Files.list(directory)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }
    Files.delete(directory);
  }
}
