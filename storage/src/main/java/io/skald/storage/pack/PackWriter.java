package io.skald.storage.pack;

import io.skald.common.block.StorageException;
import io.skald.common.model.TenantId;
import io.skald.common.time.Clock;
import io.skald.storage.chunk.Chunk;
import io.skald.storage.chunk.ChunkFooter;
import io.skald.storage.chunk.ChunkRef;
import io.skald.storage.object.ObjectKey;
import io.skald.storage.object.ObjectStore;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.zip.CRC32C;

/**
 * Writes packs. The name of a pack is {@code <tenant>/packs/<day of its newest entry>/<milliseconds
 * of writing>-<writer><random>.pack}, all in hexadecimal of fixed width, so that names sort by time
 * of writing and two writers never meet. The writer is random, too, where it has no name.
 * Thread-safe.
 */
public final class PackWriter {
  private static final int WRITER_DIGITS = 8;
  private static final long NANOS_PER_DAY = 86_400_000_000_000L;

  private final ObjectStore store;
  private final Clock clock;
  private final RandomGenerator random;
  private final String writer;

  /**
   * @param random used under a lock; seeded differently in every process
   */
  public PackWriter(ObjectStore store, Clock clock, RandomGenerator random) {
    this(store, clock, random, "");
  }

  /**
   * As the other one, for an ingester: its packs tell whose copies of streams they hold.
   *
   * @param ingester its name in the ring
   */
  public PackWriter(ObjectStore store, Clock clock, RandomGenerator random, String ingester) {
    this.store = store;
    this.clock = clock;
    this.random = random;
    this.writer = ingester.isEmpty() ? "" : writer(ingester);
  }

  /** Returns the part of a pack's name that stands for an ingester, 8 hexadecimal digits. */
  public static String writer(String ingester) {
    CRC32C sum = new CRC32C();
    sum.update(ingester.getBytes(StandardCharsets.UTF_8));
    return "%08x".formatted(sum.getValue());
  }

  /** Returns that part of the name of a pack; another one for each pack without a named writer. */
  public static String writerOf(String packKey) {
    int at = packKey.lastIndexOf('-') + 1;
    return packKey.substring(at, Math.min(at + WRITER_DIGITS, packKey.length()));
  }

  /** As {@link #write(TenantId, List, byte[])}, with nothing between chunks and directory. */
  public WrittenPack write(TenantId tenant, List<Chunk> chunks) {
    return write(tenant, chunks, new byte[0]);
  }

  /**
   * Writes one pack; when this returns it is durable. The compressed columns are not copied.
   *
   * @param chunks at least one, all of {@code tenant}
   * @param annex goes between the chunks and the directory; who reads it must check it
   * @throws StorageException if the store fails; nothing is referenced then
   */
  public WrittenPack write(TenantId tenant, List<Chunk> chunks, byte[] annex) {
    if (chunks.isEmpty()) {
      throw new IllegalArgumentException("a pack needs a chunk");
    }
    String key = newKey(tenant, chunks);
    List<ByteBuffer> parts = new ArrayList<>();
    parts.add(ByteBuffer.wrap(PackFormat.header()));
    List<ChunkFooter.EncodedChunk> encoded = chunks.stream().map(ChunkFooter::encode).toList();
    long linesOffset = PackFormat.HEADER_LENGTH;
    long offset = linesOffset;
    for (ChunkFooter.EncodedChunk chunk : encoded) {
      parts.addAll(chunk.lines());
      offset += chunk.linesLength();
    }
    List<PackedChunk> entries = new ArrayList<>(chunks.size());
    for (int i = 0; i < encoded.size(); i++) {
      ChunkFooter.EncodedChunk bytes = encoded.get(i);
      parts.addAll(bytes.small());
      parts.add(ByteBuffer.wrap(bytes.footer()));
      Chunk chunk = chunks.get(i);
      ChunkRef ref = ref(key, offset, linesOffset, chunk, bytes);
      entries.add(new PackedChunk(chunk.labels(), chunk.fingerprint(), ref));
      offset = ref.mainEnd();
      linesOffset += bytes.linesLength();
    }
    parts.add(ByteBuffer.wrap(annex));
    offset += annex.length;
    byte[] directory = PackFormat.directory(tenant, entries);
    parts.add(ByteBuffer.wrap(directory));
    parts.add(ByteBuffer.wrap(PackFormat.trailer(offset, directory)));
    store.put(key, parts);
    return new WrittenPack(key, entries.stream().map(PackedChunk::ref).toList());
  }

  private static ChunkRef ref(
      String key, long offset, long linesOffset, Chunk chunk, ChunkFooter.EncodedChunk encoded) {
    return new ChunkRef(
        chunk.id(),
        key,
        offset,
        encoded.length(),
        encoded.footer().length,
        encoded.linesLength() == 0 ? 0 : linesOffset,
        encoded.linesLength(),
        chunk.minTimestamp(),
        chunk.maxTimestamp(),
        chunk.entries(),
        chunk.lineBytes(),
        chunk.metadataBytes(),
        chunk.blocks().size());
  }

  private String newKey(TenantId tenant, List<Chunk> chunks) {
    long newest = chunks.stream().mapToLong(Chunk::maxTimestamp).max().orElseThrow();
    String day =
        DateTimeFormatter.BASIC_ISO_DATE.format(
            LocalDate.ofEpochDay(Math.floorDiv(newest, NANOS_PER_DAY)));
    String name = "%016x".formatted(nextRandom());
    return "%s/packs/%s/%012x-%s.pack"
        .formatted(
            ObjectKey.ofTenant(tenant),
            day,
            clock.nowMillis(),
            writer + name.substring(writer.length()));
  }

  private synchronized long nextRandom() {
    return random.nextLong();
  }
}
