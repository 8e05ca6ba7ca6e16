package io.skald.distributor.push;

import io.skald.distributor.push.PushDecoder.Dialect;
import java.time.Duration;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assertions;

/**
 * One target for all readers of push bodies, since a run fuzzes a single method: the first byte
 * chooses the reader, the rest is the body. Protobuf is tried with its compression and without.
 */
final class PushReaders {
  private static final int MAX_ROWS = 10_000;
  private static final long MAX_BYTES = 1 << 20;

  /** Linear time over inputs of some KiB: far more than any may take on a busy machine. */
  private static final Duration MAX_TIME = Duration.ofSeconds(10);

  private static final PushDecoder DECODER = new PushDecoder(MAX_BYTES, MAX_ROWS);
  private static final DecodeBudget BUDGET = new DecodeBudget(Long.MAX_VALUE);

  private PushReaders() {}

  /**
   * @throws AssertionError if a reader takes too long, or makes a push that points outside its
   *     bytes
   */
  static void tryAll(byte[] data) {
    if (data.length < 2) {
      return;
    }
    byte[] body = Arrays.copyOfRange(data, 1, data.length);
    long start = System.nanoTime();
    DecodedPush push = read(data[0] & 7, body);
    if (push != null) {
      check(push);
    }
    Assertions.assertTrue(
        System.nanoTime() - start < MAX_TIME.toNanos(), "took too long: reader " + (data[0] & 7));
  }

  private static @Nullable DecodedPush read(int reader, byte[] body) {
    try (DecodeBudget.Lease lease = BUDGET.lease()) {
      return switch (reader) {
        case 0 -> ProtobufReader.read(body, MAX_ROWS);
        case 1 -> DECODER.decode("application/x-protobuf", "", body, Dialect.CURRENT, lease);
        case 2 -> DECODER.decode("application/json", "", body, Dialect.CURRENT, lease);
        case 3 -> DECODER.decode("application/json", "", body, Dialect.LEGACY, lease);
        case 4 -> DECODER.decode("application/json", "gzip", body, Dialect.CURRENT, lease);
        case 5 -> DECODER.decode("application/json", "deflate", body, Dialect.CURRENT, lease);
        case 6 -> DECODER.decodeOtlp("application/json", "", body, 7, OtlpRules.DEFAULTS, lease);
        default ->
            DECODER.decodeOtlp("application/x-protobuf", "", body, 7, OtlpRules.DEFAULTS, lease);
      };
    } catch (PushDecodeException e) {
      Assertions.assertTrue(e.status() / 100 == 4 && e.getMessage() != null);
      return null;
    }
  }

  /** Every range lies in the area, and the rows are in order. */
  private static void check(DecodedPush push) {
    int size = push.area().length;
    for (int stream = 0; stream < push.streamCount(); stream++) {
      inside(size, push.labelStart(stream), push.labelLength(stream));
      Assertions.assertTrue(push.firstEntry(stream) <= push.firstEntry(stream + 1));
    }
    for (int entry = 0; entry < push.entryCount(); entry++) {
      inside(size, push.lineStart(entry), push.lineLength(entry));
      for (int pair = push.firstPair(entry); pair < push.firstPair(entry + 1); pair++) {
        inside(size, push.nameStart(pair), push.nameLength(pair));
        inside(size, push.valueStart(pair), push.valueLength(pair));
      }
    }
  }

  private static void inside(int size, int start, int length) {
    Assertions.assertTrue(start >= 0 && length >= 0 && (long) start + length <= size);
  }
}
