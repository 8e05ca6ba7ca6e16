package io.skald.storage.read;

import io.skald.common.block.StorageException;
import io.skald.common.measure.CacheStatistics;
import io.skald.storage.chunk.ChunkRef;
import io.skald.storage.object.ObjectStore;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Bytes of packs of a distant store, where a request costs more time than the bytes: stretches that
 * were fetched are kept, in memory and on disk; threads that want the same stretch fetch it once;
 * what many chunks need is fetched ahead in few requests, side by side. Thread-safe.
 */
public final class PackRanges implements PackSource {
  /** Of all queries together. */
  private static final int PARALLEL_REQUESTS = 32;

  private static final int READ_AHEAD_BYTES = 1 << 20;
  private static final int UNIT_BYTES = 1 << 10;
  private static final long MIN_ROOM_BYTES = 64L << 20;

  private final ObjectStore store;
  private final SegmentCache<byte[]> memory;
  private final DiskSegments disk;
  private final LineWindows windows;
  private final Semaphore requests = new Semaphore(PARALLEL_REQUESTS);

  /** Of what is under way, in units of {@link #UNIT_BYTES}: windows may be large. */
  private final Semaphore room;

  private final int maxRoom;
  private final LongAdder fetches = new LongAdder();
  private final LongAdder coalesced = new LongAdder();

  /** Fetches under way, by pack; guarded by itself. */
  private final Map<String, List<Fetch>> running = new HashMap<>();

  private record Fetch(RangePlan.Range range, CompletableFuture<byte[]> bytes) {
    boolean covers(String key, long offset, int length) {
      return range.key().equals(key) && range.offset() <= offset && offset + length <= range.end();
    }

    static Fetch over(SegmentCache.Segment<byte[]> known) {
      return new Fetch(
          new RangePlan.Range(known.key, known.offset, known.length),
          CompletableFuture.completedFuture(known.payload));
    }
  }

  /**
   * @param memoryBytes of stretches in memory
   * @param directory for stretches on disk; belongs to this object alone
   * @param diskBytes of these; 0 keeps none
   */
  public PackRanges(ObjectStore store, long memoryBytes, Path directory, long diskBytes) {
    this.store = store;
    this.memory = new SegmentCache<>(memoryBytes, _ -> {});
    this.windows = new LineWindows(memoryBytes);
    this.maxRoom =
        (int) Math.min(Integer.MAX_VALUE, Math.max(MIN_ROOM_BYTES, memoryBytes) / UNIT_BYTES);
    this.room = new Semaphore(maxRoom);
    this.disk = new DiskSegments(directory, diskBytes);
  }

  @Override
  public int readAheadBytes() {
    return READ_AHEAD_BYTES;
  }

  @Override
  public byte[] read(String key, long offset, int length) {
    SegmentCache.Segment<byte[]> known = find(key, offset, length);
    if (known != null) {
      return part(known.payload, known.offset, offset, length);
    }
    Fetch fetch =
        fetch(missing(windows.fetch(key, offset, length), offset, length), offset, length);
    return part(await(fetch), fetch.range.offset(), offset, length);
  }

  /**
   * Cuts what is known, or under way, from the end of a window. If little is left, whoever reads
   * goes backwards, and what lies before is added.
   */
  private RangePlan.Range missing(RangePlan.Range window, long offset, int length) {
    if (window.offset() != offset || window.length() <= length) {
      return window;
    }
    String key = window.key();
    long from = offset + length;
    long end = memory.nextStart(key, from, window.end(), LineWindows.WORTH_SPARING_BYTES);
    end = disk.nextStart(key, from, end, LineWindows.WORTH_SPARING_BYTES);
    synchronized (running) {
      for (Fetch fetch : running.getOrDefault(key, List.of())) {
        long start = fetch.range.offset();
        if (start >= from
            && start < end
            && fetch.range.length() >= LineWindows.WORTH_SPARING_BYTES) {
          end = start;
        }
      }
    }
    long start = offset;
    if (end - offset < window.length() / 2) {
      start = Math.max(windows.start(key, offset), end - window.length());
      start = memory.lastEnd(key, start, offset, LineWindows.WORTH_SPARING_BYTES);
      start = disk.lastEnd(key, start, offset, LineWindows.WORTH_SPARING_BYTES);
    }
    return new RangePlan.Range(key, start, Math.toIntExact(end - start));
  }

  private static byte[] part(byte[] bytes, long start, long offset, int length) {
    int from = Math.toIntExact(offset - start);
    return from == 0 && length == bytes.length
        ? bytes
        : Arrays.copyOfRange(bytes, from, from + length);
  }

  private SegmentCache.@Nullable Segment<byte[]> find(String key, long offset, int length) {
    SegmentCache.Segment<byte[]> known = memory.find(key, offset, length);
    if (known == null) {
      known = disk.find(key, offset, length);
      if (known != null) {
        memory.add(known);
      }
    }
    return known;
  }

  /**
   * Returns a fetch that covers what is wanted, running or just over, or runs one in this thread.
   *
   * @param range what to fetch; holds what is wanted
   */
  private Fetch fetch(RangePlan.Range range, long offset, int length) {
    Fetch own = new Fetch(range, new CompletableFuture<>());
    synchronized (running) {
      // One that ended since the caller looked is in memory before it leaves the running ones.
      SegmentCache.Segment<byte[]> known = memory.findAgain(range.key(), offset, length);
      if (known != null) {
        return Fetch.over(known);
      }
      List<Fetch> fetches = running.computeIfAbsent(range.key(), _ -> new ArrayList<>());
      for (Fetch other : fetches) {
        if (other.covers(range.key(), offset, length)) {
          coalesced.increment();
          return other;
        }
      }
      fetches.add(own);
    }
    try {
      byte[] bytes = request(range);
      SegmentCache.Segment<byte[]> segment =
          new SegmentCache.Segment<>(range.key(), range.offset(), range.length(), bytes);
      memory.add(segment);
      own.bytes.complete(bytes);
      disk.add(segment);
    } catch (RuntimeException | Error e) {
      own.bytes.completeExceptionally(e);
    } finally {
      synchronized (running) {
        List<Fetch> left = running.get(range.key());
        if (left != null && left.remove(own) && left.isEmpty()) {
          running.remove(range.key());
        }
      }
    }
    return own;
  }

  private byte[] request(RangePlan.Range range) {
    int units = Math.min(maxRoom, 1 + range.length() / UNIT_BYTES);
    room.acquireUninterruptibly(units);
    requests.acquireUninterruptibly();
    try {
      fetches.increment();
      return store.read(range.key(), range.offset(), range.length());
    } finally {
      requests.release();
      room.release(units);
    }
  }

  private static byte[] await(Fetch fetch) {
    try {
      return fetch.bytes.join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof StorageException failure) {
        throw failure;
      }
      throw e;
    }
  }

  /** Fetches side by side, and returns when everything is there or has failed. */
  @Override
  public void prepare(List<ChunkRef> chunks, List<ChunkRef> unopened) {
    windows.expect(chunks);
    List<Thread> threads = new ArrayList<>();
    for (RangePlan.Range range : RangePlan.of(unopened)) {
      if (memory.find(range.key(), range.offset(), range.length()) == null) {
        threads.add(Thread.ofVirtual().name("read-ahead").start(() -> fetchUnlessKnown(range)));
      }
    }
    for (Thread thread : threads) {
      try {
        thread.join();
      } catch (InterruptedException _) {
        Thread.currentThread().interrupt();
        return; // the fetches go on, and whoever needs them finds them
      }
    }
  }

  private void fetchUnlessKnown(RangePlan.Range range) {
    if (find(range.key(), range.offset(), range.length()) == null) {
      fetch(range, range.offset(), range.length());
    }
  }

  /** Returns what the cache in memory has done. */
  public CacheStatistics memoryStatistics() {
    return memory.statistics();
  }

  /** Returns what the cache on disk has done. */
  public CacheStatistics diskStatistics() {
    return disk.statistics();
  }

  /** Returns how many requests were made to the store. */
  public long fetches() {
    return fetches.sum();
  }

  /** Returns how many requests were spared because one under way had what was wanted. */
  public long coalesced() {
    return coalesced.sum();
  }
}
