package io.skald.storage.object;

import io.skald.common.block.StorageException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ConcurrentSkipListMap;

/** Objects in the heap, for tests and for clusters that run inside one process. */
public final class InMemoryObjectStore implements ObjectStore {
  private final ConcurrentSkipListMap<String, byte[]> objects = new ConcurrentSkipListMap<>();

  @Override
  public void put(String key, List<ByteBuffer> parts) {
    ObjectKey.check(key);
    byte[] bytes = new byte[parts.stream().mapToInt(ByteBuffer::remaining).sum()];
    int at = 0;
    for (ByteBuffer part : parts) {
      part.get(part.position(), bytes, at, part.remaining());
      at += part.remaining();
    }
    objects.put(key, bytes);
  }

  @Override
  public byte[] read(String key, long offset, int length) {
    byte[] bytes = get(key);
    if (offset < 0 || length < 0 || offset > bytes.length - length) {
      throw new StorageException(
          "object %s has %d bytes: cannot read %d bytes from %d"
              .formatted(key, bytes.length, length, offset));
    }
    return Arrays.copyOfRange(bytes, (int) offset, (int) offset + length);
  }

  @Override
  public byte[] read(String key) {
    return get(key).clone();
  }

  @Override
  public long size(String key) {
    return get(key).length;
  }

  @Override
  public List<String> list(String prefix) {
    ObjectKey.checkPrefix(prefix);
    return objects.tailMap(prefix).keySet().stream()
        .takeWhile(key -> key.startsWith(prefix))
        .toList();
  }

  @Override
  public void delete(String key) {
    ObjectKey.check(key);
    objects.remove(key);
  }

  private byte[] get(String key) {
    ObjectKey.check(key);
    byte[] bytes = objects.get(key);
    if (bytes == null) {
      throw new ObjectNotFoundException(key);
    }
    return bytes;
  }
}
