/**
 * TLS from PEM files, for the server's side and for clients, on the JDK's own provider.
 *
 * <p>Entry types: {@link io.skald.common.tls.ServerTls} and {@link io.skald.common.tls.ClientTls}.
 * No threads.
 */
@NullMarked
package io.skald.common.tls;

import org.jspecify.annotations.NullMarked;
