/**
 * Requests to other servers over HTTP: credentials, TLS whose files may change, answers of which
 * little is kept.
 *
 * <p>Entry type: {@link io.skald.common.client.HttpSender}. What is sent, and what becomes of a
 * refusal, is up to its users. Its requests run on virtual threads.
 */
@NullMarked
package io.skald.common.client;

import org.jspecify.annotations.NullMarked;
