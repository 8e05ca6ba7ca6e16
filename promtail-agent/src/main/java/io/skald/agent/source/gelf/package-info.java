/**
 * Takes messages in Graylog's extended log format over UDP: plain, gzip or zlib, in chunks or
 * whole.
 *
 * <p>Entry type: {@link io.skald.agent.source.gelf.GelfSource}, with one virtual thread.
 */
@NullMarked
package io.skald.agent.source.gelf;

import org.jspecify.annotations.NullMarked;
