package io.skald.common.rpc;

import io.grpc.ClientInterceptor;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpc.stub.MetadataUtils;
import io.skald.common.model.TenantId;
import java.util.function.Predicate;

/** The tenant of a call: in the metadata on the way, in the context of the handler. */
public final class CallTenant {
  private static final Metadata.Key<String> HEADER =
      Metadata.Key.of("x-scope-orgid", Metadata.ASCII_STRING_MARSHALLER);
  private static final Context.Key<TenantId> CURRENT = Context.key("tenant");

  private CallTenant() {}

  /** Returns what puts the tenant into every call of a client. */
  public static ClientInterceptor sending(TenantId tenant) {
    Metadata headers = new Metadata();
    headers.put(HEADER, tenant.value());
    return MetadataUtils.newAttachHeadersInterceptor(headers);
  }

  /**
   * Returns the tenant of the call that this thread handles.
   *
   * @throws IllegalStateException if it handles none
   */
  public static TenantId current() {
    TenantId tenant = CURRENT.get();
    if (tenant == null) {
      throw new IllegalStateException("no call is handled here");
    }
    return tenant;
  }

  /** Returns what refuses calls without a tenant. */
  static ServerInterceptor requiring(Predicate<String> services) {
    return new ServerInterceptor() {
      @Override
      public <Q, A> ServerCall.Listener<Q> interceptCall(
          ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
        if (!services.test(String.valueOf(call.getMethodDescriptor().getServiceName()))) {
          return next.startCall(call, headers);
        }
        String value = headers.get(HEADER);
        if (value == null) {
          return refuse(call, Status.UNAUTHENTICATED, "the call names no tenant in x-scope-orgid");
        }
        TenantId tenant;
        try {
          tenant = new TenantId(value);
        } catch (IllegalArgumentException e) {
          return refuse(call, Status.INVALID_ARGUMENT, String.valueOf(e.getMessage()));
        }
        return Contexts.interceptCall(
            Context.current().withValue(CURRENT, tenant), call, headers, next);
      }
    };
  }

  /** Ends a call before its handler hears of it. */
  static <Q, A> ServerCall.Listener<Q> refuse(ServerCall<Q, A> call, Status status, String why) {
    call.close(status.withDescription(why), new Metadata());
    return new ServerCall.Listener<>() {};
  }
}
