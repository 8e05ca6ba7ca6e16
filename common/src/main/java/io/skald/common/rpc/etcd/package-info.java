/** A ring in etcd, by stubs of etcd's own API: {@link io.skald.common.rpc.etcd.EtcdRing}. */
@NullMarked
package io.skald.common.rpc.etcd;

import org.jspecify.annotations.NullMarked;
