package io.skald.distributor.validate;

import io.skald.common.limits.Limits;
import io.skald.common.model.TenantId;
import io.skald.common.push.DecodeBudget;
import io.skald.common.push.DecodedPush;
import io.skald.common.push.PushDecoder;
import io.skald.common.push.PushDecoder.Dialect;
import io.skald.common.time.Clock;
import io.skald.distributor.labels.LabelCache;
import io.skald.distributor.labels.TestLimits;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Measures decode, validation and level detection on one thread, over a file of push bodies: each
 * is a length (u32), raw line bytes (u64), lines (u32), all big-endian, and a snappy push request.
 *
 * <p>Run with the file and the number of rounds; prints MB of raw lines a second of CPU time.
 */
final class PushThroughput {
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Body(byte[] bytes, long rawBytes, int lines) {}

  private PushThroughput() {}

  public static void main(String[] arguments) throws IOException {
    List<Body> bodies = read(Path.of(arguments[0]));
    int rounds = Integer.parseInt(arguments[1]);
    Limits limits = TestLimits.with(l -> l.rejectOldSamples = false);
    DecodeBudget budget = new DecodeBudget(Long.MAX_VALUE, "none");
    PushDecoder decoder = new PushDecoder(512L << 20, 5_000_000);
    PushValidator validator = new PushValidator(new LabelCache(32L << 20), Clock.system());
    for (int round = 0; round < rounds; round++) {
      long cpuBefore = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
      long wallBefore = System.nanoTime();
      long rawBytes = 0;
      long lines = 0;
      long decodeNanos = 0;
      for (Body body : bodies) {
        long start = System.nanoTime();
        DecodedPush push =
            decoder.decode(
                "application/x-protobuf", null, body.bytes, Dialect.CURRENT, budget.lease());
        decodeNanos += System.nanoTime() - start;
        ValidatedPush valid = validator.validate(TenantId.SINGLE, limits, push);
        if (valid.lines() != body.lines) {
          throw new IllegalStateException(valid.lines() + " lines of " + body.lines);
        }
        rawBytes += body.rawBytes;
        lines += valid.lines();
      }
      double cpu =
          (ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - cpuBefore) / 1e9;
      double wall = (System.nanoTime() - wallBefore) / 1e9;
      System.out.printf(
          "%.0f MB, %d lines, %.2f s CPU, %.2f s wall, %.0f MB/s of CPU, decode %.2f s%n",
          rawBytes / 1e6, lines, cpu, wall, rawBytes / 1e6 / cpu, decodeNanos / 1e9);
    }
  }

  private static List<Body> read(Path file) throws IOException {
    List<Body> bodies = new ArrayList<>();
    try (DataInputStream in =
        new DataInputStream(new BufferedInputStream(Files.newInputStream(file), 1 << 20))) {
      while (true) {
        int length = in.readInt();
        long rawBytes = in.readLong();
        int lines = in.readInt();
        bodies.add(new Body(in.readNBytes(length), rawBytes, lines));
      }
    } catch (EOFException e) {
      return bodies;
    }
  }
}
