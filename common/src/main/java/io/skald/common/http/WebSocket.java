package io.skald.common.http;

/** The server's side of an open WebSocket (RFC 6455). Thread-safe. */
public interface WebSocket {
  /**
   * Sends a text message, unless the client is behind with reading.
   *
   * @param utf8 handed over; must not be changed any more
   * @return false if nothing was sent, because too much waits to be read or the socket is closed
   */
  boolean trySend(byte[] utf8);

  boolean isOpen();

  /**
   * Tells the client why, and closes; does nothing if the socket is closed already.
   *
   * @param status of RFC 6455, section 7.4
   * @param reason cut to what a close frame can hold
   */
  void close(int status, String reason);

  /** What is said over a socket. */
  @FunctionalInterface
  interface Conversation {
    /**
     * Called on a virtual thread when the socket is open; returns when {@link WebSocket#isOpen} is
     * false or nothing is left to say, which closes the socket.
     *
     * @throws InterruptedException when the server stops
     */
    void hold(WebSocket socket) throws InterruptedException;
  }
}
