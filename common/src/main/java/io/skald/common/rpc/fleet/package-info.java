/**
 * A querier behind a gRPC port: {@link io.skald.common.rpc.fleet.QuerierService} answers there,
 * {@link io.skald.common.rpc.fleet.RemoteQuerier} asks.
 */
@NullMarked
package io.skald.common.rpc.fleet;

import org.jspecify.annotations.NullMarked;
