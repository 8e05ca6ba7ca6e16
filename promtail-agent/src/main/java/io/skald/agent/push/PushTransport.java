package io.skald.agent.push;

import io.skald.common.push.BatchKey;
import java.io.IOException;

/** The way to one server: what a test replaces, and where TLS and authentication belong. */
public interface PushTransport extends AutoCloseable {
  /**
   * Sends one request and waits for the answer.
   *
   * @param tenant "" for none
   * @param key the same for every attempt to send this body
   * @param body snappy-compressed push request; not to be changed or kept
   * @throws IOException if no answer came, for whatever reason; the server may have stored the
   *     lines all the same
   */
  PushResponse push(String tenant, BatchKey key, byte[] body) throws IOException;

  /** Ends a request that is under way, with an {@link IOException} for its caller. */
  @Override
  void close();
}
