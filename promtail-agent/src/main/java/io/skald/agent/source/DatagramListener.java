package io.skald.agent.source;

import io.skald.agent.tail.SourceStatus;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Receives datagrams on a virtual thread. Start and close it once each. */
public final class DatagramListener implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(DatagramListener.class);
  private static final int MAX_DATAGRAM = 65_535;

  /** What the system may hold while the thread is busy. */
  private static final int RECEIVE_BUFFER = 4 << 20;

  private final String job;
  private final String what;
  private final InetSocketAddress address;
  private final Receiver receiver;
  private volatile @Nullable DatagramSocket socket; // asked for by status pages
  private volatile boolean closed;

  /** Takes what comes. */
  public interface Receiver {
    /**
     * @param datagram belongs to the receiver
     */
    void receive(byte[] datagram, InetAddress peer) throws InterruptedException;
  }

  /**
   * @param what comes, the key of its block
   */
  public DatagramListener(String job, String what, InetSocketAddress address, Receiver receiver) {
    this.job = job;
    this.what = what;
    this.address = address;
    this.receiver = receiver;
  }

  /**
   * Begins to listen.
   *
   * @throws IllegalStateException if the address cannot be bound
   */
  public void start() {
    try {
      DatagramSocket bound = new DatagramSocket(address);
      bound.setReceiveBufferSize(RECEIVE_BUFFER);
      socket = bound;
      Thread.ofVirtual().name(what + "-receive").start(() -> receiveAlways(bound));
    } catch (IOException e) {
      throw new IllegalStateException(
          "job '"
              + job
              + "': cannot listen on UDP "
              + address
              + " for "
              + what
              + ": "
              + e.getMessage(),
          e);
    }
    log.info("job {}: listening for {} on UDP {}", job, what, address);
  }

  /** Tells how it stands; may be called by any thread. */
  public SourceStatus status() {
    boolean listening = socket != null && !closed;
    return new SourceStatus(
        job,
        what,
        "UDP " + ListenAddress.textOf(address),
        listening,
        listening ? "listening" : "not listening");
  }

  private void receiveAlways(DatagramSocket bound) {
    byte[] buffer = new byte[MAX_DATAGRAM];
    while (!closed) {
      try {
        DatagramPacket packet = new DatagramPacket(buffer, buffer.length);
        bound.receive(packet);
        receiver.receive(Arrays.copyOf(buffer, packet.getLength()), packet.getAddress());
      } catch (IOException | RuntimeException e) {
        if (!closed) {
          log.warn("job {}: receiving {} failed", job, what, e);
        }
      } catch (InterruptedException _) {
        return;
      }
    }
  }

  @Override
  public void close() {
    closed = true;
    DatagramSocket bound = socket;
    if (bound != null) {
      bound.close();
    }
  }
}
