package io.skald.common.push;

import java.util.concurrent.atomic.AtomicLong;

/**
 * The bytes of decoded pushes that are held at one time, over all requests. Bodies are small on the
 * wire and can be twenty times as large decoded, so bounding what arrives is not enough.
 * Thread-safe.
 */
public final class DecodeBudget {
  private final long maxBytes;
  private final String key;
  private final AtomicLong held = new AtomicLong();

  /**
   * @param key of the configuration, which raises the bound; for messages
   */
  public DecodeBudget(long maxBytes, String key) {
    this.maxBytes = maxBytes;
    this.key = key;
  }

  /** Begins a request. Close it when its batches are stored. */
  public Lease lease() {
    return new Lease();
  }

  /** What one request holds. Confined to one thread. */
  public final class Lease implements AutoCloseable {
    private long taken;

    private Lease() {}

    /**
     * Takes bytes before they are allocated.
     *
     * @throws PushDecodeException 503 if they are not there now; the client may send again
     */
    void take(long bytes) {
      if (held.addAndGet(bytes) > maxBytes) {
        held.addAndGet(-bytes);
        throw new PushDecodeException(
            503,
            "decoded pushes hold more than "
                + maxBytes
                + " bytes ("
                + key
                + "); send this push again later");
      }
      taken += bytes;
    }

    /** Gives everything back. */
    @Override
    public void close() {
      held.addAndGet(-taken);
      taken = 0;
    }
  }
}
