package io.skald.common.rpc;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.ForwardingClientCallListener.SimpleForwardingClientCallListener;
import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;

/** Takes the time of calls and tells an observer, each once. */
final class CallTimes implements ClientInterceptor, ServerInterceptor {
  private final CallObserver observer;
  private final LongSupplier nanoTime;

  /**
   * @param nanoTime a monotonic reading in nanoseconds
   */
  CallTimes(CallObserver observer, LongSupplier nanoTime) {
    this.observer = observer;
    this.nanoTime = nanoTime;
  }

  /** One call. */
  private final class Running {
    private final String method;
    private final long beganNanos = nanoTime.getAsLong();
    private final AtomicBoolean told = new AtomicBoolean();

    Running(MethodDescriptor<?, ?> method) {
      this.method = method.getFullMethodName();
    }

    void ended(Status status) {
      if (told.compareAndSet(false, true)) {
        observer.ended(method, status.getCode().name(), nanoTime.getAsLong() - beganNanos);
      }
    }
  }

  @Override
  public <Q, A> ClientCall<Q, A> interceptCall(
      MethodDescriptor<Q, A> method, CallOptions options, Channel next) {
    Running running = new Running(method);
    return new SimpleForwardingClientCall<Q, A>(next.newCall(method, options)) {
      @Override
      public void start(Listener<A> listener, Metadata headers) {
        super.start(
            new SimpleForwardingClientCallListener<A>(listener) {
              @Override
              public void onClose(Status status, Metadata trailers) {
                running.ended(status);
                super.onClose(status, trailers);
              }
            },
            headers);
      }
    };
  }

  @Override
  public <Q, A> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
    Running running = new Running(call.getMethodDescriptor());
    ServerCall<Q, A> timed =
        new SimpleForwardingServerCall<Q, A>(call) {
          @Override
          public void close(Status status, Metadata trailers) {
            running.ended(status);
            super.close(status, trailers);
          }
        };
    return new SimpleForwardingServerCallListener<Q>(next.startCall(timed, headers)) {
      @Override
      public void onCancel() {
        running.ended(Status.CANCELLED);
        super.onCancel();
      }
    };
  }
}
