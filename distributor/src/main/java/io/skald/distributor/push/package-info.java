/**
 * The push formats: from the bytes of a request to columns. Owns content codings, snappy, the
 * protobuf walk and the JSON reader; knows nothing of tenants and limits on entries.
 *
 * <p>Entry type: {@link io.skald.distributor.push.PushDecoder}; its result is a {@link
 * io.skald.distributor.push.DecodedPush}. A decode runs on the calling thread and shares nothing.
 */
@NullMarked
package io.skald.distributor.push;

import org.jspecify.annotations.NullMarked;
