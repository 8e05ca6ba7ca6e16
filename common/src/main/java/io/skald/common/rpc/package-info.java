/**
 * The RPC kit: calls between roles over gRPC on Netty. This package and those below it are the only
 * ones that know gRPC.
 *
 * <p>Entry types: {@link io.skald.common.rpc.RpcServer} and {@link
 * io.skald.common.rpc.RpcChannels}. Handlers run on virtual threads and may block; a slow reader of
 * a stream blocks its writer.
 */
@NullMarked
package io.skald.common.rpc;

import org.jspecify.annotations.NullMarked;
