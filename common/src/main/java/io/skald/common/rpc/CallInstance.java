package io.skald.common.rpc;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.grpc.ClientInterceptor;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpc.stub.MetadataUtils;

/**
 * Which member of a ring a call is meant for. An address outlives its process: another member may
 * have it by now, and would count as two copies of what it stores once.
 */
public final class CallInstance {
  /** Of bytes, as an id may hold any character. */
  private static final Metadata.Key<byte[]> HEADER =
      Metadata.Key.of("x-skald-instance-bin", Metadata.BINARY_BYTE_MARSHALLER);

  private CallInstance() {}

  /** Returns what names the member in every call of a client. */
  public static ClientInterceptor naming(String id) {
    Metadata headers = new Metadata();
    headers.put(HEADER, id.getBytes(UTF_8));
    return MetadataUtils.newAttachHeadersInterceptor(headers);
  }

  /** Returns what refuses calls that name another member; those that name none pass. */
  static ServerInterceptor of(String id) {
    return new ServerInterceptor() {
      @Override
      public <Q, A> ServerCall.Listener<Q> interceptCall(
          ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
        byte[] meant = headers.get(HEADER);
        if (meant == null || new String(meant, UTF_8).equals(id)) {
          return next.startCall(call, headers);
        }
        return CallTenant.refuse(
            call,
            Status.UNAVAILABLE,
            "the call is for %s, and %s has its address now"
                .formatted(new String(meant, UTF_8), id));
      }
    };
  }
}
