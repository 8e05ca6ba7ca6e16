package io.skald.common.rpc.etcd;

import com.google.protobuf.ByteString;
import io.grpc.Channel;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import io.skald.common.ring.RingStoreException;
import io.skald.common.rpc.RpcChannels;
import io.skald.common.rpc.wire.etcd.KVGrpc;
import io.skald.common.rpc.wire.etcd.LeaseGrantRequest;
import io.skald.common.rpc.wire.etcd.LeaseGrpc;
import io.skald.common.rpc.wire.etcd.LeaseKeepAliveRequest;
import io.skald.common.rpc.wire.etcd.LeaseKeepAliveResponse;
import io.skald.common.rpc.wire.etcd.RangeRequest;
import io.skald.common.rpc.wire.etcd.RangeResponse;
import io.skald.common.rpc.wire.etcd.TxnRequest;
import io.skald.common.rpc.wire.etcd.TxnResponse;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

/** Calls to one of several etcd servers: the next one when one does not answer. Thread-safe. */
final class EtcdCalls {
  private final RpcChannels channels;
  private final List<String> endpoints;
  private final Duration timeout;
  private final AtomicInteger current = new AtomicInteger();

  /**
   * @param endpoints host:port, at least one
   */
  EtcdCalls(RpcChannels channels, List<String> endpoints, Duration timeout) {
    this.channels = channels;
    this.endpoints = List.copyOf(endpoints);
    this.timeout = timeout;
  }

  private String endpoint() {
    return endpoints.get(Math.floorMod(current.get(), endpoints.size()));
  }

  /** Returns the connection to the server that answered last. */
  Channel channel() {
    return channels.to(endpoint());
  }

  /** Turns to the next server. */
  void next() {
    current.incrementAndGet();
  }

  private <A> A call(Function<Channel, A> call) {
    RingStoreException first = null;
    for (int i = 0; i < endpoints.size(); i++) {
      String asked = endpoint();
      try {
        return call.apply(channel());
      } catch (StatusRuntimeException e) {
        RingStoreException failure =
            new RingStoreException("etcd at " + asked + ": " + e.getStatus(), e);
        if (first == null) {
          first = failure;
        } else {
          first.addSuppressed(failure);
        }
        next();
      } catch (IllegalStateException e) {
        throw new RingStoreException("etcd is not asked any more: " + e.getMessage(), e);
      }
    }
    throw first == null ? new RingStoreException("no endpoint of etcd is configured") : first;
  }

  private KVGrpc.KVBlockingStub keys(Channel channel) {
    return KVGrpc.newBlockingStub(channel)
        .withDeadlineAfter(timeout.toNanos(), TimeUnit.NANOSECONDS);
  }

  RangeResponse range(ByteString from, ByteString to) {
    RangeRequest request = RangeRequest.newBuilder().setKey(from).setRangeEnd(to).build();
    return call(channel -> keys(channel).range(request));
  }

  TxnResponse transact(TxnRequest request) {
    return call(channel -> keys(channel).txn(request));
  }

  /** Returns the id of a new lease. */
  long grant(Duration time) {
    LeaseGrantRequest request =
        LeaseGrantRequest.newBuilder().setTTL(Math.max(1, time.toSeconds())).build();
    return call(channel ->
            LeaseGrpc.newBlockingStub(channel)
                .withDeadlineAfter(timeout.toNanos(), TimeUnit.NANOSECONDS)
                .leaseGrant(request))
        .getID();
  }

  /** Returns whether the lease lived and now lasts its whole time again. */
  boolean keepAlive(long lease) {
    return call(channel -> keepAlive(channel, lease)).getTTL() > 0;
  }

  private LeaseKeepAliveResponse keepAlive(Channel channel, long lease) {
    CompletableFuture<LeaseKeepAliveResponse> answer = new CompletableFuture<>();
    StreamObserver<LeaseKeepAliveRequest> requests =
        LeaseGrpc.newStub(channel)
            .withDeadlineAfter(timeout.toNanos(), TimeUnit.NANOSECONDS)
            .leaseKeepAlive(
                new StreamObserver<>() {
                  @Override
                  public void onNext(LeaseKeepAliveResponse response) {
                    answer.complete(response);
                  }

                  @Override
                  public void onError(Throwable failure) {
                    answer.completeExceptionally(failure);
                  }

                  @Override
                  public void onCompleted() {
                    answer.complete(LeaseKeepAliveResponse.getDefaultInstance());
                  }
                });
    requests.onNext(LeaseKeepAliveRequest.newBuilder().setID(lease).build());
    try {
      LeaseKeepAliveResponse response = answer.get(timeout.toNanos(), TimeUnit.NANOSECONDS);
      requests.onCompleted();
      return response;
    } catch (ExecutionException e) {
      if (e.getCause() instanceof StatusRuntimeException status) {
        throw status;
      }
      throw new RingStoreException("a lease of etcd could not be kept", e);
    } catch (TimeoutException e) {
      throw new RingStoreException("etcd at " + endpoint() + " does not keep a lease", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new RingStoreException("the process is stopping", e);
    }
  }
}
