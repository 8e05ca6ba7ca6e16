package io.skald.common.rpc.fleet;

import io.grpc.Context;
import io.grpc.Context.CancellableContext;
import io.grpc.StatusRuntimeException;
import io.skald.common.fleet.PieceCall;
import io.skald.common.fleet.PieceEvaluator;
import io.skald.common.fleet.PieceFailedException;
import io.skald.common.fleet.PieceResult;
import io.skald.common.model.TenantId;
import io.skald.common.rpc.CallTenant;
import io.skald.common.rpc.RpcChannels;
import io.skald.common.rpc.RpcErrors;
import io.skald.common.rpc.wire.PieceAnswer;
import io.skald.common.rpc.wire.PieceRequest;
import io.skald.common.rpc.wire.QuerierGrpc;
import io.skald.common.rpc.wire.QuerierGrpc.QuerierBlockingStub;
import java.io.ByteArrayOutputStream;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** A querier in another process. An interrupted caller breaks its call off. */
public final class RemoteQuerier implements PieceEvaluator {
  private static final int UNAVAILABLE = 503;

  private final String id;
  private final String address;
  private final RpcChannels channels;
  private final long maxAnswerBytes;

  /**
   * @param id for messages
   * @param channels stay the caller's to close
   * @param maxAnswerBytes the largest answer that is taken
   */
  public RemoteQuerier(String id, String address, RpcChannels channels, long maxAnswerBytes) {
    this.id = id;
    this.address = address;
    this.channels = channels;
    this.maxAnswerBytes = maxAnswerBytes;
  }

  public String address() {
    return address;
  }

  @Override
  public PieceResult evaluate(PieceCall call, long remainingNanos, BooleanSupplier gone) {
    CancellableContext context = Context.current().withCancellation();
    Context previous = context.attach();
    try {
      QuerierBlockingStub stub =
          QuerierGrpc.newBlockingStub(channels.to(address))
              .withInterceptors(CallTenant.sending(call.tenants().getFirst()));
      if (remainingNanos < Long.MAX_VALUE) {
        stub = stub.withDeadlineAfter(remainingNanos, TimeUnit.NANOSECONDS);
      }
      return read(stub.evaluate(wire(call)));
    } catch (StatusRuntimeException e) {
      PieceFailedException failure =
          new PieceFailedException(RpcErrors.httpStatus(e), RpcErrors.text("querier " + id, e), e);
      // What is wrong with the query is not of this querier.
      throw failure.isOfTheQuery()
          ? new PieceFailedException(
              failure.status(), String.valueOf(e.getStatus().getDescription()), e)
          : failure;
    } catch (IllegalStateException e) {
      throw new PieceFailedException(UNAVAILABLE, String.valueOf(e.getMessage()), e);
    } finally {
      context.detach(previous);
      context.cancel(null);
    }
  }

  private PieceResult read(Iterator<PieceAnswer> parts) {
    ByteArrayOutputStream answer = new ByteArrayOutputStream();
    Map<String, Long> statistics = new HashMap<>();
    while (parts.hasNext()) {
      PieceAnswer part = parts.next();
      byte[] bytes = part.getPart().toByteArray();
      if (answer.size() + (long) bytes.length > maxAnswerBytes) {
        throw new PieceFailedException(
            400,
            "a piece of the query has an answer of more than "
                + maxAnswerBytes
                + " bytes (querier.max_query_memory); reduce the time range, or aggregate",
            new IllegalStateException("querier " + id + " sent too much"));
      }
      answer.writeBytes(bytes);
      statistics.putAll(part.getStatisticsMap());
    }
    return new PieceResult(answer.toByteArray(), statistics);
  }

  private static PieceRequest wire(PieceCall call) {
    return PieceRequest.newBuilder()
        .addAllTenants(call.tenants().stream().map(TenantId::value).toList())
        .setFederated(call.federated())
        .setQuery(call.query())
        .setStartNanos(call.startNanos())
        .setEndNanos(call.endNanos())
        .setStepNanos(call.stepNanos())
        .setLimit(call.limit())
        .setForward(call.forward())
        .setCategorizeLabels(call.categorizeLabels())
        .setFromNanos(call.fromNanos())
        .setThroughNanos(call.throughNanos())
        .setShard(call.shard().index())
        .setShards(call.shard().count())
        .setMaxSeries(call.maxSeries())
        .setExpectedNanos(call.expectedNanos())
        .setDataVersion(call.dataVersion())
        .build();
  }
}
