/**
 * The push formats: from the bytes of a request to columns. Owns content codings, snappy, the
 * protobuf walk, the JSON reader and the syntax of label text; knows nothing of tenants and limits
 * on entries. Here since two roles take pushes: the distributor, and the agent's push target.
 *
 * <p>Entry type: {@link io.skald.common.push.PushDecoder}; its result is a {@link
 * io.skald.common.push.DecodedPush}. A decode runs on the calling thread and shares nothing.
 */
@NullMarked
package io.skald.common.push;

import org.jspecify.annotations.NullMarked;
