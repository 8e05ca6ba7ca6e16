package io.skald.tests.simulation;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.skald.common.block.StorageException;
import io.skald.common.http.HttpResponse;
import io.skald.common.ingest.IngestUnavailableException;
import io.skald.common.push.BatchKey;
import io.skald.logql.engine.QueryException;
import io.skald.logql.engine.QueryResult;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Pushes and reads, and the comparison of the two. */
final class Load {
  private static final int WRITERS = 3;
  private static final int STREAMS_OF_WRITER = 2;
  private static final int MAX_LINES = 6;
  private static final int MAX_LINE_LENGTH = 300;
  private static final int MAX_TRIES = 4;
  private static final String ALL = "{app=\"simulation\"}";

  /** Queriers share what looks at lines; each has one. */
  private static final String ALL_LINES = ALL + " |= ` `";

  private static final long STEP_NANOS = 10 * Cluster.SECOND_NANOS;
  private static final String COUNTS = "sum by (stream) (count_over_time(" + ALL + "[10s]))";
  private static final int NO_CONTENT = 204;

  private final Cluster cluster;
  private final World world;
  private final Map<String, StreamLedger> ledgers = new TreeMap<>();
  private int working;
  private boolean ended;
  private int pushes;
  private int refusedPushes;
  private int reads;
  private int refusedReads;

  Load(Cluster cluster) {
    this.cluster = cluster;
    this.world = cluster.world;
  }

  void start() {
    for (int i = 0; i < WRITERS; i++) {
      List<StreamLedger> own = new ArrayList<>();
      for (int j = 0; j < STREAMS_OF_WRITER; j++) {
        StreamLedger ledger = new StreamLedger("w" + i + "s" + j);
        ledgers.put(ledger.toString(), ledger);
        own.add(ledger);
      }
      int writer = i;
      begin("writer " + i, () -> write(writer, own));
    }
    for (QuerierNode querier : cluster.queriers()) {
      begin("reader of " + querier, () -> read(querier));
    }
    begin("deleter", this::delete);
  }

  private void begin(String what, Host.Task task) {
    working++;
    cluster.client.start(
        what,
        () -> {
          task.run();
          working--;
        });
  }

  /** Reads everything again and again, for so long; nothing is pushed. */
  void read(long nanos) throws InterruptedException {
    long end = world.nowNanos() + nanos;
    for (QuerierNode querier : cluster.queriers()) {
      begin(
          "last reader of " + querier,
          () -> {
            while (world.nowNanos() < end) {
              world.sleep(world.between(Cluster.SECOND_NANOS, 30 * Cluster.SECOND_NANOS));
              checkSome(querier, Host.BEGIN_NANOS, "while all is compacted");
            }
          });
    }
    awaitWorkers();
  }

  private void awaitWorkers() throws InterruptedException {
    while (working > 0) {
      world.sleep(Cluster.SECOND_NANOS);
    }
  }

  /** Ends pushes and reads, and waits for what is under way. */
  void end() throws InterruptedException {
    ended = true;
    awaitWorkers();
  }

  private void write(int writer, List<StreamLedger> streams) throws InterruptedException {
    for (int number = 0; !ended; number++) {
      world.sleep(world.between(Cluster.SECOND_NANOS / 5, 5 * Cluster.SECOND_NANOS));
      Map<StreamLedger, Map<Long, String>> batch = new LinkedHashMap<>();
      for (StreamLedger stream : streams) {
        if (batch.isEmpty() || world.oneIn(2)) {
          batch.put(stream, lines(stream));
        }
      }
      BatchKey key = world.oneIn(2) ? new BatchKey("w" + writer, "b" + number) : null;
      push(writer, batch, key);
    }
  }

  /** Makes new lines: most of now, some late. */
  private Map<Long, String> lines(StreamLedger stream) {
    Map<Long, String> lines = new TreeMap<>();
    int count = 1 + world.random().nextInt(MAX_LINES);
    long now = cluster.client.clock().nowNanos();
    long late = world.oneIn(4) ? world.between(0, 30 * Cluster.SECOND_NANOS) : 0;
    for (int i = 0; i < count; i++) {
      long timestamp = stream.freeTimestamp(now - late + i);
      lines.put(timestamp, line(stream, timestamp));
      stream.pushed(Map.of(timestamp, lines.get(timestamp)));
    }
    return lines;
  }

  /** Of letters that spell no level, or an answer would hold the line in another stream. */
  private String line(StreamLedger stream, long timestamp) {
    StringBuilder line = new StringBuilder(stream + " " + timestamp + " ");
    int length = world.random().nextInt(MAX_LINE_LENGTH);
    for (int i = 0; i < length; i++) {
      line.append((char) ('g' + world.random().nextInt(11)));
    }
    return line.toString();
  }

  /** Pushes until that is acknowledged, or patience ends. */
  private void push(int writer, Map<StreamLedger, Map<Long, String>> batch, @Nullable BatchKey key)
      throws InterruptedException {
    byte[] body = body(batch);
    for (int i = 0; i < MAX_TRIES; i++) {
      pushes++;
      try {
        HttpResponse answer = cluster.any(cluster.distributors()).push(cluster.client, key, body);
        if (answer.status() == NO_CONTENT) {
          batch.forEach(StreamLedger::acknowledged);
          return;
        }
        world.tell("writer %d: %d %s".formatted(writer, answer.status(), text(answer)));
      } catch (IngestUnavailableException e) {
        world.tell("writer %d: %s".formatted(writer, e.getMessage()));
      }
      refusedPushes++;
      world.sleep(world.between(1, 5 * Cluster.SECOND_NANOS));
    }
  }

  private static String text(HttpResponse answer) {
    return answer.body().stream()
        .map(part -> new String(part, UTF_8))
        .collect(Collectors.joining());
  }

  private static byte[] body(Map<StreamLedger, Map<Long, String>> batch) {
    return batch.entrySet().stream()
        .map(stream ->
            "{\"stream\":{\"app\":\"simulation\",\"stream\":\"%s\"},\"values\":[%s]}"
                .formatted(
                    stream.getKey(),
                    stream.getValue().entrySet().stream()
                        .map(line -> "[\"%d\",\"%s\"]".formatted(line.getKey(), line.getValue()))
                        .collect(Collectors.joining(","))))
        .collect(Collectors.joining(",", "{\"streams\":[", "]}"))
        .getBytes(UTF_8);
  }

  private void read(QuerierNode querier) throws InterruptedException {
    while (!ended) {
      world.sleep(world.between(Cluster.SECOND_NANOS / 2, 8 * Cluster.SECOND_NANOS));
      long now = cluster.client.clock().nowNanos();
      long from =
          world.oneIn(6) ? Host.BEGIN_NANOS - Cluster.MINUTE_NANOS : now - Cluster.MINUTE_NANOS;
      try {
        checkSome(querier, from, "meanwhile");
      } catch (IngestUnavailableException | QueryException e) {
        refusedReads++;
        world.tell(querier + ": " + e.getMessage());
      }
    }
  }

  /** Compares entries, or how many there are, from a time until now. */
  private void checkSome(QuerierNode querier, long fromNanos, String when) {
    long now = cluster.client.clock().nowNanos();
    if (world.oneIn(3)) {
      checkSteps(querier, fromNanos, now, when);
    } else {
      check(querier, fromNanos, now + 1, when);
    }
  }

  /** Compares what a querier says with what was pushed; returns how many entries there are. */
  private int check(QuerierNode querier, long fromNanos, long throughNanos, String when) {
    reads++;
    long begun = world.nowNanos();
    Map<String, NavigableMap<Long, String>> expected = expected(fromNanos, throughNanos);
    String query = world.oneIn(2) ? ALL : ALL_LINES;
    QueryResult.Streams answer = querier.entries(cluster.client, query, fromNanos, throughNanos);
    Map<String, List<Map.Entry<Long, String>>> found = new TreeMap<>();
    int count = 0;
    for (QueryResult.Stream stream : answer.streams()) {
      List<Map.Entry<Long, String>> entries =
          found.computeIfAbsent(
              Objects.requireNonNull(stream.labels().get("stream")), _ -> new ArrayList<>());
      for (QueryResult.Entry entry : stream.entries()) {
        entries.add(Map.entry(entry.timestampNanos(), new String(entry.line(), UTF_8)));
        count++;
      }
    }
    try {
      ledgers.forEach((name, ledger) ->
          ledger.check(
              Objects.requireNonNull(expected.get(name)),
              begun,
              found.getOrDefault(name, List.of())));
    } catch (AssertionError e) {
      throw failed(when, querier, begun, e);
    }
    return count;
  }

  private Map<String, NavigableMap<Long, String>> expected(long fromNanos, long throughNanos) {
    Map<String, NavigableMap<Long, String>> expected = new TreeMap<>();
    ledgers.forEach((name, ledger) -> expected.put(name, ledger.expected(fromNanos, throughNanos)));
    return expected;
  }

  private static AssertionError failed(
      String when, QuerierNode querier, long begunNanos, AssertionError cause) {
    return new AssertionError(
        "%s, read from %s begun at %,d us: %s"
            .formatted(when, querier, begunNanos / 1000, cause.getMessage()),
        cause);
  }

  /** Compares what a querier counts in steps, whole windows, with what was pushed. */
  private void checkSteps(QuerierNode querier, long fromNanos, long throughNanos, String when) {
    reads++;
    long begun = world.nowNanos();
    long first = Math.ceilDiv(fromNanos, STEP_NANOS) * STEP_NANOS;
    long last = Math.ceilDiv(throughNanos, STEP_NANOS) * STEP_NANOS;
    Map<String, NavigableMap<Long, String>> expected = expected(first - STEP_NANOS + 1, last + 1);
    Map<String, Map<Long, Double>> counts = new TreeMap<>();
    for (QueryResult.Series series :
        querier.steps(cluster.client, COUNTS, first, last, STEP_NANOS).series()) {
      Map<Long, Double> values = new TreeMap<>();
      for (int i = 0; i < series.values().length; i++) {
        values.put(TimeUnit.MILLISECONDS.toNanos(series.timestampsMillis()[i]), series.values()[i]);
      }
      counts.put(Objects.requireNonNull(series.labels().get("stream")), values);
    }
    try {
      for (long step = first; step <= last; step += STEP_NANOS) {
        for (StreamLedger ledger : ledgers.values()) {
          String name = ledger.toString();
          ledger.checkCount(
              Objects.requireNonNull(expected.get(name)),
              begun,
              step - STEP_NANOS + 1,
              step + 1,
              counts.getOrDefault(name, Map.of()).getOrDefault(step, 0.0));
        }
      }
    } catch (AssertionError e) {
      throw failed(when, querier, begun, e);
    }
  }

  /** Reads everything from all queriers, which must have answers, and must agree. */
  void checkAll(String when) {
    long now = cluster.client.clock().nowNanos() + Cluster.MINUTE_NANOS;
    for (QuerierNode querier : cluster.queriers()) {
      int count = check(querier, Host.BEGIN_NANOS - Cluster.MINUTE_NANOS, now, when);
      double counted =
          querier.number(cluster.client, "sum(count_over_time(" + ALL + "[10h]))", now);
      checkSteps(querier, Host.BEGIN_NANOS, now, when);
      if (counted != count) {
        throw new AssertionError(
            "%s, %s counts %s entries and returns %d".formatted(when, querier, counted, count));
      }
    }
  }

  /** Now and then asks for old entries of a stream to be deleted. */
  private void delete() throws InterruptedException {
    for (int number = 0; !ended; number++) {
      world.sleep(world.between(Cluster.MINUTE_NANOS, 4 * Cluster.MINUTE_NANOS));
      StreamLedger stream = cluster.any(List.copyOf(ledgers.values()));
      long now = cluster.client.clock().nowNanos();
      // Nothing so old is pushed again.
      long through = now - 4 * Cluster.MINUTE_NANOS - world.between(0, Cluster.MINUTE_NANOS);
      long from = through - world.between(0, Cluster.MINUTE_NANOS);
      world.tell("delete %s from %d through %d".formatted(stream, from, through));
      LongConsumer granted = stream.delete(from, through);
      try {
        cluster.any(cluster.compactors()).delete("d" + number, stream.selector(), from, through);
        long seen = QuerierNode.DELETES_REFRESH.toNanos() + Cluster.SECOND_NANOS;
        granted.accept(world.nowNanos() + seen);
      } catch (StorageException e) {
        world.tell("delete " + stream + ": " + e.getMessage());
      }
    }
  }

  int pushes() {
    return pushes;
  }

  int refusedPushes() {
    return refusedPushes;
  }

  int reads() {
    return reads;
  }

  int refusedReads() {
    return refusedReads;
  }

  /** Returns how many entries were acknowledged. */
  int entries() {
    return ledgers.values().stream().mapToInt(StreamLedger::acknowledgedCount).sum();
  }
}
