/**
 * The HTTP kit on Netty: server, exact routing, requests and responses, tenant header. The only
 * package of the project that imports Netty.
 *
 * <p>Entry types: {@link io.skald.common.http.HttpServer} and {@link io.skald.common.http.Router}.
 * Bytes are read and written on event loops; handlers run on virtual threads, one request of a
 * connection at a time.
 */
@NullMarked
package io.skald.common.http;

import org.jspecify.annotations.NullMarked;
