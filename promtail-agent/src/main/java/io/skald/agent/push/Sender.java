package io.skald.agent.push;

import io.skald.agent.position.DeliveryJournal;
import io.skald.agent.position.FilePosition;
import io.skald.agent.position.JournaledBatch;
import io.skald.agent.position.PositionsFile;
import io.skald.common.time.Clock;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Delivers the batches of one client, one at a time and in order. Confined to the sender thread,
 * which owns the journal through it.
 *
 * <p>Each batch is written to the journal and synced, then sent until the server takes it or
 * refuses it for good, then struck out. First come the batches that the journal still held at the
 * start.
 */
public final class Sender {
  /** A server that asks for a longer pause is asked again after this one. */
  private static final long MAX_RETRY_AFTER_SECONDS = 3600;

  private static final Logger log = LoggerFactory.getLogger(Sender.class);

  private final String client;
  private final String tenant;
  private final Handover handover;
  private final DeliveryJournal journal;
  private final PositionsFile positionsFile;
  private final PushTransport transport;
  private final int maxAttempts;
  private final boolean dropsRateLimited;
  private final Backoff backoff;
  private final SendListener listener;
  private final SendCounters counters;
  private final Clock clock;
  private final long syncNanos;
  private final int batchSize;
  private final ArrayDeque<JournaledBatch> recovered;
  private final ProtobufBytes body;
  private final SnappyBlock snappy = new SnappyBlock();
  private @Nullable Outgoing current;

  /** The batches that follow it in its group. */
  private final ArrayDeque<Outgoing> rest = new ArrayDeque<>();

  private long notBefore;
  private long nextSync;
  private boolean unsynced = true;
  private boolean failing;

  /** A part of a batch that is sent by itself; the whole batch unless a server found it too big. */
  @SuppressWarnings("ArrayRecordComponent")
  private record Piece(byte[] body, int entries) {}

  /** Batches that are made durable together; those of a single tenant are one. */
  private static final class Group {
    final List<JournaledBatch> batches;
    boolean journaled;

    Group(List<JournaledBatch> batches, boolean journaled) {
      this.batches = batches;
      this.journaled = journaled;
    }

    /** Tells whether there are positions alone, which need no delivery. */
    boolean isProgress() {
      return batches.size() == 1 && batches.getFirst().entries() == 0;
    }
  }

  /** The batch under way. */
  private static final class Outgoing {
    final Group group;
    final JournaledBatch batch;
    final ArrayDeque<Piece> pieces = new ArrayDeque<>();

    Outgoing(Group group, JournaledBatch batch) {
      this.group = group;
      this.batch = batch;
      if (batch.entries() > 0) {
        pieces.add(new Piece(batch.body(), batch.entries()));
      }
    }
  }

  /**
   * @param client names the client in the log and the positions file
   * @param journal is left open
   * @param transport is left open
   */
  public Sender(
      String client,
      String tenant,
      int batchSize,
      Duration syncPeriod,
      RetryPolicy retry,
      Handover handover,
      DeliveryJournal journal,
      PositionsFile positionsFile,
      PushTransport transport,
      SendListener listener,
      SendCounters counters,
      Clock clock,
      RandomGenerator random) {
    this.client = client;
    this.tenant = tenant;
    this.batchSize = batchSize;
    this.handover = handover;
    this.journal = journal;
    this.positionsFile = positionsFile;
    this.transport = transport;
    this.maxAttempts = retry.maxAttempts();
    this.dropsRateLimited = retry.dropsRateLimited();
    this.backoff = new Backoff(retry.minPause(), retry.maxPause(), random);
    this.listener = listener;
    this.counters = counters;
    this.clock = clock;
    this.syncNanos = syncPeriod.toNanos();
    this.recovered = new ArrayDeque<>(journal.undelivered());
    this.body = new ProtobufBytes(Math.min(batchSize, 64 << 10));
    this.notBefore = clock.monotonicNanos();
    this.nextSync = notBefore;
    if (!recovered.isEmpty()) {
      log.info(
          "client {}: {} batches of the last run are sent again, in case they did not arrive",
          client,
          recovered.size());
    }
  }

  /**
   * Does the next thing that is due: at most one attempt to send.
   *
   * @return nanoseconds until there is something to do, unless a batch comes
   */
  public long pass() {
    long now = clock.monotonicNanos();
    syncIfDue(now);
    noteSightings();
    if (current == null) {
      current = next();
      if (current == null) {
        return Math.max(1, nextSync - now);
      }
      backoff.reset();
      notBefore = now;
    }
    if (now - notBefore >= 0) {
      deliver(current);
    }
    return current == null ? 0 : Math.max(0, notBefore - clock.monotonicNanos());
  }

  /** Tells whether a batch waits for its next attempt. */
  public boolean isBetweenAttempts() {
    return current != null;
  }

  /** Tells whether all input was dealt with. */
  public boolean isDone() {
    return current == null && rest.isEmpty() && recovered.isEmpty() && handover.isDrained();
  }

  /** Makes durable what could not be sent and writes the positions; the last call. */
  public void finish() throws IOException {
    noteSightings();
    if (current != null && !current.group.journaled) {
      write(current.group);
    }
    for (List<Batch> group = handover.poll(); group != null; group = handover.poll()) {
      write(new Group(encode(group), false));
    }
    int left = journal.undelivered().size();
    if (left > 0) {
      log.info("client {}: {} batches are kept and sent at the next start", client, left);
    }
    journal.compact();
    sync();
  }

  private @Nullable Outgoing next() {
    if (rest.isEmpty()) {
      JournaledBatch again = recovered.poll();
      if (again != null) {
        return new Outgoing(new Group(List.of(again), true), again);
      }
      List<Batch> group = handover.poll();
      if (group == null) {
        return null;
      }
      Group encoded = new Group(encode(group), false);
      encoded.batches.forEach(batch -> rest.add(new Outgoing(encoded, batch)));
    }
    return rest.poll();
  }

  private List<JournaledBatch> encode(List<Batch> group) {
    List<JournaledBatch> encoded = new ArrayList<>(group.size());
    for (Batch batch : group) {
      encoded.add(encode(batch));
    }
    return encoded;
  }

  private JournaledBatch encode(Batch batch) {
    body.clear(batchSize);
    batch.assemble(body);
    byte[] compressed;
    try {
      compressed =
          batch.entries() == 0 ? new byte[0] : snappy.compress(body.array(), body.length());
    } catch (IOException e) {
      throw new IllegalStateException("snappy cannot compress " + body.length() + " bytes", e);
    }
    snappy.trim(2 * batchSize);
    if (batch.entries() > 0) {
      listener.encoded(client, compressed.length);
    }
    List<FilePosition> positions = batch.positions();
    JournaledBatch encoded =
        new JournaledBatch(
            journal.takeId(),
            batch.tenant().isEmpty() ? tenant : batch.tenant(),
            batch.lastTimestampNanos(),
            batch.entries(),
            batch.lineBytes(),
            positions,
            compressed);
    handover.recycle(batch);
    return encoded;
  }

  private void deliver(Outgoing outgoing) {
    if (!outgoing.group.journaled) {
      try {
        write(outgoing.group);
      } catch (IOException e) {
        pause(0);
        counters.lastFailure = "cannot write the journal: " + e;
        log.error(
            "client {}: cannot write the journal ({}); nothing is sent until that works, since a"
                + " crash would double lines. Is the disk of the positions file full?",
            client,
            e.toString());
        return;
      }
    }
    if (!outgoing.pieces.isEmpty()) {
      attempt(outgoing);
    }
    if (outgoing.pieces.isEmpty()) {
      strikeOut(outgoing);
      current = null;
    }
  }

  private void write(Group group) throws IOException {
    if (group.isProgress()) {
      journal.progress(group.batches.getFirst().positions());
    } else {
      journal.append(group.batches);
    }
    group.journaled = true;
    unsynced = true;
  }

  private void strikeOut(Outgoing outgoing) {
    unsynced = true;
    if (outgoing.group.isProgress() && !isRecorded(outgoing.batch)) {
      return;
    }
    try {
      journal.delivered(outgoing.batch.id());
    } catch (IOException e) {
      log.error(
          "client {}: cannot note in the journal that a batch arrived: {}. After a crash it is sent"
              + " once more, which the server recognises",
          client,
          e.toString());
    }
  }

  /** A batch without entries stands in the journal if it was the last of a group. */
  private boolean isRecorded(JournaledBatch batch) {
    return journal.isUndelivered(batch.id());
  }

  private void attempt(Outgoing outgoing) {
    Piece piece = outgoing.pieces.getFirst();
    long start = clock.monotonicNanos();
    PushResponse response;
    String failure = "";
    try {
      response = transport.push(outgoing.batch.tenant(), piece.body);
    } catch (IOException e) {
      failure = e.toString();
      response = new PushResponse(-1, failure, 0);
    }
    listener.attempted(client, response.status(), clock.monotonicNanos() - start);
    int status = response.status();
    if (status >= 200 && status < 300) {
      succeeded(outgoing, piece);
    } else if (status == 413) {
      split(outgoing, piece, response);
    } else if (status == 429 && dropsRateLimited) {
      drop(outgoing, piece, SendListener.DropReason.RATE_LIMITED, response);
    } else if (isTemporary(status)) {
      retry(outgoing, piece, response);
    } else {
      drop(outgoing, piece, SendListener.DropReason.INGESTER_ERROR, response);
    }
  }

  private static boolean isTemporary(int status) {
    return status < 0
        || status >= 500
        || switch (status) {
          case 401, 403, 408, 429 -> true;
          default -> false;
        };
  }

  private void succeeded(Outgoing outgoing, Piece piece) {
    outgoing.pieces.removeFirst();
    long lineBytes = lineBytes(outgoing, piece);
    counters.entriesSent.add(piece.entries);
    counters.lineBytesSent.add(lineBytes);
    counters.bodyBytesSent.add(piece.body.length);
    counters.batchesSent.increment();
    counters.lastFailure = "";
    listener.sent(client, piece.entries, lineBytes, piece.body.length);
    backoff.reset();
    if (failing) {
      failing = false;
      log.info("client {}: the server takes batches again", client);
    }
  }

  private void retry(Outgoing outgoing, Piece piece, PushResponse response) {
    counters.retries.increment();
    counters.lastFailure = describe(response);
    listener.retried(client, outgoing.batch.tenant());
    long pause =
        pause(Math.min(response.retryAfterSeconds(), MAX_RETRY_AFTER_SECONDS) * 1_000_000_000L);
    if (maxAttempts > 0 && backoff.attempts() >= maxAttempts) {
      drop(
          outgoing,
          piece,
          response.status() == 429
              ? SendListener.DropReason.RATE_LIMITED
              : SendListener.DropReason.INGESTER_ERROR,
          response);
      return;
    }
    failing = true;
    log.warn(
        "client {}: attempt {} failed: {}; again in {} ms",
        client,
        backoff.attempts(),
        describe(response),
        pause / 1_000_000);
  }

  private long pause(long atLeastNanos) {
    long nanos = Math.max(backoff.nextNanos(), atLeastNanos);
    notBefore = clock.monotonicNanos() + nanos;
    return nanos;
  }

  private void split(Outgoing outgoing, Piece piece, PushResponse response) {
    if (piece.entries < 2) {
      drop(outgoing, piece, SendListener.DropReason.LINE_TOO_LONG, response);
      return;
    }
    outgoing.pieces.removeFirst();
    try {
      List<byte[]> halves = BodySplitter.halves(SnappyBlock.uncompress(piece.body));
      for (byte[] half : halves.reversed()) {
        outgoing.pieces.addFirst(
            new Piece(snappy.compress(half, half.length), BodySplitter.entries(half)));
      }
    } catch (IOException e) {
      throw new IllegalStateException("a body of our own is not snappy", e);
    }
    backoff.reset();
    notBefore = clock.monotonicNanos();
    log.warn(
        "client {}: {} bytes were too large for the server ({}): sent in halves",
        client,
        piece.body.length,
        describe(response));
  }

  private void drop(
      Outgoing outgoing, Piece piece, SendListener.DropReason reason, PushResponse response) {
    outgoing.pieces.removeFirst();
    backoff.reset();
    counters.entriesDropped.add(piece.entries);
    counters.lastFailure = describe(response);
    listener.dropped(
        client, outgoing.batch.tenant(), reason, piece.entries, lineBytes(outgoing, piece));
    log.error(
        "client {}: the server refused a batch of {} entries{}: {}",
        client,
        piece.entries,
        response.status() == 400
            ? ", of which it stored the valid ones; it is not sent again"
            : "; they are dropped",
        describe(response));
  }

  /** The bytes of a part's lines, in proportion where the batch was halved. */
  private static long lineBytes(Outgoing outgoing, Piece piece) {
    return outgoing.batch.lineBytes() * piece.entries / outgoing.batch.entries();
  }

  private static String describe(PushResponse response) {
    if (response.status() < 0) {
      return response.firstLine();
    }
    return "status "
        + response.status()
        + (response.firstLine().isEmpty() ? "" : ": ")
        + response.firstLine();
  }

  /** Files that were not read from yet are found again under another name only if known. */
  private void noteSightings() {
    List<FilePosition> sightings = handover.pollSightings();
    if (!sightings.isEmpty()) {
      try {
        journal.sighted(sightings);
        unsynced = true;
      } catch (IOException e) {
        log.warn("client {}: cannot note new files in the journal: {}", client, e.toString());
      }
    }
  }

  private void syncIfDue(long now) {
    if (now - nextSync < 0) {
      return;
    }
    nextSync = now + syncNanos;
    if (unsynced) {
      try {
        sync();
      } catch (IOException e) {
        log.error("cannot write the positions file: {}; tried again later", e.toString());
      }
    }
  }

  private void sync() throws IOException {
    positionsFile.update(client, journal.delivered());
    positionsFile.write();
    unsynced = false;
  }
}
