package io.skald.common.rpc.ingest;

import io.skald.common.block.BlockView;
import io.skald.common.block.HeldBlock;
import io.skald.common.block.ReadRoom;
import io.skald.common.ingest.IngestUnavailableException;
import io.skald.common.ingest.RecentData.FlushedStream;
import io.skald.common.ingest.RecentData.Holdings;
import io.skald.common.ingest.RecentStreams.RecentStream;
import io.skald.common.model.Fingerprint;
import io.skald.common.model.Labels;
import io.skald.common.model.StreamShard;
import io.skald.common.rpc.wire.Block;
import io.skald.common.rpc.wire.Extent;
import io.skald.common.rpc.wire.SelectPart;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** What an ingester answers to one read, as it comes. Confined to a thread. */
final class ArrivingEntries {
  private static final int TOO_LARGE = 422;

  private final String sender;
  private final StreamShard shard;
  private final long maxBytes;
  private final Function<byte[], BlockView> sealedBlocks;
  private final ReadRoom room;
  private final Map<Fingerprint, Arriving> streams = new LinkedHashMap<>();
  private final List<FlushedStream> flushed = new ArrayList<>();
  private long bytes;

  /** Taken of the room for blocks that are to come. */
  private long reserved;

  /**
   * @param sender for messages
   * @param maxBytes that may come
   * @param sealedBlocks reads what {@link BlockView#sealed} holds
   */
  ArrivingEntries(
      String sender,
      StreamShard shard,
      long maxBytes,
      Function<byte[], BlockView> sealedBlocks,
      ReadRoom room) {
    this.sender = sender;
    this.shard = shard;
    this.maxBytes = maxBytes;
    this.sealedBlocks = sealedBlocks;
    this.room = room;
  }

  /** Blocks of one stream. */
  private static final class Arriving {
    final Labels labels;
    final List<BlockView> blocks = new ArrayList<>();
    final List<Long> chunkIds = new ArrayList<>();

    Arriving(Labels labels) {
      this.labels = labels;
    }
  }

  /**
   * @throws IngestUnavailableException if more comes than may
   * @throws RuntimeException that of the room if there is none
   */
  void take(SelectPart part) {
    if (part.hasExtent()) {
      reserve(part.getExtent());
    }
    // One that knows no shards sends all.
    if (!part.hasStream() || !shard.holds(WireForms.fingerprint(part.getStream()))) {
      return;
    }
    long size = part.getSerializedSize();
    bytes += size;
    checkSize(bytes);
    if (part.getFlushedCount() > 0) {
      flushed.add(WireForms.flushed(part.getStream(), part.getFlushedList()));
    }
    if (part.getBlocksCount() > 0) {
      room.take(size); // until its blocks are read
      Arriving stream =
          streams.computeIfAbsent(
              WireForms.fingerprint(part.getStream()),
              _ -> new Arriving(WireForms.read(part.getStream().getLabels())));
      part.getBlocksList().forEach(block -> add(block, stream));
      room.release(size);
    }
  }

  /**
   * @param size unsigned
   */
  private void checkSize(long size) {
    if (Long.compareUnsigned(size, maxBytes) > 0) {
      throw new IngestUnavailableException(
          TOO_LARGE,
          "the query reads more than "
              + maxBytes
              + " bytes of recent entries from "
              + sender
              + " (ingester_client.max_read_bytes); choose fewer streams or a shorter time");
    }
  }

  private void reserve(Extent extent) {
    checkSize(extent.getBytes());
    room.entriesBetween(extent.getFromNanos(), extent.getThroughNanos());
    room.take(extent.getBytes());
    reserved += extent.getBytes();
  }

  private void add(Block block, Arriving stream) {
    if (block.getColumns().isEmpty() && block.getSealed().isEmpty()) {
      return;
    }
    long held = block.getSerializedSize() + HeldBlock.OVERHEAD_BYTES;
    long known = Math.min(held, reserved);
    reserved -= known;
    room.take(held - known);
    BlockView view =
        block.getSealed().isEmpty()
            ? ColumnLayout.decodeBlock(block.getColumns(), WireForms.read(block.getTable()))
            : sealedBlocks.apply(block.getSealed().toByteArray());
    stream.blocks.add(new HeldBlock(view, held));
    stream.chunkIds.add(block.getChunkId());
  }

  /** Returns everything; no more may come. */
  Holdings all() {
    room.release(reserved);
    reserved = 0;
    List<RecentStream> inMemory = new ArrayList<>();
    streams.forEach((fingerprint, stream) -> {
      if (!stream.blocks.isEmpty()) {
        inMemory.add(new RecentStream(fingerprint, stream.labels, stream.blocks, stream.chunkIds));
      }
    });
    return new Holdings(inMemory, flushed);
  }
}
