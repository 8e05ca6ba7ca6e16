package io.skald.storage.compact;

import io.skald.common.block.StorageException;
import io.skald.common.time.Clock;
import io.skald.storage.chunk.Section;
import io.skald.storage.chunk.SectionReader;
import io.skald.storage.chunk.SectionWriter;
import io.skald.storage.object.ObjectNotFoundException;
import io.skald.storage.object.ObjectStore;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which of several compactors is active: the one whose name stands in {@code _compactor/lease},
 * until the time that stands there. Confined to one thread.
 *
 * <pre>
 *  lease := magic "SKCL" | version u8 (1) | holder string | until i64 (milliseconds) | crc32c u32
 * </pre>
 *
 * An object store cannot compare and swap, so that two may believe they hold it for a moment: each
 * manifest is whole by itself, the later one counts, and what only the other one names becomes an
 * orphan. The lease keeps that rare; nothing depends on it.
 */
final class CompactorLease {
  private static final Logger log = LoggerFactory.getLogger(CompactorLease.class);
  private static final String KEY = "_compactor/lease";
  private static final int MAGIC = 'S' | 'K' << 8 | 'C' << 16 | 'L' << 24;
  private static final int VERSION = 1;

  private final ObjectStore store;
  private final String holder;
  private final Duration length;
  private final Clock clock;

  private record Held(String holder, long untilMillis) {}

  CompactorLease(ObjectStore store, String holder, Duration length, Clock clock) {
    this.store = store;
    this.holder = holder;
    this.length = length;
    this.clock = clock;
  }

  /**
   * Takes or extends the lease unless somebody else has it.
   *
   * @return whether this compactor is the active one
   */
  boolean take() {
    Held held = read();
    if (held != null && !held.holder.equals(holder) && held.untilMillis > clock.nowMillis()) {
      return false;
    }
    write(clock.nowMillis() + length.toMillis());
    Held now = read();
    return now != null && now.holder.equals(holder);
  }

  /** Gives the lease back, so that another one need not wait for its end. */
  void giveBack() {
    Held held = read();
    if (held != null && held.holder.equals(holder)) {
      write(0);
    }
  }

  private void write(long untilMillis) {
    byte[] bytes =
        new SectionWriter()
            .writeInt(MAGIC)
            .writeByte(VERSION)
            .writeString(holder)
            .writeLong(untilMillis)
            .writeCrc()
            .toByteArray();
    store.put(KEY, List.of(ByteBuffer.wrap(bytes)));
  }

  /** Returns what stands there; null if there is nothing, or nothing that can be read. */
  private @Nullable Held read() {
    byte[] bytes;
    try {
      bytes = store.read(KEY);
    } catch (ObjectNotFoundException _) {
      return null;
    }
    Section section = new Section(KEY, "lease of the compactor", 0, 0, bytes);
    try {
      SectionReader in = new SectionReader(section);
      if (in.readInt() != MAGIC) {
        throw section.corrupt("it does not start with SKCL");
      }
      int version = in.readByte();
      if (version != VERSION) {
        throw section.corrupt("format version " + version + " is unknown");
      }
      Held held = new Held(in.readString("the length of the holder"), in.readLong());
      int checked = in.position();
      if (in.readInt() != Section.crc(bytes, 0, checked)) {
        throw section.corrupt("its checksum is wrong");
      }
      return held;
    } catch (StorageException e) {
      log.warn("the lease of the compactor is not readable and is taken", e);
      return null;
    }
  }
}
