package io.skald.common.rpc.etcd;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.grpc.CallOptions;
import io.grpc.Context;
import io.grpc.Context.CancellableContext;
import io.grpc.StatusException;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.BlockingClientCall;
import io.grpc.stub.ClientCalls;
import io.skald.common.ring.Instance;
import io.skald.common.ring.Ring;
import io.skald.common.ring.RingStore;
import io.skald.common.ring.RingStoreException;
import io.skald.common.rpc.RingMembership;
import io.skald.common.rpc.RpcChannels;
import io.skald.common.rpc.wire.RingMember;
import io.skald.common.rpc.wire.etcd.Compare;
import io.skald.common.rpc.wire.etcd.DeleteRangeRequest;
import io.skald.common.rpc.wire.etcd.KeyValue;
import io.skald.common.rpc.wire.etcd.PutRequest;
import io.skald.common.rpc.wire.etcd.RangeResponse;
import io.skald.common.rpc.wire.etcd.RequestOp;
import io.skald.common.rpc.wire.etcd.TxnRequest;
import io.skald.common.rpc.wire.etcd.WatchCreateRequest;
import io.skald.common.rpc.wire.etcd.WatchGrpc;
import io.skald.common.rpc.wire.etcd.WatchRequest;
import io.skald.common.rpc.wire.etcd.WatchResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A ring in etcd. A member has two keys below the prefix of the ring:
 *
 * <pre>
 *  member/ID := RingMember      lasts until somebody removes it
 *  alive/ID  := nothing         ends with the lease that the member's heartbeats keep
 * </pre>
 *
 * So a member that dies is unhealthy once its lease ends, and known to be missing until it is back
 * or taken out: reads must count it. Every process watches the prefix and reads it again when
 * something changes. While etcd cannot be reached, the ring is as it was last seen.
 */
public final class EtcdRing implements RingStore {
  private static final Logger log = LoggerFactory.getLogger(EtcdRing.class);
  private static final String MEMBER = "member/";
  private static final String ALIVE = "alive/";
  private static final Duration RETRY = Duration.ofSeconds(1);
  private static final int START_ATTEMPTS = 10;

  private final EtcdCalls calls;
  private final String prefix;
  private final Duration leaseTime;
  private final Thread watcher = Thread.ofVirtual().name("ring-watch").unstarted(this::watch);
  private final CancellableContext watching = Context.ROOT.withCancellation();
  private final Map<String, Long> leases = new HashMap<>(); // guarded by leases
  private volatile Ring ring = new Ring(List.of());

  /**
   * @param channels stays the caller's to close
   * @param endpoints host:port
   * @param prefix of the keys; ends with a slash
   * @param leaseTime how long a member lives without a heartbeat; whole seconds
   */
  public EtcdRing(
      RpcChannels channels,
      List<String> endpoints,
      Duration timeout,
      String prefix,
      Duration leaseTime) {
    this.calls = new EtcdCalls(channels, endpoints, timeout);
    this.prefix = prefix;
    this.leaseTime = leaseTime;
  }

  /**
   * Reads the ring, and follows it from then on. Waits a while for an etcd that is starting, too.
   *
   * @throws RingStoreException if etcd cannot be reached
   */
  public void start() {
    for (int attempt = 1; !readOnce(attempt == START_ATTEMPTS); attempt++) {
      try {
        Thread.sleep(RETRY);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new RingStoreException("the process is stopping", e);
      }
    }
    watcher.start();
  }

  private boolean readOnce(boolean last) {
    try {
      read();
      return true;
    } catch (RingStoreException e) {
      if (last) {
        throw e;
      }
      log.warn("etcd is not reached and is tried again: {}", e.getMessage());
      return false;
    }
  }

  private ByteString key(String kind, String id) {
    return ByteString.copyFromUtf8(prefix + kind + id);
  }

  private ByteString first() {
    return ByteString.copyFromUtf8(prefix);
  }

  /** The key behind all that begin with the prefix: a slash is its last byte, '0' follows it. */
  private ByteString end() {
    return ByteString.copyFromUtf8(prefix.substring(0, prefix.length() - 1) + "0");
  }

  /** Returns the revision that was read. */
  private synchronized long read() {
    RangeResponse all = calls.range(first(), end());
    Map<String, RingMember> members = new HashMap<>();
    Set<String> alive = new HashSet<>();
    for (KeyValue pair : all.getKvsList()) {
      String key = pair.getKey().toStringUtf8().substring(prefix.length());
      if (key.startsWith(ALIVE)) {
        alive.add(key.substring(ALIVE.length()));
      } else if (key.startsWith(MEMBER)) {
        try {
          members.put(key.substring(MEMBER.length()), RingMember.parseFrom(pair.getValue()));
        } catch (InvalidProtocolBufferException e) {
          log.warn("a member of the ring cannot be read and is left out: {}", key, e);
        }
      }
    }
    List<Instance> instances = new ArrayList<>();
    members.forEach(
        (id, member) -> instances.add(RingMembership.read(member).withHealth(alive.contains(id))));
    ring = ring.next(instances);
    return all.getHeader().getRevision();
  }

  private void watch() {
    Context previous = watching.attach();
    try {
      boolean failing = false;
      while (!watching.isCancelled()) {
        try {
          long revision = read();
          if (failing) {
            log.info("the ring in etcd can be read again");
          }
          failing = false;
          follow(revision + 1);
        } catch (RingStoreException | StatusRuntimeException | IllegalStateException e) {
          if (!failing && !watching.isCancelled()) {
            log.warn(
                "the ring in etcd cannot be followed, what is known is used: {}", e.toString());
          }
          failing = true;
          calls.next();
          Thread.sleep(RETRY);
        }
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    } finally {
      watching.detach(previous);
    }
  }

  /** Reads again whenever something changes, until the connection ends. */
  private void follow(long revision) throws InterruptedException {
    BlockingClientCall<WatchRequest, WatchResponse> call =
        ClientCalls.blockingBidiStreamingCall(
            calls.channel(), WatchGrpc.getWatchMethod(), CallOptions.DEFAULT);
    try {
      call.write(
          WatchRequest.newBuilder()
              .setCreateRequest(
                  WatchCreateRequest.newBuilder()
                      .setKey(first())
                      .setRangeEnd(end())
                      .setStartRevision(revision))
              .build());
      while (true) {
        WatchResponse response = call.read();
        if (response == null || response.getCanceled()) {
          return;
        }
        if (response.getEventsCount() > 0) {
          read();
        }
      }
    } catch (StatusException e) {
      throw new RingStoreException("the watch ended: " + e.getStatus(), e);
    } finally {
      call.cancel("no longer followed", null);
    }
  }

  @Override
  public void put(Instance instance) {
    synchronized (leases) {
      Long lease = leases.get(instance.id());
      boolean lives = lease != null && calls.keepAlive(lease);
      if (lives && known(instance)) {
        return;
      }
      long lasting = lives && lease != null ? lease : calls.grant(leaseTime);
      leases.put(instance.id(), lasting);
      calls.transact(
          TxnRequest.newBuilder()
              .addSuccess(
                  put(key(MEMBER, instance.id()), RingMembership.of(instance).toByteString(), 0))
              .addSuccess(put(key(ALIVE, instance.id()), ByteString.EMPTY, lasting))
              .build());
    }
    read();
  }

  /** Whether the ring has the instance as it is, but for the time of its heartbeat. */
  private boolean known(Instance instance) {
    return ring.instances().stream()
        .filter(other -> other.id().equals(instance.id()))
        .anyMatch(other ->
            other.healthy()
                && other.state() == instance.state()
                && other.address().equals(instance.address())
                && other.zone().equals(instance.zone()));
  }

  private static RequestOp put(ByteString key, ByteString value, long lease) {
    return RequestOp.newBuilder()
        .setRequestPut(PutRequest.newBuilder().setKey(key).setValue(value).setLease(lease))
        .build();
  }

  /** {@inheritDoc} A member of another process is taken out only as long as it is dead. */
  @Override
  public void remove(String id) {
    @Nullable Long own;
    synchronized (leases) {
      own = leases.remove(id);
    }
    TxnRequest.Builder request =
        TxnRequest.newBuilder()
            .addSuccess(delete(key(MEMBER, id)))
            .addSuccess(delete(key(ALIVE, id)));
    if (own == null) {
      request.addCompare(
          Compare.newBuilder()
              .setTarget(Compare.CompareTarget.CREATE)
              .setResult(Compare.CompareResult.EQUAL)
              .setKey(key(ALIVE, id))
              .setCreateRevision(0));
    }
    calls.transact(request.build());
    read();
  }

  private static RequestOp delete(ByteString key) {
    return RequestOp.newBuilder()
        .setRequestDeleteRange(DeleteRangeRequest.newBuilder().setKey(key))
        .build();
  }

  @Override
  public Ring get() {
    return ring;
  }

  @Override
  public void close() {
    watching.cancel(null);
    watcher.interrupt();
  }
}
