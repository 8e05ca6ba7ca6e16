package io.skald.common.rpc.ingest;

import io.grpc.Channel;
import io.grpc.Context;
import io.grpc.Context.CancellableContext;
import io.grpc.StatusRuntimeException;
import io.skald.common.block.BlockView;
import io.skald.common.block.MetadataTable;
import io.skald.common.block.ReadRoom;
import io.skald.common.block.StorageException;
import io.skald.common.ingest.EntryRejection;
import io.skald.common.ingest.IngestUnavailableException;
import io.skald.common.ingest.IngesterClient;
import io.skald.common.ingest.IngesterReads;
import io.skald.common.ingest.RecentPatterns;
import io.skald.common.ingest.StreamBatch;
import io.skald.common.model.LabelMatcher;
import io.skald.common.model.Labels;
import io.skald.common.model.StreamShard;
import io.skald.common.model.TenantId;
import io.skald.common.push.BatchKey;
import io.skald.common.ring.RingComparison;
import io.skald.common.rpc.CallInstance;
import io.skald.common.rpc.CallTenant;
import io.skald.common.rpc.RpcChannels;
import io.skald.common.rpc.RpcErrors;
import io.skald.common.rpc.wire.FollowRequest;
import io.skald.common.rpc.wire.FollowedEntries;
import io.skald.common.rpc.wire.IngesterGrpc;
import io.skald.common.rpc.wire.IngesterGrpc.IngesterBlockingStub;
import io.skald.common.rpc.wire.PatternsPart;
import io.skald.common.rpc.wire.PushAnswer;
import io.skald.common.rpc.wire.PushRequest;
import io.skald.common.rpc.wire.PushedStream;
import io.skald.common.rpc.wire.Refused;
import io.skald.common.rpc.wire.SelectPart;
import io.skald.common.rpc.wire.SelectRequest;
import io.skald.common.rpc.wire.ToldMember;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * An ingester in another process. Calls block; each ends by a deadline. Pushes under way are
 * bounded by their bytes: beyond that a push fails at once, so that one ingester which hangs does
 * not fill the memory of those that write to it. Thread-safe.
 */
public final class RemoteIngester implements IngesterClient, IngesterReads {
  /** What an entry takes in a message beside its line. */
  private static final int ENTRY_BYTES = 16;

  private static final int OVERLOADED = 503;

  private final String id;
  private final String address;
  private final RpcChannels channels;
  private final RemoteIngesterConfig config;
  private final Function<byte[], BlockView> sealedBlocks;
  private final AtomicLong inflightBytes;
  private final AtomicInteger inflightCalls;
  private final RingComparison comparison;

  /**
   * @param id of the instance: whoever else has the address refuses
   * @param address of its gRPC port
   * @param sealedBlocks reads what {@link BlockView#sealed} returns
   */
  public RemoteIngester(
      String id,
      String address,
      RpcChannels channels,
      RemoteIngesterConfig config,
      Function<byte[], BlockView> sealedBlocks) {
    this.id = id;
    this.address = address;
    this.channels = channels;
    this.config = config;
    this.sealedBlocks = sealedBlocks;
    this.inflightBytes = new AtomicLong();
    this.inflightCalls = new AtomicInteger();
    this.comparison = RingComparison.NONE;
  }

  private RemoteIngester(RemoteIngester same, RingComparison comparison) {
    this.id = same.id;
    this.address = same.address;
    this.channels = same.channels;
    this.config = same.config;
    this.sealedBlocks = same.sealedBlocks;
    this.inflightBytes = same.inflightBytes;
    this.inflightCalls = same.inflightCalls;
    this.comparison = comparison;
  }

  /** Returns this ingester for reads that compare the ring with it. */
  public IngesterReads comparing(RingComparison with) {
    return new RemoteIngester(this, with);
  }

  public String address() {
    return address;
  }

  private String name() {
    return "ingester " + id + " at " + address;
  }

  private IngesterBlockingStub stub(TenantId tenant) {
    return IngesterGrpc.newBlockingStub(channel())
        .withInterceptors(CallTenant.sending(tenant), CallInstance.naming(id));
  }

  private IngesterBlockingStub stubWithDeadline(TenantId tenant) {
    return stub(tenant).withDeadlineAfter(config.timeout().toNanos(), TimeUnit.NANOSECONDS);
  }

  private Channel channel() {
    try {
      return channels.to(address);
    } catch (IllegalStateException e) {
      throw new IngestUnavailableException(OVERLOADED, String.valueOf(e.getMessage()), e);
    }
  }

  /** Returns the bytes of pushes that wait for this ingester. */
  public long inflightBytes() {
    return inflightBytes.get();
  }

  /** Returns the pushes and reads that wait for this ingester. */
  public int inflightCalls() {
    return inflightCalls.get();
  }

  @Override
  public List<EntryRejection> push(
      TenantId tenant, @Nullable BatchKey key, List<StreamBatch> batches) {
    long bytes = 0;
    for (StreamBatch batch : batches) {
      bytes += batch.entries().lineBytes() + (long) batch.entries().size() * ENTRY_BYTES;
    }
    long held = inflightBytes.addAndGet(bytes);
    inflightCalls.incrementAndGet();
    try {
      if (held > config.maxInflightBytes() && held > bytes) {
        throw new IngestUnavailableException(
            OVERLOADED,
            name()
                + " is behind: "
                + (held - bytes)
                + " bytes of pushes wait for it, and ingester_client.max_inflight_bytes is "
                + config.maxInflightBytes());
      }
      PushAnswer answer = stubWithDeadline(tenant).push(request(key, batches));
      return answer.getRefusedList().stream().map(RemoteIngester::rejection).toList();
    } catch (StatusRuntimeException e) {
      throw RpcErrors.fromStatus(name(), e);
    } finally {
      inflightCalls.decrementAndGet();
      inflightBytes.addAndGet(-bytes);
    }
  }

  private static PushRequest request(@Nullable BatchKey key, List<StreamBatch> batches) {
    PushRequest.Builder request = PushRequest.newBuilder();
    if (key != null) {
      request.setBatchKey(key.toString());
    }
    IdentityHashMap<MetadataTable, Integer> tables = new IdentityHashMap<>();
    for (StreamBatch batch : batches) {
      int table =
          tables.computeIfAbsent(
              batch.entries().metadata(),
              metadata -> {
                request.addTables(WireForms.of(metadata));
                return request.getTablesCount() - 1;
              });
      request.addStreams(
          PushedStream.newBuilder()
              .setStream(WireForms.of(batch.fingerprint(), batch.labels()))
              .setTable(table)
              .setColumns(ColumnLayout.encode(batch.entries())));
    }
    return request.build();
  }

  private static EntryRejection rejection(Refused refused) {
    EntryRejection.Cause cause = EntryRejection.Cause.COUNTED;
    for (EntryRejection.Cause known : EntryRejection.Cause.values()) {
      if (known.name().equals(refused.getCause())) {
        cause = known;
      }
    }
    return new EntryRejection(
        refused.getStatus(), refused.getMessage(), cause, refused.getLines(), refused.getBytes());
  }

  /** What a call does with the parts of its answer. */
  private interface Reading<P> {
    Iterator<P> call();

    void take(P part);
  }

  private <P> void read(Reading<P> reading) {
    CancellableContext context = Context.current().withCancellation();
    Context previous = context.attach();
    inflightCalls.incrementAndGet();
    try {
      Iterator<P> parts = reading.call();
      while (parts.hasNext()) {
        reading.take(parts.next());
      }
    } catch (StatusRuntimeException e) {
      throw RpcErrors.fromStatus(name(), e);
    } catch (IllegalArgumentException | StorageException e) {
      throw new IngestUnavailableException(500, name() + ": " + e.getMessage(), e);
    } finally {
      inflightCalls.decrementAndGet();
      context.detach(previous);
      // Whatever is left of the answer is not wanted.
      context.cancel(null);
    }
  }

  private SelectRequest range(
      List<LabelMatcher> matchers, long from, long through, SelectRequest.Columns columns) {
    return SelectRequest.newBuilder()
        .addAllNamedMembers(comparison.named())
        .addAllMatchers(WireForms.matchers(matchers))
        .setFromNanos(from)
        .setThroughNanos(through)
        .setColumns(columns)
        .build();
  }

  private void hear(List<ToldMember> told, long departures) {
    if (departures != 0) {
      comparison.departed().accept(departures);
    }
    if (!told.isEmpty()) {
      comparison.told().accept(UnnamedMembers.read(told));
    }
  }

  @Override
  public Holdings select(
      TenantId tenant,
      List<LabelMatcher> matchers,
      StreamShard shard,
      long fromNanos,
      long throughNanos,
      ReadRoom room) {
    SelectRequest request =
        range(matchers, fromNanos, throughNanos, SelectRequest.Columns.ENTRIES).toBuilder()
            .setShard(shard.index())
            .setShards(shard.count())
            .setTakesSealed(true)
            .build();
    ArrivingEntries entries =
        new ArrivingEntries(name(), shard, config.maxReadBytes(), sealedBlocks, room);
    read(
        new Reading<SelectPart>() {
          @Override
          public Iterator<SelectPart> call() {
            return stubWithDeadline(tenant).select(request);
          }

          @Override
          public void take(SelectPart part) {
            hear(part.getToldMembersList(), part.getDepartures());
            entries.take(part);
          }
        });
    return entries.all();
  }

  @Override
  public Set<Labels> series(
      TenantId tenant, List<LabelMatcher> matchers, long fromNanos, long throughNanos) {
    Set<Labels> series = new HashSet<>();
    read(
        new Reading<SelectPart>() {
          @Override
          public Iterator<SelectPart> call() {
            return stubWithDeadline(tenant)
                .select(range(matchers, fromNanos, throughNanos, SelectRequest.Columns.LABELS));
          }

          @Override
          public void take(SelectPart part) {
            hear(part.getToldMembersList(), part.getDepartures());
            if (part.hasStream()) {
              series.add(WireForms.read(part.getStream().getLabels()));
            }
          }
        });
    return series;
  }

  @Override
  public PatternHoldings patterns(
      TenantId tenant, List<LabelMatcher> matchers, long fromNanos, long throughNanos) {
    Set<Long> chunkIds = new HashSet<>();
    List<RecentPatterns.StreamPatterns> streams = new ArrayList<>();
    List<FlushedStream> flushed = new ArrayList<>();
    read(
        new Reading<PatternsPart>() {
          @Override
          public Iterator<PatternsPart> call() {
            return stubWithDeadline(tenant)
                .patterns(range(matchers, fromNanos, throughNanos, SelectRequest.Columns.ENTRIES));
          }

          @Override
          public void take(PatternsPart part) {
            hear(part.getToldMembersList(), part.getDepartures());
            chunkIds.addAll(part.getChunkIdsList());
            if (part.getSamplesCount() > 0) {
              streams.add(
                  new RecentPatterns.StreamPatterns(
                      WireForms.fingerprint(part.getStream()),
                      "",
                      part.getSamplesList().stream().map(WireForms::read).toList()));
            }
            if (part.getFlushedCount() > 0) {
              flushed.add(WireForms.flushed(part.getStream(), part.getFlushedList()));
            }
          }
        });
    return new PatternHoldings(new RecentPatterns.Found(chunkIds, streams), flushed);
  }

  /**
   * {@inheritDoc}
   *
   * @throws IngestUnavailableException if the ingester does not answer in time
   */
  @Override
  public Subscription subscribe(TenantId tenant, List<LabelMatcher> matchers, Sink sink) {
    Following following = new Following(sink);
    FollowRequest request =
        FollowRequest.newBuilder()
            .addAllMatchers(WireForms.matchers(matchers))
            .addAllNamedMembers(comparison.named())
            .build();
    Thread.ofVirtual()
        .name("follow-" + id)
        .start(() -> following.run(stub(tenant), request, name()));
    following.awaitBegin(config, name());
    return following;
  }

  /** A stream of entries; ends when it is closed, or with the connection. */
  private final class Following implements Subscription {
    private final Sink sink;
    private final CancellableContext context = Context.ROOT.withCancellation();
    private final CountDownLatch begun = new CountDownLatch(1);
    private volatile @Nullable RuntimeException failure;
    private volatile boolean ended;

    Following(Sink sink) {
      this.sink = sink;
    }

    void run(IngesterBlockingStub stub, FollowRequest request, String name) {
      Context previous = context.attach();
      try {
        Iterator<FollowedEntries> parts = stub.follow(request);
        while (parts.hasNext()) {
          take(parts.next());
        }
      } catch (StatusRuntimeException e) {
        failure = RpcErrors.fromStatus(name, e);
      } catch (IllegalArgumentException e) {
        failure = new IngestUnavailableException(500, name + ": " + e.getMessage(), e);
      } finally {
        context.detach(previous);
        context.cancel(null);
        ended = true;
        begun.countDown();
      }
    }

    private void take(FollowedEntries entries) {
      hear(entries.getToldMembersList(), 0);
      begun.countDown();
      if (entries.getDropped() > 0) {
        sink.lost(entries.getDropped());
      }
      if (!entries.getColumns().isEmpty()) {
        MetadataTable table = WireForms.read(entries.getTable());
        sink.take(
            WireForms.read(entries.getLabels()),
            ColumnLayout.decodeBlock(entries.getColumns(), table));
      }
    }

    void awaitBegin(RemoteIngesterConfig config, String name) {
      try {
        if (!begun.await(config.timeout().toNanos(), TimeUnit.NANOSECONDS)) {
          close();
          throw new IngestUnavailableException(503, name + " does not answer");
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        close();
        throw new IngestUnavailableException(503, "the server is stopping", e);
      }
      RuntimeException failed = failure;
      if (failed != null) {
        throw failed;
      }
    }

    @Override
    public boolean isOpen() {
      return !ended;
    }

    @Override
    public void close() {
      context.cancel(null);
    }
  }
}
