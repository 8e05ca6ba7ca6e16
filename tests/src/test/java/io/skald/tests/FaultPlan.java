package io.skald.tests;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.skald.tests.Network.Link;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongConsumer;
import java.util.function.Supplier;
import java.util.function.ToIntFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A cluster of real processes, an agent among them, that is pushed to and read from while a plan,
 * made from a seed, kills, stops and restarts its processes, cuts and slows what lies between them,
 * and sets clocks wrong. Each answer of a query must hold what was acknowledged before, nothing
 * that was not pushed or was deleted, nothing twice, and each stream in order; counts must be those
 * of such entries. When a round of faults is over, pushes, queries and the agent must work again.
 *
 * <p>For longer than the tests do, from the folder {@code tests} after {@code mvn verify};
 * CLASSPATH as {@code mvn dependency:build-classpath -pl tests} tells, with {@code
 * target/test-classes}:
 *
 * <pre>
 *  java -cp CLASSPATH io.skald.tests.FaultPlan 600 1 /tmp/faults      # seconds, seed, an empty folder
 *  java -cp CLASSPATH io.skald.tests.FaultPlan 600 1 /tmp/faults memberlist    # without etcd
 * </pre>
 */
final class FaultPlan {
  private static final String AGENT = "agent-1";
  private static final int WRITERS = 3;
  private static final int MAX_LINES = 20;
  private static final long PAUSE_MILLIS = 20;
  private static final Duration PATIENCE = Duration.ofMinutes(5);

  /** Holds for all, and takes so much work that queriers share it. */
  private static final String ALL_LINES = " |= `line`";

  /** Where the agent finds the file that it follows. */
  private static final String FOLLOWED = "{app=\"followed\"}";

  /** Of counts, whose values the queriers keep for the next ones. */
  private static final long STEP_NANOS = TimeUnit.SECONDS.toNanos(5);

  /** What reads look back on while faults go on; the last check looks at all. */
  private static final long LOOK_BACK_NANOS = TimeUnit.SECONDS.toNanos(60);

  /** And counts look back on so much more. */
  private static final long COUNTED_BACK_NANOS = TimeUnit.SECONDS.toNanos(240);

  /** How long queriers may take to see a delete request, with some room. */
  private static final long DELETES_SEEN_NANOS = TimeUnit.SECONDS.toNanos(20);

  /** Small blocks, chunks and segments: a fault meets every step of them. */
  private static final String SETTINGS =
      """
      ingester:
        chunk_block_size: 8192
        chunk_target_size: 16384
        chunk_idle_period: 5s
        flush_check_period: 500ms
        max_unflushed_bytes: 32MB
        wal: {segment_size: 262144, checkpoint_size: 524288, checkpoint_duration: 5s}
      querier: {cache_size: 16MB, max_query_memory: 32MB, fan_out_min_bytes: 4KB, fan_out_after: 0s}
      compactor:
        retention_enabled: true
        compaction_interval: 10s
        min_file_age: 1m
        delete_request_cancel_period: 10s
        retention_delete_delay: 1m
      query_range: {cache_results: true}
      limits_config:
        discover_service_name: []
        discover_log_levels: false
        max_cache_freshness_per_query: 10s
      """;

  /**
   * How large it is.
   *
   * @param maxFaultSeconds the longest that one fault takes
   * @param gossips whether the members of the rings tell each other; otherwise etcd does
   * @param kinds what may happen; repeated ones happen more often
   */
  record Size(
      int distributors, int queriers, int maxFaultSeconds, boolean gossips, List<Kind> kinds) {
    static final Size SHORT =
        new Size(1, 1, 3, false, List.of(Kind.KILL, Kind.STOP, Kind.CUT, Kind.STORE_DOWN));
    static final Size LONG = new Size(2, 2, 30, false, List.of(Kind.values()));

    /** Likewise, without etcd. */
    static final Size LONG_GOSSIP =
        new Size(
            2,
            2,
            30,
            true,
            Stream.of(Kind.values()).filter(kind -> kind != Kind.ETCD_DOWN).toList());
  }

  /** What may happen. */
  enum Kind {
    KILL,
    STOP,
    CUT,
    SLOW,
    ETCD_DOWN,
    STORE_DOWN,
    ROLLING_RESTART,
    CLOCK
  }

  private final Size size;
  private final Random random;
  private final ProcessCluster cluster;
  private final List<String> ingesters = List.of("ingester-1", "ingester-2", "ingester-3");
  private final List<String> distributors;
  private final List<String> queriers;
  private final List<String> roles = new ArrayList<>();
  private final List<String> processes = new ArrayList<>();
  private final Map<String, Integer> gossipPorts = new HashMap<>(); // none with etcd
  private final FollowedFile followed;
  private final List<Writer> writers = new ArrayList<>();
  private final Set<String> claimed = new HashSet<>(); // guarded by this
  private final List<String> events = Collections.synchronizedList(new ArrayList<>());
  private final Map<Kind, Integer> faults = new EnumMap<>(Kind.class);
  private final List<Throwable> failures = Collections.synchronizedList(new ArrayList<>());
  private final AtomicBoolean running = new AtomicBoolean(true);
  private final AtomicInteger pushes = new AtomicInteger();
  private final AtomicInteger refusedPushes = new AtomicInteger();
  private final AtomicInteger reads = new AtomicInteger();
  private final AtomicInteger refusedReads = new AtomicInteger();
  private final long begunNanos = System.nanoTime();
  private int deletions;

  FaultPlan(Path directory, long seed, Size size) throws IOException {
    this.size = size;
    this.random = new Random(seed);
    this.distributors = numbered("distributor", size.distributors);
    this.queriers = numbered("querier", size.queriers);
    roles.addAll(ingesters);
    roles.addAll(distributors);
    roles.addAll(queriers);
    roles.add("compactor-1");
    processes.addAll(roles);
    processes.add(AGENT);
    for (int i = 0; i < WRITERS; i++) {
      writers.add(new Writer(i, random.nextLong()));
    }
    if (size.gossips) {
      roles.forEach(name -> gossipPorts.put(name, SkaldProcess.freePort()));
    }
    cluster =
        size.gossips
            ? new ProcessCluster(directory, "{store: memberlist}", "", SETTINGS + gossip())
            : new ProcessCluster(directory, ProcessCluster.ETCD_RINGS, "", SETTINGS);
    followed =
        new FollowedFile(
            directory.resolve("followed.log").toAbsolutePath(), cluster.positionsOf(AGENT));
  }

  private String gossip() {
    return "memberlist: {bind_addr: [127.0.0.1], join_members: [%s]}"
        .formatted(
            ingesters.stream()
                .map(name -> "'127.0.0.1:" + gossipPorts.get(name) + "'")
                .collect(Collectors.joining(", ")));
  }

  private void add(String role) {
    Integer port = gossipPorts.get(role);
    if (port == null) {
      cluster.add(role);
    } else {
      cluster.add(
          role,
          "-memberlist.bind-port=" + port,
          "-memberlist.advertise-port=" + cluster.network().before(role, port));
    }
  }

  private static List<String> numbered(String role, int count) {
    List<String> names = new ArrayList<>();
    for (int i = 1; i <= count; i++) {
      names.add(role + "-" + i);
    }
    return names;
  }

  /** Pushes one stream with rising timestamps; what is refused is pushed again, as clients do. */
  private final class Writer {
    private final String query;
    private final String labels;
    private final Random random;
    private final PushLedger ledger;
    private final int number;
    private int next;

    Writer(int number, long seed) {
      this.number = number;
      this.random = new Random(seed);
      this.query = "{app=\"faults\",writer=\"%d\"}".formatted(number);
      this.labels = "{\"app\":\"faults\",\"writer\":\"%d\"}".formatted(number);
      this.ledger = PushLedger.ofCluster(query);
    }

    void run() {
      while (running.get()) {
        Map<Long, String> lines = new TreeMap<>();
        long timestamp = ledger.nextNanos();
        for (int i = 1 + random.nextInt(MAX_LINES); i > 0; i--, timestamp++) {
          String line = "writer " + number + " line " + next++ + "x".repeat(random.nextInt(200));
          lines.put(timestamp, line);
        }
        if (isAcknowledged(lines)) {
          pushes.incrementAndGet();
        }
        sleep(Duration.ofMillis(PAUSE_MILLIS));
      }
    }

    private boolean isAcknowledged(Map<Long, String> lines) {
      while (true) {
        try {
          String distributor = distributors.get(random.nextInt(distributors.size()));
          SkaldClient.Answer answer = ledger.push(cluster.client(distributor), labels, lines);
          if (answer.status() == 204) {
            return true;
          }
          if (answer.status() / 100 == 4 && answer.status() != 429) {
            throw new AssertionError("push: " + answer.status() + " " + answer.text());
          }
        } catch (UncheckedIOException _) {
          // The distributor is gone, or its answer is.
        }
        refusedPushes.incrementAndGet();
        if (!running.get()) {
          return false;
        }
        sleep(Duration.ofMillis(100));
      }
    }
  }

  private static void sleep(Duration time) {
    try {
      Thread.sleep(time);
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  /** Writes what the agent follows. */
  private void follow() {
    Random own = new Random(2);
    while (running.get()) {
      followed.append(1 + own.nextInt(MAX_LINES));
      sleep(Duration.ofMillis(10 * PAUSE_MILLIS));
    }
  }

  private String agentSettings() {
    return """
    target_config: {sync_period: 1s}
    scrape_configs:
    - job_name: faults
      static_configs: [{labels: {app: followed, __path__: '%s'}}]
    """
        .formatted(followed.path());
  }

  private void read() {
    Random choice = new Random(1);
    while (running.get()) {
      Writer writer = writers.get(choice.nextInt(writers.size()));
      String querier = queriers.get(choice.nextInt(queriers.size()));
      long from = writer.ledger.lastNanos() - LOOK_BACK_NANOS;
      if (from > 0) {
        switch (choice.nextInt(4)) {
          case 0 -> checkCounts(writer, querier, from - COUNTED_BACK_NANOS);
          case 1 -> checkFollowed(querier, from, 0);
          default -> check(writer, querier, from);
        }
      }
      sleep(Duration.ofMillis(PAUSE_MILLIS));
    }
  }

  /** Returns whether the querier answered; fails if it answered wrongly. */
  private boolean check(Writer writer, String querier, long from) {
    String query = reads.get() % 2 == 0 ? writer.query : writer.query + ALL_LINES;
    return answer(
            querier, where -> writer.ledger.check(cluster.client(querier), query, from, where))
        != null;
  }

  /** Likewise, of how many entries there are in each step. */
  private boolean checkCounts(Writer writer, String querier, long from) {
    String query =
        "sum(count_over_time(%s%s[%ds]))"
            .formatted(writer.query, ALL_LINES, TimeUnit.NANOSECONDS.toSeconds(STEP_NANOS));
    return answer(
            querier,
            where ->
                writer.ledger.checkCounts(cluster.client(querier), query, from, STEP_NANOS, where))
        != null;
  }

  /** Likewise, of what the agent follows, and whether so many lines are found at least. */
  private boolean checkFollowed(String querier, long from, int lines) {
    Integer found =
        answer(querier, where -> followed.check(cluster.client(querier), FOLLOWED, from, where));
    return found != null && found >= lines;
  }

  private @Nullable Integer answer(String querier, ToIntFunction<String> check) {
    try {
      int compared = check.applyAsInt(querier + " " + sinceStart());
      reads.incrementAndGet();
      return compared;
    } catch (UncheckedIOException _) {
      // The querier is gone.
    } catch (SkaldClient.RefusedException e) {
      if (!e.isTemporary()) {
        throw e;
      }
    }
    refusedReads.incrementAndGet();
    return null;
  }

  private String sinceStart() {
    return "after %.1f s".formatted((System.nanoTime() - begunNanos) / 1e9);
  }

  /**
   * Starts the cluster, lets things happen, and compares everything at the end.
   *
   * @return what was done, for people
   * @throws AssertionError if something was lost, invented, doubled, or did not get well
   */
  String run(Duration time) throws Exception {
    try (cluster) {
      if (!size.gossips) {
        cluster.startEtcd();
      }
      roles.forEach(this::add);
      distributors.forEach(name -> cluster.awaitIngesters(name, ingesters.size()));
      queriers.forEach(name -> cluster.awaitIngesters(name, ingesters.size()));
      followed.append(1); // an agent without a file is not ready
      cluster.addAgent(AGENT, distributors.getFirst(), agentSettings());
      List<Thread> load = new ArrayList<>();
      writers.forEach(writer -> load.add(start(writer::run)));
      load.add(start(this::follow));
      load.add(start(this::read));
      long end = System.nanoTime() + time.toNanos();
      int rounds = 0;
      do {
        round();
        awaitHealth();
        delete();
        rounds++;
      } while (System.nanoTime() < end);
      running.set(false);
      for (Thread thread : load) {
        thread.join();
      }
      checkAll();
      event("all ingesters are killed");
      ingesters.forEach(name -> cluster.process(name).kill());
      for (String name : ingesters) {
        cluster.start(name);
      }
      checkAll();
      failIfFailed();
      return summary(rounds);
    } catch (Exception | AssertionError e) {
      running.set(false);
      throw new AssertionError(
          e.getMessage() + "\n" + String.join("\n", events) + "\n" + cluster.logs(), e);
    }
  }

  private Thread start(Runnable work) {
    return Thread.ofPlatform()
        .uncaughtExceptionHandler((_, failure) -> failures.add(failure))
        .start(work);
  }

  private String summary(int rounds) {
    return ("%,d rounds, faults %s, %,d pushes acknowledged, %,d refused or unanswered, %,d lines,"
            + " %,d of a file, %,d whole reads, %,d refused or unanswered, %,d deletions")
        .formatted(
            rounds,
            faults,
            pushes.get(),
            refusedPushes.get(),
            writers.stream().mapToInt(writer -> writer.ledger.size()).sum(),
            followed.size(),
            reads.get(),
            refusedReads.get(),
            deletions);
  }

  private void failIfFailed() {
    if (!failures.isEmpty()) {
      throw new AssertionError(failures.getFirst().getMessage(), failures.getFirst());
    }
  }

  private void event(String text) {
    events.add(sinceStart() + ": " + text);
  }

  /** One or two faults at a time, and waits for their end. */
  private void round() throws InterruptedException {
    List<Thread> threads = new ArrayList<>();
    Set<Kind> chosen = new HashSet<>();
    for (int i = 1 + random.nextInt(2); i > 0; i--) {
      chosen.add(size.kinds.get(random.nextInt(size.kinds.size())));
    }
    for (Kind kind : chosen.stream().sorted().toList()) {
      faults.merge(kind, 1, Integer::sum);
      Random own = new Random(random.nextLong());
      threads.add(start(() -> act(kind, own)));
    }
    for (Thread thread : threads) {
      thread.join();
    }
    claimed.clear();
    failIfFailed();
  }

  private void act(Kind kind, Random random) {
    Duration time = Duration.ofMillis(500 + random.nextInt(1000 * size.maxFaultSeconds - 500));
    switch (kind) {
      case KILL -> {
        String name = claim(processes, random);
        if (name != null) {
          event("kill -9 " + name);
          cluster.process(name).kill();
          sleep(time.dividedBy(5));
          restart(name, Duration.ZERO);
        }
      }
      case STOP -> {
        String name = claim(processes, random);
        if (name != null) {
          event("SIGSTOP " + name + " for " + time);
          cluster.process(name).signal("STOP");
          sleep(time);
          cluster.process(name).signal("CONT");
        }
      }
      case CUT -> {
        Link link = link(random);
        event("cut " + link + " for " + time);
        cluster.network().cut(link);
        sleep(time);
        cluster.network().mend(link);
      }
      case SLOW -> {
        Link link = link(random);
        Duration delay = Duration.ofMillis(20 + random.nextInt(500));
        event("slow " + link + " by " + delay + " for " + time);
        cluster.network().slow(link, delay);
        sleep(time);
        cluster.network().mend(link);
      }
      case ETCD_DOWN -> {
        event("etcd down for " + time);
        cluster.process(ProcessCluster.ETCD).kill();
        sleep(time);
        cluster.start(ProcessCluster.ETCD);
      }
      case STORE_DOWN -> storeDown(time);
      case ROLLING_RESTART -> {
        for (String name : ingesters) {
          if (claim(name)) {
            event("restart " + name);
            cluster.process(name).stop();
            restart(name, Duration.ZERO);
          }
        }
      }
      case CLOCK -> {
        String name = claim(ingesters, random);
        if (name != null) {
          Duration skew = Duration.ofSeconds(random.nextInt(600) - 300L);
          event("restart " + name + " with its clock wrong by " + skew);
          cluster.process(name).kill();
          restart(name, skew);
        }
      }
    }
  }

  private void storeDown(Duration time) {
    event("object store down for " + time);
    List<Link> links = roles.stream().map(name -> new Link(name, ProcessCluster.STORE)).toList();
    links.forEach(cluster.network()::takeDown);
    sleep(time);
    links.forEach(cluster.network()::mend);
  }

  private void restart(String name, Duration skew) {
    cluster.start(name, skew);
    event(name + " is back");
  }

  /** Returns a process that no other fault of this round has; null if there is none. */
  private @Nullable String claim(List<String> names, Random random) {
    List<String> shuffled = new ArrayList<>(names);
    Collections.shuffle(shuffled, random);
    return shuffled.stream().filter(this::claim).findFirst().orElse(null);
  }

  private synchronized boolean claim(String name) {
    return claimed.add(name);
  }

  private Link link(Random random) {
    String ingester = ingesters.get(random.nextInt(ingesters.size()));
    String any = roles.get(random.nextInt(roles.size()));
    return switch (random.nextInt(5)) {
      case 0 -> new Link(distributors.get(random.nextInt(distributors.size())), ingester);
      case 1 -> new Link(queriers.get(random.nextInt(queriers.size())), ingester);
      case 2 -> new Link(AGENT, distributors.getFirst());
      case 3 -> new Link(any, size.gossips ? other(any, random) : ProcessCluster.ETCD);
      default -> new Link(any, ProcessCluster.STORE);
    };
  }

  private String other(String role, Random random) {
    List<String> others = roles.stream().filter(name -> !name.equals(role)).toList();
    return others.get(random.nextInt(others.size()));
  }

  private void awaitHealth() {
    int target = pushes.get() + 3 * WRITERS;
    await("pushes go on", () -> pushes.get() >= target);
    for (String querier : queriers) {
      for (Writer writer : writers) {
        long from = Math.max(0, writer.ledger.lastNanos() - LOOK_BACK_NANOS);
        await(querier + " answers", () -> check(writer, querier, from));
        await(querier + " counts", () -> checkCounts(writer, querier, from));
      }
      int lines = followed.size();
      long from = writers.getFirst().ledger.lastNanos() - LOOK_BACK_NANOS;
      await(querier + " has what is followed", () -> checkFollowed(querier, from, lines));
    }
    event("all is well");
  }

  private void await(String what, Supplier<Boolean> condition) {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (!condition.get()) {
      failIfFailed();
      if (System.nanoTime() > end) {
        throw new AssertionError("not within " + PATIENCE + ": " + what);
      }
      sleep(Duration.ofMillis(100));
    }
  }

  private void checkAll() {
    for (String querier : queriers) {
      for (Writer writer : writers) {
        await(querier + " answers everything", () -> check(writer, querier, 0));
        await(querier + " counts everything", () -> checkCounts(writer, querier, 0));
      }
      await(
          querier + " has all that is followed", () -> checkFollowed(querier, 0, followed.size()));
    }
    event("all was compared");
  }

  /** Deletes up to two seconds of a stream. */
  private void delete() {
    Writer writer = writers.get(random.nextInt(writers.size()));
    long from =
        writer.ledger.lastNanos() - TimeUnit.MILLISECONDS.toNanos(2000 + random.nextInt(8000));
    long through = from + TimeUnit.MILLISECONDS.toNanos(random.nextInt(2000));
    LongConsumer granted = writer.ledger.delete(from, through); // may be seen at once
    String parameters =
        "query=%s&start=%s&end=%s"
            .formatted(URLEncoder.encode(writer.query, UTF_8), time(from), time(through));
    SkaldClient compactor = cluster.client("compactor-1");
    await("a delete request is taken", () -> isTaken(compactor, parameters));
    granted.accept(System.nanoTime() + DELETES_SEEN_NANOS);
    deletions++;
    event("deleted " + time(from) + " to " + time(through) + " of " + writer.query);
  }

  private static boolean isTaken(SkaldClient compactor, String parameters) {
    try {
      return compactor
              .send(
                  HttpRequest.newBuilder(
                          URI.create(compactor.address() + "/loki/api/v1/delete?" + parameters))
                      .POST(HttpRequest.BodyPublishers.noBody()))
              .status()
          == 204;
    } catch (UncheckedIOException _) {
      return false;
    }
  }

  private static String time(long nanos) {
    return Instant.ofEpochSecond(0, nanos).toString();
  }

  public static void main(String[] arguments) throws Exception {
    long seed = Long.parseLong(arguments[1]);
    System.out.println("seed " + seed);
    boolean gossips = arguments.length > 3 && arguments[3].equals("memberlist");
    FaultPlan plan =
        new FaultPlan(Path.of(arguments[2]), seed, gossips ? Size.LONG_GOSSIP : Size.LONG);
    System.out.println(plan.run(Duration.ofSeconds(Long.parseLong(arguments[0]))));
  }
}
