package io.skald.common.rpc;

import io.grpc.BindableService;
import io.grpc.ServerServiceDefinition;

/** What a server answers; packages below this one make them. */
public final class RpcService {
  private final ServerServiceDefinition definition;

  public RpcService(BindableService service) {
    this.definition = service.bindService();
  }

  ServerServiceDefinition definition() {
    return definition;
  }
}
