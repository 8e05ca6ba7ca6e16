package io.skald.common.rpc.fleet;

import com.google.protobuf.UnsafeByteOperations;
import io.grpc.Context;
import io.grpc.Deadline;
import io.grpc.stub.StreamObserver;
import io.skald.common.fleet.PieceCall;
import io.skald.common.fleet.PieceEvaluator;
import io.skald.common.fleet.PieceResult;
import io.skald.common.model.StreamShard;
import io.skald.common.model.TenantId;
import io.skald.common.rpc.CallTenant;
import io.skald.common.rpc.RpcService;
import io.skald.common.rpc.StreamWriter;
import io.skald.common.rpc.wire.PieceAnswer;
import io.skald.common.rpc.wire.PieceRequest;
import io.skald.common.rpc.wire.QuerierGrpc.QuerierImplBase;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Answers for one querier. */
public final class QuerierService extends QuerierImplBase {
  private static final int PART_BYTES = 1 << 20;

  private final PieceEvaluator evaluator;

  private QuerierService(PieceEvaluator evaluator) {
    this.evaluator = evaluator;
  }

  /** Returns what a server answers with. */
  public static RpcService of(PieceEvaluator evaluator) {
    return new RpcService(new QuerierService(evaluator));
  }

  @Override
  public void evaluate(PieceRequest request, StreamObserver<PieceAnswer> answer) {
    Deadline deadline = Context.current().getDeadline();
    StreamWriter.start(
        answer,
        out -> {
          long remaining =
              deadline == null ? Long.MAX_VALUE : deadline.timeRemaining(TimeUnit.NANOSECONDS);
          PieceResult result = evaluator.evaluate(read(request), remaining, () -> !out.isOpen());
          byte[] bytes = result.answer();
          for (int from = 0; from < bytes.length; from += PART_BYTES) {
            int length = Math.min(PART_BYTES, bytes.length - from);
            out.send(
                PieceAnswer.newBuilder()
                    .setPart(UnsafeByteOperations.unsafeWrap(bytes, from, length))
                    .build());
          }
          out.send(PieceAnswer.newBuilder().putAllStatistics(result.statistics()).build());
        });
  }

  private static PieceCall read(PieceRequest request) {
    List<TenantId> tenants = request.getTenantsList().stream().map(TenantId::new).toList();
    if (!tenants.contains(CallTenant.current())) {
      throw new IllegalArgumentException(
          "the call is of tenant " + CallTenant.current().value() + ", its piece of others");
    }
    return new PieceCall(
        tenants,
        request.getFederated(),
        request.getQuery(),
        request.getStartNanos(),
        request.getEndNanos(),
        request.getStepNanos(),
        request.getLimit(),
        request.getForward(),
        request.getCategorizeLabels(),
        request.getFromNanos(),
        request.getThroughNanos(),
        new StreamShard(request.getShard(), request.getShards()),
        request.getMaxSeries(),
        request.getExpectedNanos(),
        request.getDataVersion());
  }
}
