/**
 * Where the roles meet: what a distributor sends to an ingester and a querier asks of one. In a
 * single process the calls are direct; between processes they are carried by RPC.
 */
@NullMarked
package io.skald.common.ingest;

import org.jspecify.annotations.NullMarked;
