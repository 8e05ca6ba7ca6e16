package io.skald.common.rpc;

import io.grpc.BindableService;
import io.grpc.ServerInterceptors;
import io.grpc.ServerServiceDefinition;

/** What a server answers; packages below this one make them. */
public final class RpcService {
  private final ServerServiceDefinition definition;

  public RpcService(BindableService service) {
    this.definition = service.bindService();
  }

  /**
   * As the other one, for a member of a ring: calls that are meant for another one are refused.
   *
   * @param instance its id
   */
  public RpcService(BindableService service, String instance) {
    this.definition = ServerInterceptors.intercept(service, CallInstance.of(instance));
  }

  ServerServiceDefinition definition() {
    return definition;
  }
}
