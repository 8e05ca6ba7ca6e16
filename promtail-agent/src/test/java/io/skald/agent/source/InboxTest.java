package io.skald.agent.source;

import static org.assertj.core.api.Assertions.assertThat;

import io.skald.agent.position.Cursor;
import io.skald.agent.position.FilePosition;
import io.skald.agent.tail.LineSource;
import io.skald.common.model.Labels;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What waits for a client when more comes than it takes. */
final class InboxTest {
  private static final int MIB = 1 << 20;

  private final List<String> lines = new ArrayList<>();
  private final Inbox inbox = new Inbox(new Lines(), Map.of(), false, List::of);

  @Test
  void putDroppingOldest_noRoom_takesThePlaceOfTheOldest() {
    for (int i = 0; i < 9; i++) {
      inbox.putDroppingOldest(delivery("d" + i, null));
    }

    assertThat(inbox.putDroppingOldest(delivery("d9", null))).isEqualTo(1);

    inbox.pass();
    assertThat(lines).containsExactly("d2", "d3", "d4", "d5", "d6", "d7", "d8", "d9");
  }

  @Test
  void putDroppingOldest_othersAreWaitedFor_leavesThemAlone() {
    CompletableFuture<Void> awaited = new CompletableFuture<>();
    inbox.put(delivery("awaited", awaited));
    for (int i = 0; i < 7; i++) {
      inbox.put(delivery("d" + i, null));
    }

    assertThat(inbox.putDroppingOldest(delivery("last", null))).isEqualTo(1);

    inbox.pass();
    assertThat(lines).startsWith("awaited", "d1").endsWith("last");
    inbox.durable(List.of(Cursor.position("inbox", 1, "")));
    assertThat(awaited).isCompleted();
  }

  @Test
  void putDroppingOldest_allAreWaitedFor_dropsWhatComes() {
    for (int i = 0; i < 8; i++) {
      inbox.put(delivery("d" + i, new CompletableFuture<>()));
    }

    assertThat(inbox.putDroppingOldest(delivery("last", null))).isEqualTo(1);

    inbox.pass();
    assertThat(lines).hasSize(8).doesNotContain("last");
  }

  /** Returns a delivery of 1 MiB and a little. */
  private static Delivery delivery(String name, @Nullable CompletableFuture<Void> durable) {
    byte[] line = (name + " ".repeat(MIB)).getBytes(StandardCharsets.US_ASCII);
    return new Delivery(
        "job", List.of(new SourceEntry(Labels.EMPTY, 1, line, Labels.EMPTY)), durable);
  }

  /** Keeps lines without the blanks at their ends. */
  private final class Lines implements SourceSink {
    @Override
    public boolean hasRoom() {
      return true;
    }

    @Override
    public void begin(LineSource source, @Nullable LongFunction<FilePosition> positionAt) {}

    @Override
    public void sighted(FilePosition position) {}

    @Override
    public void entry(
        long timestampNanos, Labels metadata, byte[] buffer, int from, int length, long offset) {
      lines.add(new String(buffer, from, length, StandardCharsets.US_ASCII).strip());
    }

    @Override
    public void line(byte[] buffer, int from, int length, long offset) {
      throw new AssertionError("lines come with their time");
    }

    @Override
    public void settle() {}

    @Override
    public void advance(FilePosition position) {}
  }
}
