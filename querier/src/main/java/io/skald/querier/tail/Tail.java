package io.skald.querier.tail;

import io.skald.common.block.BlockView;
import io.skald.common.http.WebSocket;
import io.skald.common.ingest.LiveEntries;
import io.skald.common.model.Labels;
import io.skald.common.time.Clock;
import io.skald.logql.engine.LiveQuery;
import io.skald.logql.engine.QueryException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * One client that follows a query. It subscribes to what comes, then reads the history, so that
 * nothing lies between the two; what is in both is recognised and sent once.
 */
public final class Tail implements WebSocket.Conversation {
  static final int MAX_DROPPED_NAMED = 1000;
  private static final int MAX_LINES_PER_MESSAGE = 100;
  private static final long MAX_MESSAGE_BYTES = 1 << 20;
  private static final int INTERNAL_ERROR = 1011;

  /** Clients know this text: they begin anew at once. */
  private static final String TOO_LONG = "reached tail max duration limit";

  /** How often an idle tail looks whether its client is still there. */
  private static final long LOOK_MILLIS = 200;

  /** What comes within it goes into one message. */
  private static final long GATHER_MILLIS = 40;

  /** How long the sending waits for a client that has kept up so far. */
  private static final long SEND_PATIENCE_MILLIS = 2000;

  private static final long SEND_LOOK_MILLIS = 5;

  private final Source source;
  private final LiveQuery query;
  private final Function<TailMessage, byte[]> writer;
  private final ReorderBuffer buffer;
  private final Duration maxDuration;
  private final Clock clock;
  private final TailCounters counters;
  private final SentLines sent = new SentLines();
  private List<TailMessage.Dropped> dropped = new ArrayList<>();
  private boolean behind;

  /** Where entries come from. */
  public interface Source {
    /**
     * Returns the newest entries that there are, oldest first.
     *
     * @throws QueryException if they cannot be read
     */
    List<TailLine> history();

    LiveEntries.Subscription subscribe(LiveEntries.Sink sink);

    /** Returns what is left of entries that have come once those that are deleted are gone. */
    List<BlockView> withoutDeleted(Labels stream, BlockView entries);
  }

  /**
   * @param delay how long lines are held back, to be put in order
   * @param maxDuration after which the client is told to begin anew
   */
  public Tail(
      Source source,
      LiveQuery query,
      Function<TailMessage, byte[]> writer,
      Duration delay,
      Duration maxDuration,
      Clock clock,
      TailCounters counters) {
    this.source = source;
    this.query = query;
    this.writer = writer;
    this.buffer = new ReorderBuffer(delay.toNanos());
    this.maxDuration = maxDuration;
    this.clock = clock;
    this.counters = counters;
  }

  @Override
  public void hold(WebSocket socket) throws InterruptedException {
    long begun = clock.monotonicNanos();
    Incoming incoming = new Incoming();
    counters.open.incrementAndGet();
    try (LiveEntries.Subscription _ = source.subscribe(incoming)) {
      List<TailLine> history = source.history();
      history.forEach(line -> sent.add(line, begun));
      send(socket, history);
      while (socket.isOpen()) {
        if (clock.monotonicNanos() - begun >= maxDuration.toNanos()) {
          socket.close(INTERNAL_ERROR, TOO_LONG);
          return;
        }
        incoming.await(buffer.isEmpty() ? LOOK_MILLIS : GATHER_MILLIS);
        TimeUnit.MILLISECONDS.sleep(GATHER_MILLIS);
        follow(socket, incoming.takeAll());
      }
    } catch (QueryException e) {
      socket.close(INTERNAL_ERROR, String.valueOf(e.getMessage()));
    } finally {
      counters.open.decrementAndGet();
    }
  }

  private void follow(WebSocket socket, Incoming.Taken taken) throws InterruptedException {
    counters.dropped.add(taken.droppedCount());
    taken.dropped().forEach(this::drop);
    long now = clock.monotonicNanos();
    for (Incoming.Arrival arrival : taken.arrivals()) {
      for (BlockView block : source.withoutDeleted(arrival.stream(), arrival.entries())) {
        query.evaluate(
            arrival.stream(),
            block,
            (labels, entry) -> {
              TailLine line = new TailLine(labels, entry);
              if (sent.add(line, now)) {
                buffer.add(line, now);
              }
            });
      }
    }
    send(socket, buffer.due(now));
  }

  private void send(WebSocket socket, List<TailLine> lines) throws InterruptedException {
    for (int from = 0; from < lines.size(); ) {
      int to = endOfMessage(lines, from);
      List<TailLine> part = lines.subList(from, to);
      behind = !deliver(socket, writer.apply(new TailMessage(part, dropped)));
      if (behind) {
        counters.dropped.add(part.size());
        part.forEach(line -> drop(new TailMessage.Dropped(line.timestampNanos(), line.labels())));
      } else {
        counters.sent.add(part.size());
        dropped = new ArrayList<>();
      }
      from = to;
    }
  }

  private static int endOfMessage(List<TailLine> lines, int from) {
    long bytes = 0;
    int to = from;
    while (to < lines.size() && to - from < MAX_LINES_PER_MESSAGE && bytes < MAX_MESSAGE_BYTES) {
      bytes += lines.get(to).bytes();
      to++;
    }
    return to;
  }

  /** A burst is waited for, a client that was behind already is not. */
  private boolean deliver(WebSocket socket, byte[] message) throws InterruptedException {
    long patience = behind ? 0 : SEND_PATIENCE_MILLIS;
    for (long waited = 0; !socket.trySend(message); waited += SEND_LOOK_MILLIS) {
      if (waited >= patience || !socket.isOpen()) {
        return false;
      }
      TimeUnit.MILLISECONDS.sleep(SEND_LOOK_MILLIS);
    }
    return true;
  }

  private void drop(TailMessage.Dropped line) {
    if (dropped.size() < MAX_DROPPED_NAMED) {
      dropped.add(line);
    }
  }
}
