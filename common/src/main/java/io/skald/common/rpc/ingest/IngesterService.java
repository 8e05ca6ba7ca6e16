package io.skald.common.rpc.ingest;

import com.google.protobuf.UnsafeByteOperations;
import io.grpc.stub.StreamObserver;
import io.skald.common.block.BlockView;
import io.skald.common.block.HeldBlock;
import io.skald.common.block.MetadataTable;
import io.skald.common.block.ReadRoom;
import io.skald.common.ingest.EntryRejection;
import io.skald.common.ingest.IngesterClient;
import io.skald.common.ingest.LiveEntries;
import io.skald.common.ingest.RecentData;
import io.skald.common.ingest.RecentData.FlushedStream;
import io.skald.common.ingest.RecentPatterns;
import io.skald.common.ingest.RecentStreams.RecentStream;
import io.skald.common.ingest.StreamBatch;
import io.skald.common.model.LabelMatcher;
import io.skald.common.model.Labels;
import io.skald.common.model.StreamShard;
import io.skald.common.model.TenantId;
import io.skald.common.pattern.PatternSamples;
import io.skald.common.push.BatchKey;
import io.skald.common.ring.Ring;
import io.skald.common.rpc.CallTenant;
import io.skald.common.rpc.RpcErrors;
import io.skald.common.rpc.RpcService;
import io.skald.common.rpc.StreamWriter;
import io.skald.common.rpc.wire.Block;
import io.skald.common.rpc.wire.Extent;
import io.skald.common.rpc.wire.FollowRequest;
import io.skald.common.rpc.wire.FollowedEntries;
import io.skald.common.rpc.wire.IngesterGrpc.IngesterImplBase;
import io.skald.common.rpc.wire.PatternsPart;
import io.skald.common.rpc.wire.PushAnswer;
import io.skald.common.rpc.wire.PushRequest;
import io.skald.common.rpc.wire.PushedStream;
import io.skald.common.rpc.wire.Refused;
import io.skald.common.rpc.wire.SelectPart;
import io.skald.common.rpc.wire.SelectRequest;
import io.skald.common.rpc.wire.StreamId;
import io.skald.common.rpc.wire.ToldMember;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Answers for one ingester. */
public final class IngesterService extends IngesterImplBase {
  /** Messages of a stream are cut at about this size, so that a slow reader holds up little. */
  private static final long PART_BYTES = 1 << 20;

  private static final int CHUNKS_PER_PART = 1000;

  private final IngesterClient writes;
  private final RecentData reads;
  private final LiveEntries live;
  private final Supplier<Ring> rings;
  private final long epoch = UUID.randomUUID().getMostSignificantBits();

  private IngesterService(
      IngesterClient writes, RecentData reads, LiveEntries live, Supplier<Ring> rings) {
    this.writes = writes;
    this.reads = reads;
    this.live = live;
    this.rings = rings;
  }

  /**
   * Returns what a server answers with.
   *
   * @param id of the ingester in the ring
   * @param rings the ring as this process knows it, which readers are told of
   */
  public static RpcService of(
      String id, IngesterClient writes, RecentData reads, LiveEntries live, Supplier<Ring> rings) {
    return new RpcService(new IngesterService(writes, reads, live, rings), id);
  }

  @Override
  public void push(PushRequest request, StreamObserver<PushAnswer> answer) {
    try {
      List<EntryRejection> refused =
          writes.push(CallTenant.current(), key(request), batches(request));
      PushAnswer.Builder out = PushAnswer.newBuilder();
      refused.forEach(rejection -> out.addRefused(wire(rejection)));
      answer.onNext(out.build());
      answer.onCompleted();
    } catch (RuntimeException e) {
      answer.onError(RpcErrors.toStatus(e));
    }
  }

  private UnnamedMembers unnamed(List<String> named) {
    return new UnnamedMembers(rings, epoch, named);
  }

  private static @Nullable BatchKey key(PushRequest request) {
    return request.getBatchKey().isEmpty() ? null : BatchKey.parse(request.getBatchKey());
  }

  private static List<StreamBatch> batches(PushRequest request) {
    List<MetadataTable> tables = request.getTablesList().stream().map(WireForms::read).toList();
    List<StreamBatch> batches = new ArrayList<>(request.getStreamsCount());
    for (PushedStream stream : request.getStreamsList()) {
      if (stream.getTable() < 0 || stream.getTable() >= tables.size()) {
        throw new IllegalArgumentException("there is no table " + stream.getTable());
      }
      StreamId id = stream.getStream();
      batches.add(
          new StreamBatch(
              WireForms.read(id.getLabels()),
              WireForms.fingerprint(id),
              ColumnLayout.decodeBatch(stream.getColumns(), tables.get(stream.getTable()))));
    }
    return batches;
  }

  private static Refused wire(EntryRejection rejection) {
    return Refused.newBuilder()
        .setStatus(rejection.status())
        .setMessage(rejection.message())
        .setCause(rejection.cause().name())
        .setLines(rejection.lines())
        .setBytes(rejection.bytes())
        .build();
  }

  @Override
  public void select(SelectRequest request, StreamObserver<SelectPart> answer) {
    StreamWriter.start(
        answer,
        out -> {
          TenantId tenant = CallTenant.current();
          List<LabelMatcher> matchers = WireForms.readMatchers(request.getMatchersList());
          long from = request.getFromNanos();
          long through = request.getThroughNanos();
          UnnamedMembers unnamed = unnamed(request.getNamedMembersList());
          List<ToldMember> told = unnamed.next();
          if (unnamed.departures() != 0) {
            out.send(
                SelectPart.newBuilder()
                    .addAllToldMembers(told)
                    .setDepartures(unnamed.departures())
                    .build());
          }
          if (request.getColumns() == SelectRequest.Columns.LABELS) {
            sendSeries(reads.series(tenant, matchers, from, through), out);
            return;
          }
          StreamShard shard =
              request.getShards() == 0
                  ? StreamShard.ALL
                  : new StreamShard(request.getShard(), request.getShards());
          RecentData.Holdings holdings =
              reads.select(tenant, matchers, shard, from, through, ReadRoom.UNBOUNDED);
          if (request.getTakesSealed()) {
            sendExtent(holdings.inMemory(), out);
          }
          for (RecentStream stream : holdings.inMemory()) {
            sendEntries(stream, from, through, request.getTakesSealed(), out);
          }
          for (FlushedStream stream : holdings.flushed()) {
            SelectPart.Builder part =
                SelectPart.newBuilder()
                    .setStream(WireForms.of(stream.fingerprint(), stream.labels()));
            out.send(part.addAllFlushed(WireForms.chunks(stream)).build());
          }
        });
  }

  private static void sendSeries(Iterable<Labels> series, StreamWriter<SelectPart> out)
      throws InterruptedException {
    for (Labels labels : series) {
      StreamId id = StreamId.newBuilder().setLabels(WireForms.of(labels)).build();
      out.send(SelectPart.newBuilder().setStream(id).build());
    }
  }

  /** Tells what is to come, so that a reader who has no room for it need not be sent it. */
  private static void sendExtent(List<RecentStream> streams, StreamWriter<SelectPart> out)
      throws InterruptedException {
    long bytes = 0;
    long from = Long.MAX_VALUE;
    long through = Long.MIN_VALUE;
    for (RecentStream stream : streams) {
      for (BlockView block : stream.blocks()) {
        BlockView.Sealed sealed = block.sealed();
        bytes +=
            HeldBlock.OVERHEAD_BYTES
                + (sealed == null ? ColumnLayout.sizeOf(block) : sealed.sizeBytes());
        from = Math.min(from, block.minTimestamp());
        through = Math.max(through, block.maxTimestamp());
      }
    }
    if (bytes > PART_BYTES) {
      Extent extent =
          Extent.newBuilder().setBytes(bytes).setFromNanos(from).setThroughNanos(through).build();
      out.send(SelectPart.newBuilder().setExtent(extent).build());
    }
  }

  private static void sendEntries(
      RecentStream stream,
      long from,
      long through,
      boolean takesSealed,
      StreamWriter<SelectPart> out)
      throws InterruptedException {
    StreamId id = WireForms.of(stream.fingerprint(), stream.labels());
    SelectPart.Builder part = SelectPart.newBuilder().setStream(id);
    long bytes = 0;
    for (int i = 0; i < stream.blocks().size(); i++) {
      BlockView view = stream.blocks().get(i);
      Block.Builder block = Block.newBuilder().setChunkId(stream.chunkIds().get(i));
      BlockView.Sealed sealed = takesSealed ? view.sealed() : null;
      if (sealed == null) {
        setColumns(block, view, from, through);
      } else {
        block.setSealed(UnsafeByteOperations.unsafeWrap(sealed.bytes()));
      }
      part.addBlocks(block);
      bytes += block.getColumns().size() + block.getSealed().size();
      if (bytes >= PART_BYTES) {
        out.send(part.build());
        part = SelectPart.newBuilder().setStream(id);
        bytes = 0;
      }
    }
    if (part.getBlocksCount() > 0) {
      out.send(part.build());
    }
  }

  private static void setColumns(Block.Builder block, BlockView view, long from, long through) {
    int start = view.lowerBound(from);
    int end = view.upperBound(through);
    if (start < end) {
      block
          .setTable(WireForms.of(view.metadata()))
          .setColumns(ColumnLayout.encode(view, start, end));
    }
  }

  @Override
  public void patterns(SelectRequest request, StreamObserver<PatternsPart> answer) {
    StreamWriter.start(
        answer,
        out -> {
          RecentData.PatternHoldings holdings =
              reads.patterns(
                  CallTenant.current(),
                  WireForms.readMatchers(request.getMatchersList()),
                  request.getFromNanos(),
                  request.getThroughNanos());
          UnnamedMembers unnamed = unnamed(request.getNamedMembersList());
          out.send(
              PatternsPart.newBuilder()
                  .addAllChunkIds(holdings.inMemory().chunkIds())
                  .addAllToldMembers(unnamed.next())
                  .setDepartures(unnamed.departures())
                  .build());
          for (RecentPatterns.StreamPatterns patterns : holdings.inMemory().streams()) {
            sendPatterns(patterns, out);
          }
          for (FlushedStream stream : holdings.flushed()) {
            out.send(
                PatternsPart.newBuilder()
                    .setStream(WireForms.of(stream.fingerprint(), stream.labels()))
                    .addAllFlushed(WireForms.chunks(stream))
                    .build());
          }
        });
  }

  private static void sendPatterns(
      RecentPatterns.StreamPatterns patterns, StreamWriter<PatternsPart> out)
      throws InterruptedException {
    PatternsPart.Builder part = PatternsPart.newBuilder();
    part.setStream(WireForms.of(patterns.stream(), Labels.EMPTY));
    for (PatternSamples samples : patterns.samples()) {
      part.addSamples(WireForms.of(samples));
      if (part.getSamplesCount() == CHUNKS_PER_PART) {
        out.send(part.build());
        part.clearSamples();
      }
    }
    out.send(part.build());
  }

  @Override
  public void follow(FollowRequest request, StreamObserver<FollowedEntries> answer) {
    StreamWriter.start(
        answer,
        out -> {
          FollowedQueue queue = new FollowedQueue();
          List<LabelMatcher> matchers = WireForms.readMatchers(request.getMatchersList());
          UnnamedMembers unnamed = unnamed(request.getNamedMembersList());
          try (LiveEntries.Subscription _ = live.subscribe(CallTenant.current(), matchers, queue)) {
            out.send(telling(unnamed.next()));
            while (out.isOpen()) {
              for (FollowedEntries entries : queue.take()) {
                out.send(entries);
              }
              List<ToldMember> told = unnamed.next();
              if (!told.isEmpty()) {
                out.send(telling(told));
              }
            }
          }
        });
  }

  private static FollowedEntries telling(List<ToldMember> told) {
    return FollowedEntries.newBuilder().addAllToldMembers(told).build();
  }
}
