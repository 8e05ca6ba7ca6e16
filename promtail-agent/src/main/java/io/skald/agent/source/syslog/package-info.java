/**
 * Takes syslog messages over TCP, TLS and UDP (RFC 5424, RFC 3164, RFC 5425, RFC 5426, RFC 6587).
 *
 * <p>Entry type: {@link io.skald.agent.source.syslog.SyslogSource}. A virtual thread for each
 * connection, blocking sockets of the JDK: senders are few, and a thread that waits for room is the
 * back-pressure. Netty stays in {@code io.skald.common.http}.
 */
@NullMarked
package io.skald.agent.source.syslog;

import org.jspecify.annotations.NullMarked;
