package io.skald.agent;

import io.skald.agent.pipeline.StageContext;
import io.skald.agent.pipeline.StageDiff;
import io.skald.agent.pipeline.StageEvents;
import io.skald.agent.position.Cursor;
import io.skald.agent.position.DeliveryJournal;
import io.skald.agent.position.FileId;
import io.skald.agent.position.FilePosition;
import io.skald.agent.position.PositionsFile;
import io.skald.agent.push.BatchAssembler;
import io.skald.agent.push.BatchNames;
import io.skald.agent.push.BufferLimits;
import io.skald.agent.push.Buffered;
import io.skald.agent.push.Handover;
import io.skald.agent.push.PushTransport;
import io.skald.agent.push.RetryPolicy;
import io.skald.agent.push.SendCounters;
import io.skald.agent.push.SendListener;
import io.skald.agent.push.Sender;
import io.skald.agent.source.SourceSink;
import io.skald.agent.tail.ArchiveFormat;
import io.skald.agent.tail.ArchiveReader;
import io.skald.agent.tail.DirectoryWatch;
import io.skald.agent.tail.LineFeed;
import io.skald.agent.tail.TailCounters;
import io.skald.agent.tail.TailSchedule;
import io.skald.agent.tail.Tailer;
import io.skald.common.time.Clock;
import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All that serves one client: its reader with the files, its sender with the journal. Without
 * threads until {@link #start}; {@link #read} and {@link #send} are single steps that a test can
 * take in any order.
 */
final class Lane implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Lane.class);

  /** How long a wait lasts at most, so that a missed signal never matters. */
  private static final long MAX_WAIT_NANOS = 250_000_000;

  /** Lines that may wait behind the batch under way, in batches. */
  private static final int QUEUED_BATCHES = 2;

  private final AgentConfig.Client client;
  private final String name;
  private final DeliveryJournal journal;
  private final PushTransport transport;
  private final Handover handover;
  private final BatchAssembler assembler;
  private final PipelineSink stages;
  private final Clock clock;
  private final LineFeed feed;
  private final Sender sender;
  private final TailCounters tailCounters = new TailCounters();
  private final SendCounters sendCounters = new SendCounters();
  private final ReasonCounters linesDropped = new ReasonCounters();
  private final ReasonCounters linesDroppedByLabel = new ReasonCounters();
  private final ReasonCounters linesLost = new ReasonCounters();
  private final FoundTargets found = new FoundTargets();
  private @Nullable Thread reader;
  private @Nullable Thread senderThread;

  /** Counts what limits drop, and tells the listener. */
  private final class Losses implements LineLosses {
    private final SendListener listener;

    Losses(SendListener listener) {
      this.listener = listener;
    }

    @Override
    public void beyondRate() {
      linesDropped.increment("global_rate_limiter_drop");
      assembler.dropped("global_rate_limiter_drop");
    }

    @Override
    public void dropped(SendListener.DropReason reason, String tenant, long bytes) {
      linesLost.increment(reason.text());
      assembler.dropped(reason.text());
      listener.dropped(name, whose(tenant), reason, 1, bytes);
    }

    @Override
    public void cut(String tenant, long bytes) {
      SendListener.DropReason reason = SendListener.DropReason.LINE_TOO_LONG;
      listener.mutated(name, whose(tenant), reason, 1, bytes);
    }

    private String whose(String tenant) {
      return tenant.isEmpty() ? client.tenantId() : tenant;
    }
  }

  /** Makes what a lane reads from. */
  interface FeedMaker {
    LineFeed make(SourceSink sink, TailCounters counters, FoundTargets found);
  }

  /** A lane that follows the files of the configuration; closes the watch. */
  Lane(
      String name,
      AgentConfig config,
      AgentConfig.Client client,
      String hostname,
      DeliveryJournal journal,
      PositionsFile positionsFile,
      PushTransport transport,
      SendListener listener,
      Clock clock,
      DirectoryWatch watch,
      RandomGenerator random,
      AgentOptions options,
      Inputs inputs) {
    this(
        name,
        config,
        client,
        hostname,
        journal,
        positionsFile,
        transport,
        listener,
        clock,
        random,
        options,
        (sink, counters, found) -> {
          List<LineFeed> feeds = new ArrayList<>();
          TargetSets targets =
              new TargetSets(config, client.externalLabels(), hostname, clock, inputs, found);
          feeds.add(
              new Tailer(
                  targets::plain,
                  config.tailConfig(),
                  schedule(config),
                  positions(journal, false),
                  positionsFile::loadedOffset,
                  sink,
                  clock,
                  watch,
                  counters));
          if (readsArchives(config)) {
            feeds.add(
                new ArchiveReader(
                    targets::archives,
                    config.tailConfig().maxLineBytes(),
                    config.targetConfig().syncPeriod(),
                    positions(journal, true),
                    positionsFile::loadedOffset,
                    sink,
                    clock,
                    counters));
          }
          feeds.addAll(
              inputs.feeds(
                  sink,
                  client.externalLabels(),
                  journal,
                  positionsFile::loadedCursor,
                  options.dryRun() != null));
          return feeds.size() == 1 ? feeds.getFirst() : new Feeds(feeds);
        });
  }

  private static boolean readsArchives(AgentConfig config) {
    return config.scrapeConfigs().stream().anyMatch(job -> job.format().decompression().enabled());
  }

  /** Returns the positions in files, in compressed ones or in all others. */
  private static Map<FileId, FilePosition> positions(DeliveryJournal journal, boolean archives) {
    Map<FileId, FilePosition> positions = journal.readPositions();
    positions
        .keySet()
        .removeIf(id -> Cursor.isCursor(id) || ArchiveFormat.isArchive(id) != archives);
    return positions;
  }

  /**
   * Takes over the journal and the transport: they are closed with the lane, as the feed is.
   *
   * @param feeds makes what the lane reads from
   */
  Lane(
      String name,
      AgentConfig config,
      AgentConfig.Client client,
      String hostname,
      DeliveryJournal journal,
      PositionsFile positionsFile,
      PushTransport transport,
      SendListener listener,
      Clock clock,
      RandomGenerator random,
      AgentOptions options,
      FeedMaker feeds) {
    this.client = client;
    this.name = name;
    this.journal = journal;
    this.transport = transport;
    this.handover = new Handover(client.batchsize(), QUEUED_BATCHES * (long) client.batchsize());
    this.assembler =
        new BatchAssembler(
            handover,
            clock,
            journal.lastTimestampNanos(),
            client.batchsize(),
            client.batchwait().toNanos(),
            config.limitsConfig().maxStreams());
    this.clock = clock;
    PrintStream printer = options.dryRun();
    PrintStream inspected = options.inspect();
    StageEvents events =
        new StageEvents() {
          @Override
          public void dropped(String reason) {
            linesDropped.increment(reason);
            assembler.dropped(reason);
          }

          @Override
          public void droppedByLabel(String label, String value) {
            linesDroppedByLabel.increment(label + "=" + value);
          }
        };
    this.stages =
        new PipelineSink(
            printer == null ? assembler : new PrintingSink(printer, clock),
            Pipelines.compile(
                    config.scrapeConfigs(),
                    new StageContext(
                        clock,
                        random,
                        events,
                        options.metrics(),
                        config.run().compat().jsonNumbers() == CompatConfig.JsonNumbers.EXACT))
                .byJob(),
            client.externalLabels(),
            config.limitsConfig(),
            config.run().compat(),
            new Losses(listener),
            inspected == null ? null : new StageDiff(inspected),
            clock);
    this.feed = feeds.make(stages, tailCounters, found);
    AgentConfig.BackoffConfig backoff = client.backoffConfig();
    this.sender =
        new Sender(
            new BatchNames(hostname, name),
            name,
            client.tenantId(),
            client.batchsize(),
            config.positions().syncPeriod(),
            new RetryPolicy(
                backoff.minPeriod(),
                backoff.maxPeriod(),
                backoff.maxRetries(),
                client.dropRateLimitedBatches()),
            limits(config.run().buffer()),
            handover,
            journal,
            positionsFile,
            transport,
            listener,
            sendCounters,
            clock,
            random);
  }

  private static BufferLimits limits(BufferConfig buffer) {
    return new BufferLimits(
        buffer.maxSize(), buffer.maxAge(), buffer.overflow() == BufferConfig.Overflow.DROP_OLDEST);
  }

  private static TailSchedule schedule(AgentConfig config) {
    AgentConfig.FileWatchConfig polls = config.global().fileWatchConfig();
    return new TailSchedule(
        config.targetConfig().syncPeriod(), polls.minPollFrequency(), polls.maxPollFrequency());
  }

  void start() {
    reader = Thread.ofPlatform().name("agent-reader-" + name).daemon().start(this::readLoop);
    senderThread = Thread.ofPlatform().name("agent-sender-" + name).daemon().start(this::sendLoop);
  }

  /** Reads what is due; returns nanoseconds until more is. */
  long read() {
    long wait = feed.pass();
    if (feed.isAwaited() && handover.isEmpty()) {
      assembler.close(); // while the sender is busy, more come together
    }
    return assembler.closeIfDue(stages.flushDue(clock.monotonicNanos(), wait));
  }

  /** Hands on what stages hold back, at the end of reading. */
  private void endStages() {
    stages.flush();
    assembler.close();
  }

  /** Sends what is due; returns nanoseconds until more is. */
  long send() {
    return sender.pass();
  }

  /** Asks the reader to stop; what it has read is still sent. */
  void endReading() {
    handover.endReading();
  }

  /** Waits until an input has ended and all of it is dealt with, or the reading was ended. */
  void awaitInput() throws InterruptedException {
    if (senderThread != null) {
      senderThread.join();
    }
  }

  /**
   * Waits until all is sent, at most until {@code deadline}; then makes the rest durable.
   *
   * @param deadline a reading of {@link System#nanoTime}
   */
  void awaitEnd(long deadline) throws InterruptedException {
    join(reader, deadline);
    join(senderThread, deadline);
    handover.endSending();
    transport.close();
    if (senderThread != null) {
      senderThread.join();
    }
    if (reader != null) {
      reader.join(); // it finds no room any more, and must not read files that are closed
    }
  }

  /** Ends at once, as far as a step without threads goes: for lanes that were never started. */
  void finish() throws IOException {
    feed.end();
    endStages();
    sender.finish();
  }

  AgentStatus.ClientStatus status() {
    return new AgentStatus.ClientStatus(
        name,
        client.url(),
        feed.isReady(),
        feed.files(),
        feed.sources(),
        tailCounters.filesUnreadable.get() + tailCounters.archivesUnreadable.get(),
        tailCounters.linesRead.sum(),
        tailCounters.bytesRead.sum(),
        tailCounters.linesCut.sum(),
        tailCounters.bytesLost.sum(),
        tailCounters.filesDamaged.sum(),
        sendCounters.entriesSent.sum(),
        sendCounters.lineBytesSent.sum(),
        sendCounters.bodyBytesSent.sum(),
        sendCounters.entriesDropped.sum(),
        sendCounters.retries.sum(),
        linesDropped.counts(),
        linesDroppedByLabel.counts(),
        linesLost.counts(),
        found.targets,
        found.failed.counts(),
        buffered(),
        sendCounters.lastFailure);
  }

  private AgentStatus.Buffer buffered() {
    Buffered now = sendCounters.buffered;
    double age = (clock.nowNanos() - now.oldestNanos()) / 1e9;
    return new AgentStatus.Buffer(
        now.batches(), now.bytes(), now.batches() == 0 ? 0 : Math.max(0, age));
  }

  @Override
  public void close() throws IOException {
    try (journal;
        feed) {
      transport.close();
    }
  }

  private void readLoop() {
    try {
      long wait = 0;
      while (handover.awaitRoom(Math.min(wait, MAX_WAIT_NANOS))) {
        wait = read();
        if (feed.isFinished()) {
          break;
        }
      }
      while (!feed.end() && handover.awaitRoomAtEnd(MAX_WAIT_NANOS)) {
        // until it has handed on all, or nothing is sent any more
      }
      endStages();
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException | Error e) {
      sendCounters.lastFailure = "the reader ended: " + e;
      log.error("client {}: the reader ended; restart the agent, no line is lost", name, e);
    } finally {
      handover.endInput();
    }
  }

  private void sendLoop() {
    try {
      long wait = 0;
      while (handover.awaitWork(
          wait, sender.isBetweenAttempts() && !sender.takesToDisk(), sender.isBetweenAttempts())) {
        wait = send();
        if (sender.isDone()) {
          break;
        }
      }
      sender.finish();
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    } catch (IOException e) {
      log.error("client {}: the positions could not be written at the end: {}", name, e.toString());
    } catch (RuntimeException | Error e) {
      sendCounters.lastFailure = "the sender ended: " + e;
      log.error("client {}: the sender ended; restart the agent, no line is lost", name, e);
    }
  }

  private static void join(@Nullable Thread thread, long deadline) throws InterruptedException {
    long millis = (deadline - System.nanoTime()) / 1_000_000;
    if (thread != null && millis > 0) {
      thread.join(millis);
    }
  }
}
