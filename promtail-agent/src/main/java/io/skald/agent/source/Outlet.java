package io.skald.agent.source;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Where listening sources give their entries: to the inboxes of all clients alike. Thread-safe; a
 * source is held up by the slowest client, and a client that takes nothing is one day the slowest.
 */
public final class Outlet {
  private final List<Inbox> inboxes = new CopyOnWriteArrayList<>();

  public void add(Inbox inbox) {
    inboxes.add(inbox);
  }

  /**
   * Gives entries to all clients, when all have room.
   *
   * @param patience how long to wait for room
   * @throws NoRoomException if there was no room in time; nobody has got anything
   */
  public void give(String job, List<SourceEntry> entries, Duration patience)
      throws NoRoomException, InterruptedException {
    awaitRoom(patience);
    inboxes.forEach(inbox -> inbox.put(new Delivery(job, entries, null)));
  }

  /**
   * Gives entries to all clients as {@link #give} does.
   *
   * @return what completes when the entries are durable for all; cancelled if that cannot be known
   */
  public CompletableFuture<Void> giveDurably(
      String job, List<SourceEntry> entries, Duration patience)
      throws NoRoomException, InterruptedException {
    awaitRoom(patience);
    List<CompletableFuture<Void>> all = new ArrayList<>();
    for (Inbox inbox : inboxes) {
      CompletableFuture<Void> durable = new CompletableFuture<>();
      all.add(durable);
      inbox.put(new Delivery(job, entries, durable));
    }
    return CompletableFuture.allOf(all.toArray(CompletableFuture<?>[]::new));
  }

  private void awaitRoom(Duration patience) throws NoRoomException, InterruptedException {
    long deadline = System.nanoTime() + patience.toNanos();
    for (Inbox inbox : inboxes) {
      if (!inbox.awaitRoom(Math.max(0, deadline - System.nanoTime()))) {
        throw new NoRoomException();
      }
    }
  }

  /**
   * Gives entries to all clients at once; where there is no room, the oldest ones go.
   *
   * @return how many entries went, counted for each client
   */
  public int giveDroppingOldest(String job, List<SourceEntry> entries) {
    int dropped = 0;
    for (Inbox inbox : inboxes) {
      dropped += inbox.putDroppingOldest(new Delivery(job, entries, null));
    }
    return dropped;
  }
}
