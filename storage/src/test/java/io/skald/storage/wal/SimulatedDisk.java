package io.skald.storage.wal;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * A disk in memory that can be full, fail or be slow, and that can crash: what was not synced may
 * then be lost, wholly or in part. Thread-safe.
 */
public final class SimulatedDisk implements WalDisk {
  /** Runs in place of nothing before a sync; may block or throw. */
  public interface BeforeSync {
    void run() throws IOException;
  }

  private static final class Node {
    byte[] bytes = new byte[0];
    int durableLength;
  }

  /** A change of the directory, kept until it is durable. */
  private interface Change {
    void applyTo(Map<String, Node> names);
  }

  private final Map<String, Node> names = new TreeMap<>();
  private final Map<String, Node> durableNames = new TreeMap<>();
  private final List<Change> changes = new ArrayList<>();
  private long capacityBytes = Long.MAX_VALUE;
  private volatile BeforeSync beforeSync = () -> {};
  private volatile BeforeSync beforeDirectorySync = () -> {};
  private volatile Consumer<String> beforeCreate = _ -> {};
  private int syncs;

  public synchronized void limitTo(long bytes) {
    capacityBytes = bytes;
  }

  public void beforeSync(BeforeSync action) {
    beforeSync = action;
  }

  /** As {@link #beforeSync(BeforeSync)}, for the directory. */
  public void beforeDirectorySync(BeforeSync action) {
    beforeDirectorySync = action;
  }

  /** Runs with the name of every file that is about to be created. */
  public void beforeCreate(Consumer<String> action) {
    beforeCreate = action;
  }

  public synchronized int syncs() {
    return syncs;
  }

  public synchronized long usedBytes() {
    return names.values().stream().mapToLong(node -> node.bytes.length).sum();
  }

  public synchronized byte[] bytes(String name) {
    return node(name).bytes.clone();
  }

  private Node node(String name) {
    Node node = names.get(name);
    if (node == null) {
      throw new AssertionError("there is no file " + name);
    }
    return node;
  }

  public synchronized void put(String name, byte[] bytes) {
    Node node = new Node();
    node.bytes = bytes.clone();
    node.durableLength = bytes.length;
    names.put(name, node);
    durableNames.put(name, node);
  }

  /**
   * Returns what a machine finds after it lost power now: all that is durable, and of the rest
   * whatever {@code random} lets through, in part as zeros.
   */
  public synchronized SimulatedDisk crash(Random random) {
    Map<String, Node> found = new TreeMap<>(durableNames);
    changes.subList(0, random.nextInt(changes.size() + 1)).forEach(change -> change.applyTo(found));
    SimulatedDisk after = new SimulatedDisk();
    found.forEach((name, node) -> {
      int pending = node.bytes.length - node.durableLength;
      int kept = node.durableLength + random.nextInt(pending + 1);
      byte[] bytes = Arrays.copyOf(node.bytes, kept);
      if (kept > node.durableLength && random.nextInt(4) == 0) {
        Arrays.fill(
            bytes, node.durableLength + random.nextInt(kept - node.durableLength), kept, (byte) 0);
      }
      after.put(name, bytes);
    });
    return after;
  }

  @Override
  public synchronized List<String> list() {
    return List.copyOf(names.keySet());
  }

  @Override
  public Output create(String name) throws IOException {
    beforeCreate.accept(name);
    synchronized (this) {
      Node node = new Node();
      change(map -> map.put(name, node));
      return new NodeOutput(node);
    }
  }

  @Override
  public synchronized Input open(String name) throws IOException {
    Node node = names.get(name);
    if (node == null) {
      throw new FileNotFoundException(name);
    }
    byte[] bytes = node.bytes;
    return new Input() {
      @Override
      public long size() {
        return bytes.length;
      }

      @Override
      public int read(ByteBuffer target, long offset) {
        int count = (int) Math.max(0, Math.min(target.remaining(), bytes.length - offset));
        target.put(bytes, (int) offset, count);
        return count;
      }

      @Override
      public void close() {}
    };
  }

  @Override
  public synchronized void truncate(String name, long length) {
    Node node = node(name);
    node.bytes = Arrays.copyOf(node.bytes, (int) length);
    node.durableLength = (int) length;
  }

  @Override
  public synchronized void rename(String from, String to) {
    change(map -> map.put(to, map.remove(from)));
  }

  @Override
  public synchronized void delete(String name) {
    change(map -> map.remove(name));
  }

  @Override
  public void force() throws IOException {
    beforeDirectorySync.run();
    synchronized (this) {
      changes.clear();
      durableNames.clear();
      durableNames.putAll(names);
    }
  }

  @Override
  public void close() {}

  @Override
  public String toString() {
    return "simulated";
  }

  private void change(Change change) {
    change.applyTo(names);
    changes.add(change);
  }

  private final class NodeOutput implements Output {
    private final Node node;

    NodeOutput(Node node) {
      this.node = node;
    }

    @Override
    public void write(ByteBuffer source) throws IOException {
      synchronized (SimulatedDisk.this) {
        int room = (int) Math.max(0, Math.min(source.remaining(), capacityBytes - usedBytes()));
        boolean full = room < source.remaining();
        int start = node.bytes.length;
        node.bytes = Arrays.copyOf(node.bytes, start + room);
        source.get(node.bytes, start, room);
        if (full) {
          throw new IOException("No space left on device");
        }
      }
    }

    @Override
    public void force() throws IOException {
      beforeSync.run();
      synchronized (SimulatedDisk.this) {
        node.durableLength = node.bytes.length;
        syncs++;
      }
    }

    @Override
    public void truncate(long length) {
      synchronized (SimulatedDisk.this) {
        node.bytes = Arrays.copyOf(node.bytes, (int) length);
        node.durableLength = Math.min(node.durableLength, (int) length);
      }
    }

    @Override
    public void close() {}
  }
}
