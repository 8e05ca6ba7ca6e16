package io.skald.agent.push;

import io.skald.agent.position.CorruptJournalException;
import io.skald.agent.position.DeliveryJournal;
import io.skald.agent.position.FilePosition;
import io.skald.agent.position.JournaledBatch;
import io.skald.agent.position.PositionsFile;
import io.skald.common.push.BatchKey;
import io.skald.common.push.DeliveryNote;
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
 * start. While a batch waits for its next attempt, those that follow are taken to the journal, too,
 * up to the limits of the buffer.
 */
public final class Sender {
  /** A server that asks for a longer pause is asked again after this one. */
  private static final long MAX_RETRY_AFTER_SECONDS = 3600;

  /** After a failed write to the buffer; reading waits meanwhile. */
  private static final long BUFFER_RETRY_NANOS = 1_000_000_000L;

  /** What a server answers that stored what was good of a batch. */
  private static final int STORED_IN_PART = 400;

  /** A long outage drops many batches: one line a minute tells of them. */
  private static final long DROP_LOG_NANOS = 60_000_000_000L;

  private static final Logger log = LoggerFactory.getLogger(Sender.class);

  private final BatchNames names;
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
  private final BufferLimits limits;

  /** Batches on disk that follow {@link #rest}. */
  private final ArrayDeque<Long> waiting;

  /** Batches that follow those and could not be written to disk. */
  private @Nullable Group unwritten;

  private final DeliveryNotes notes;
  private long bufferAgain;
  private long lastDropLog;
  private long droppedUntold;
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
  private record Piece(BatchKey key, byte[] body, int entries) {}

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
  private final class Outgoing {
    final Group group;
    final JournaledBatch batch;
    final ArrayDeque<Piece> pieces = new ArrayDeque<>();

    Outgoing(Group group, JournaledBatch batch) {
      this.group = group;
      this.batch = batch;
      if (batch.entries() > 0) {
        pieces.add(piece(batch.body(), batch.entries()));
      }
    }

    Piece piece(byte[] body, int entries) {
      return new Piece(names.of(batch.id(), body), body, entries);
    }
  }

  /**
   * @param names of what is sent
   * @param client names the client in the log and the positions file
   * @param journal is left open
   * @param transport is left open
   */
  public Sender(
      BatchNames names,
      String client,
      String tenant,
      int batchSize,
      Duration syncPeriod,
      RetryPolicy retry,
      BufferLimits limits,
      Handover handover,
      DeliveryJournal journal,
      PositionsFile positionsFile,
      PushTransport transport,
      SendListener listener,
      SendCounters counters,
      Clock clock,
      RandomGenerator random) {
    this.names = names;
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
    this.limits = limits;
    this.notes = new DeliveryNotes(journal.readPositions(), keptNote());
    this.waiting = new ArrayDeque<>(journal.undelivered());
    this.body = new ProtobufBytes(Math.min(batchSize, 64 << 10));
    this.notBefore = clock.monotonicNanos();
    this.nextSync = notBefore;
    this.bufferAgain = notBefore;
    this.lastDropLog = notBefore - DROP_LOG_NANOS;
    if (!waiting.isEmpty()) {
      log.info(
          "client {}: {} batches of the last run are sent again, in case they did not arrive",
          client,
          waiting.size());
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
        publish();
        return Math.max(1, nextSync - now);
      }
      backoff.reset();
      notBefore = now;
    }
    if (now - notBefore >= 0) {
      deliver(current);
    }
    if (current != null && current.group.journaled) {
      fillBuffer();
      dropTooOld();
    }
    publish();
    return current == null ? 0 : Math.max(0, notBefore - clock.monotonicNanos());
  }

  /**
   * Tells whether batches can be taken to disk though one waits for its next attempt; else there is
   * nothing to do until then.
   */
  public boolean takesToDisk() {
    return limits.maxBytes() > 0
        && clock.monotonicNanos() - bufferAgain >= 0
        && (limits.dropsOldest() || journal.undeliveredBytes() < limits.maxBytes());
  }

  /** Tells whether a batch waits for its next attempt. */
  public boolean isBetweenAttempts() {
    return current != null;
  }

  /** Tells whether all input was dealt with. */
  public boolean isDone() {
    return current == null
        && rest.isEmpty()
        && waiting.isEmpty()
        && unwritten == null
        && handover.isDrained();
  }

  /** Makes durable what could not be sent and writes the positions; the last call. */
  public void finish() throws IOException {
    noteSightings();
    if (current != null && !current.group.journaled) {
      write(current.group);
    }
    if (unwritten != null) {
      write(unwritten);
    }
    for (List<Batch> group = handover.poll(); group != null; group = handover.poll()) {
      write(new Group(encode(group), false));
    }
    int left = journal.undeliveredCount();
    if (left > 0) {
      log.info("client {}: {} batches are kept and sent at the next start", client, left);
    }
    journal.compact();
    publish();
    sync();
  }

  private @Nullable Outgoing next() {
    if (!rest.isEmpty()) {
      return rest.poll();
    }
    if (!waiting.isEmpty()) {
      return fromDisk(waiting.getFirst());
    }
    Group group = unwritten;
    unwritten = null;
    if (group == null) {
      List<Batch> fresh = handover.poll();
      if (fresh == null) {
        return null;
      }
      group = new Group(encode(fresh), false);
    }
    for (JournaledBatch batch : group.batches) {
      rest.add(new Outgoing(group, batch));
    }
    return rest.poll();
  }

  /** Returns null if it cannot be read now, or not at all. */
  private @Nullable Outgoing fromDisk(long id) {
    try {
      JournaledBatch batch = journal.batch(id);
      waiting.removeFirst();
      return new Outgoing(new Group(List.of(batch), true), batch);
    } catch (CorruptJournalException e) {
      waiting.removeFirst();
      DeliveryJournal.Summary lost = journal.summary(id);
      count(lost, SendListener.DropReason.BUFFER_DAMAGED);
      notes.lost(SendListener.DropReason.BUFFER_DAMAGED, lost.entries(), lost.lastTimestampNanos());
      log.error("client {}: {}; its {} entries are lost", client, e.getMessage(), lost.entries());
      try {
        journal.lost(id);
      } catch (IOException again) {
        log.error("client {}: cannot write the journal: {}", client, again.toString());
      }
    } catch (IOException e) {
      log.error("client {}: cannot read the journal: {}; tried again", client, e.toString());
    }
    return null;
  }

  /** Takes what waits in memory to disk, so that reading can go on. */
  private void fillBuffer() {
    while (takesToDisk()) {
      Group group = unwritten;
      if (group == null) {
        List<Batch> fresh = handover.poll();
        if (fresh == null) {
          return;
        }
        group = new Group(encode(fresh), false);
      }
      try {
        write(group);
        unwritten = null;
        group.batches.forEach(batch -> {
          if (journal.isUndelivered(batch.id())) {
            waiting.add(batch.id());
          }
        });
      } catch (IOException e) {
        unwritten = group;
        bufferAgain = clock.monotonicNanos() + BUFFER_RETRY_NANOS;
        log.error(
            "client {}: cannot write to the buffer on disk ({}); reading waits instead. Is the disk"
                + " of the positions file full?",
            client,
            e.toString());
        return;
      }
      while (limits.dropsOldest()
          && journal.undeliveredBytes() > limits.maxBytes()
          && !waiting.isEmpty()) {
        giveUp(waiting.removeFirst(), SendListener.DropReason.BUFFER_FULL);
      }
    }
  }

  private void dropTooOld() {
    while (!waiting.isEmpty()
        && isTooOld(journal.summary(waiting.getFirst()).lastTimestampNanos())) {
      giveUp(waiting.removeFirst(), SendListener.DropReason.BUFFER_AGE);
    }
  }

  private boolean isTooOld(long readNanos) {
    return limits.maxAge().isPositive() && clock.nowNanos() - readNanos > limits.maxAge().toNanos();
  }

  private void giveUp(long id, SendListener.DropReason reason) {
    DeliveryJournal.Summary dropped = journal.summary(id);
    count(dropped, reason);
    try {
      JournaledBatch batch = journal.batch(id);
      notes.lost(noteOf(batch), reason, dropped.entries(), dropped.lastTimestampNanos());
      journal.delivered(batch);
      keepNotes();
    } catch (IOException e) {
      log.error("client {}: cannot note a dropped batch: {}", client, e.toString());
    }
    unsynced = true;
    droppedUntold += dropped.entries();
    long now = clock.monotonicNanos();
    if (droppedUntold > 0 && now - lastDropLog >= DROP_LOG_NANOS) {
      lastDropLog = now;
      log.error(
          "client {}: the server takes nothing, and {} entries of the buffer on disk are dropped,"
              + " the oldest first ({}); see buffer.max_size and buffer.max_age",
          client,
          droppedUntold,
          reason.text());
      droppedUntold = 0;
    }
  }

  private void count(DeliveryJournal.Summary dropped, SendListener.DropReason reason) {
    if (dropped.entries() > 0) {
      counters.entriesDropped.add(dropped.entries());
      listener.dropped(client, dropped.tenant(), reason, dropped.entries(), dropped.lineBytes());
    }
  }

  private void publish() {
    counters.buffered =
        new Buffered(journal.undeliveredCount(), journal.undeliveredBytes(), journal.oldestNanos());
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
    if (batch.tenant().isEmpty()) {
      notes.add(batch);
      if (batch.entries() > 0 && !notes.isEmpty()) {
        appendNote(batch.lastTimestampNanos());
      }
    }
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

  private void appendNote(long nanos) {
    byte[] note = notes.pending(nanos).encode();
    body.reserve(16 + note.length);
    body.putVarint(DeliveryNote.FIELD << 3 | 2);
    body.putVarint(note.length);
    body.put(note, 0, note.length);
    notes.clear();
  }

  private Note keptNote() {
    byte[] kept = journal.keptNote();
    try {
      return kept.length == 0 ? Note.EMPTY : Note.decode(kept);
    } catch (IllegalArgumentException e) {
      log.error(
          "client {}: what the journal keeps to be told is damaged: {}", client, e.toString());
      return Note.EMPTY;
    }
  }

  /** Returns what a batch would have told; nothing if its body cannot be read. */
  private Note noteOf(JournaledBatch batch) {
    try {
      return batch.entries() == 0
          ? Note.EMPTY
          : BodySplitter.note(SnappyBlock.uncompress(batch.body()));
    } catch (IOException | IllegalArgumentException e) {
      log.error("client {}: batch {} has no readable note: {}", client, batch.id(), e.toString());
      return Note.EMPTY;
    }
  }

  /** Makes what is to be told outlive this process. */
  private void keepNotes() throws IOException {
    if (!notes.isEmpty()) {
      journal.keepNote(notes.pending(clock.nowNanos()).encode());
    }
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
    if (group.isProgress() && journal.undeliveredCount() == 0) {
      journal.progress(group.batches.getFirst().positions());
    } else {
      journal.append(group.batches);
    }
    keepNotes();
    group.journaled = true;
    unsynced = true;
  }

  private void strikeOut(Outgoing outgoing) {
    unsynced = true;
    if (outgoing.group.isProgress() && !isRecorded(outgoing.batch)) {
      return;
    }
    try {
      journal.delivered(outgoing.batch);
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
      response = transport.push(outgoing.batch.tenant(), piece.key, piece.body);
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
    if (isTooOld(outgoing.batch.lastTimestampNanos())) {
      drop(outgoing, piece, SendListener.DropReason.BUFFER_AGE, response);
      return;
    }
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
            outgoing.piece(snappy.compress(half, half.length), BodySplitter.entries(half)));
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
    if (response.status() != STORED_IN_PART) { // then the server tells what it refused
      noteDrop(outgoing, piece, reason);
    }
    log.error(
        "client {}: the server refused a batch of {} entries{}: {}",
        client,
        piece.entries,
        response.status() == STORED_IN_PART
            ? ", of which it stored the valid ones; it is not sent again"
            : "; they are dropped",
        describe(response));
  }

  private void noteDrop(Outgoing outgoing, Piece piece, SendListener.DropReason reason) {
    JournaledBatch batch = outgoing.batch;
    Note note = noteOf(batch);
    if (piece.entries == batch.entries()) {
      notes.lost(note, reason, piece.entries, batch.lastTimestampNanos());
    } else {
      notes.lost(reason, piece.entries, batch.lastTimestampNanos());
      if (outgoing.pieces.isEmpty()) {
        notes.add(note); // the last part would have told it, and others arrived
      }
    }
    try {
      keepNotes();
    } catch (IOException e) {
      log.error("client {}: cannot note a loss in the journal: {}", client, e.toString());
    }
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
        notes.sighted(sightings);
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
