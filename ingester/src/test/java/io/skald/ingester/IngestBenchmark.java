package io.skald.ingester;

import com.sun.management.OperatingSystemMXBean;
import io.skald.common.ingest.StreamBatch;
import io.skald.common.model.TenantId;
import io.skald.common.time.Clock;
import io.skald.storage.chunk.ColumnDecoder;
import io.skald.storage.index.RocksLabelIndex;
import io.skald.storage.object.FileObjectStore;
import io.skald.storage.pack.PackWriter;
import io.skald.storage.pattern.PatternConfig;
import io.skald.storage.wal.DirectoryWalDisk;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.LongAdder;

/**
 * Pushes a corpus through an ingester on real files and prints what it took; then starts a second
 * one to time a replay, if asked for.
 *
 * <pre>
 *  java -Xmx1g -cp ... io.skald.ingester.IngestBenchmark corpus.bin directory [threads] [kill]
 * </pre>
 *
 * With {@code kill} it halts after the pushes, without a flush; {@code replay} as the corpus starts
 * on what is there.
 */
final class IngestBenchmark {
  private static final double MEGA = 1e6;
  private static final double NANOS = 1e9;

  private final OperatingSystemMXBean system =
      (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
  private final LongAdder bytes = new LongAdder();
  private long startNanos = System.nanoTime();
  private long startCpuNanos = system.getProcessCpuTime();

  public static void main(String[] args) throws Exception {
    new IngestBenchmark().run(args);
  }

  private void run(String[] args) throws Exception {
    Path directory = Path.of(args[1]);
    int threads = args.length > 2 ? Integer.parseInt(args[2]) : 4;
    Clock clock = Clock.system();
    SplittableRandom random = new SplittableRandom();
    Files.createDirectories(directory.resolve("objects"));
    try (DirectoryWalDisk disk = DirectoryWalDisk.open(directory.resolve("wal"));
        RocksLabelIndex index = new RocksLabelIndex(directory.resolve("index"));
        ColumnDecoder decoder = new ColumnDecoder();
        Ingester ingester =
            new Ingester(
                IngesterConfig.defaults(),
                PatternConfig.DEFAULTS,
                disk,
                new PackWriter(
                    new FileObjectStore(directory.resolve("objects")), clock, random.split()),
                index,
                decoder,
                IngesterLimits.defaults(),
                clock,
                random)) {
      report("open");
      ingester.start();
      report("start");
      if (!args[0].equals("replay")) {
        push(ingester, Path.of(args[0]), threads);
        report("push");
        System.out.println(ingester.statistics());
        if (args.length > 3 && args[3].equals("kill")) {
          Runtime.getRuntime().halt(0);
        }
      }
      ingester.flush();
      report("flush");
      System.out.println(ingester.statistics());
      System.out.printf(
          "MB/s with flush: %.1f%n",
          bytes.sum() / MEGA / ((System.nanoTime() - startNanos) / NANOS));
    }
    report("close");
    System.out.println(
        Files.readString(Path.of("/proc/self/status")).replaceAll("(?s).*(VmHWM:[^\n]*).*", "$1"));
  }

  private void push(Ingester ingester, Path file, int threadCount) throws Exception {
    TenantId tenant = TenantId.SINGLE;
    try (PushCorpus corpus = new PushCorpus(file)) {
      List<Thread> threads = new ArrayList<>();
      for (int i = 0; i < threadCount; i++) {
        threads.add(Thread.ofVirtual().start(() -> pushAll(ingester, corpus, tenant)));
      }
      for (Thread thread : threads) {
        thread.join();
      }
    }
  }

  private void pushAll(Ingester ingester, PushCorpus corpus, TenantId tenant) {
    try {
      for (byte[] body; (body = corpus.next()) != null; ) {
        List<StreamBatch> batches = corpus.decode(body);
        ingester.push(tenant, batches).forEach(System.out::println);
        batches.forEach(batch -> bytes.add(batch.entries().lineBytes()));
      }
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private void report(String phase) {
    System.out.printf(
        "%-6s %6.2f s  %6.2f CPU s  %.0f MB%n",
        phase,
        (System.nanoTime() - startNanos) / NANOS,
        (system.getProcessCpuTime() - startCpuNanos) / NANOS,
        bytes.sum() / MEGA);
  }
}
