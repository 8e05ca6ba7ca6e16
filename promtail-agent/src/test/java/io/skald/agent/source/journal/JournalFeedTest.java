package io.skald.agent.source.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.skald.agent.ManualClock;
import io.skald.agent.position.Cursor;
import io.skald.agent.position.FilePosition;
import io.skald.agent.relabel.RelabelConfig;
import io.skald.agent.relabel.RelabelRules;
import io.skald.agent.source.JobEntries;
import io.skald.agent.source.JobLabels;
import io.skald.agent.source.SourceCounters;
import io.skald.agent.source.SourceSink;
import io.skald.agent.tail.LineSource;
import io.skald.common.model.Labels;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Over a script that stands for journalctl: entries with numbers for cursors, then silence. */
class JournalFeedTest {
  @TempDir Path directory;

  private final ManualClock clock = new ManualClock();
  private final SourceCounters counters = new SourceCounters();
  private final Sink sink = new Sink();

  @Test
  void pass_entries_comeWithLabelsTimesAndCursors() throws Exception {
    try (JournalFeed feed = feed(JournalConfig.defaults(), "", 0)) {
      awaitLines(feed, 3);
    }

    assertThat(sink.lines).containsExactly("line 1", "line 2", "line 3");
    assertThat(sink.labels).containsOnly("{unit=\"u.service\"}");
    assertThat(sink.nanos).containsExactly(1_000_000L, 2_000_000L, 3_000_000L);
    assertThat(sink.before).containsExactly("0 ", "1 c=1", "2 c=2");
    FilePosition last = sink.advanced.getLast(); // the entry without a message may be read, too
    assertThat(last.path()).isEqualTo("c=" + last.offset()).isIn("c=3", "c=4");
    assertThat(last.id()).isEqualTo(Cursor.id("cursor-j"));
    assertThat(arguments()).contains("--output=export", "--follow", "--lines=all");
    assertThat(arguments()).anyMatch(argument -> argument.startsWith("--since=@"));
  }

  @Test
  void pass_withACursor_goesOnBehindIt() throws Exception {
    try (JournalFeed feed = feed(JournalConfig.defaults(), "c=2", 7)) {
      awaitLines(feed, 1);
    }

    assertThat(sink.lines).containsExactly("line 3");
    assertThat(sink.before).containsExactly("7 c=2");
  }

  @Test
  void pass_programEnds_isStartedAgainBehindTheLastEntry() throws Exception {
    Files.writeString(directory.resolve("once"), "");
    try (JournalFeed feed = feed(JournalConfig.defaults(), "", 0)) {
      awaitLines(feed, 3);
    }

    assertThat(sink.lines).containsExactly("line 1", "line 2", "line 3");
    assertThat(arguments()).contains("--after-cursor=c=1");
  }

  @Test
  void pass_json_hasAllFields() throws Exception {
    JournalConfig json =
        new JournalConfig(Duration.ofHours(7), true, Map.of(), "/var/log/journal", "_UID=0 A=b");
    try (JournalFeed feed = feed(json, "", 0)) {
      awaitLines(feed, 4);
    }

    assertThat(sink.lines.getFirst())
        .isEqualTo("{\"MESSAGE\":\"line 1\",\"_SYSTEMD_UNIT\":\"u.service\"}");
    assertThat(sink.lines.getLast()).isEqualTo("{\"_SYSTEMD_UNIT\":\"u.service\"}");
    assertThat(arguments()).contains("--directory=/var/log/journal", "_UID=0", "A=b");
  }

  @Test
  void arguments_cursorOlderThanMaxAge_beginsAtMaxAge() throws Exception {
    String old = "s=1;i=2;t=" + Long.toHexString(clock.nowNanos() / 1000 - 8 * 3_600_000_000L);
    String young = "s=1;i=2;t=" + Long.toHexString(clock.nowNanos() / 1000 - 3_600_000_000L);
    try (JournalFeed feed = feed(JournalConfig.defaults(), old, 0)) {
      assertThat(feed.arguments()).noneMatch(a -> a.startsWith("--after-cursor"));
    }
    try (JournalFeed feed = feed(JournalConfig.defaults(), young, 0)) {
      assertThat(feed.arguments()).contains("--after-cursor=" + young);
    }
  }

  private JournalFeed feed(JournalConfig config, String cursor, long number) throws IOException {
    // Entry 4 has no message. With the file "once" the first run ends behind entry 1.
    String script =
        """
        #!/bin/sh
        cd "$(dirname "$0")"
        printf '%s\\n' "$@" >> arguments
        from=0
        for a in "$@"; do case "$a" in --after-cursor=c=*) from="${a#--after-cursor=c=}";; esac; done
        for i in 1 2 3 4; do
          if [ "$i" -gt "$from" ]; then
            printf '__CURSOR=c=%s\\n__REALTIME_TIMESTAMP=%s000\\n_SYSTEMD_UNIT=u.service\\n' $i $i
            if [ "$i" -lt 4 ]; then printf 'MESSAGE=line %s\\n' $i; fi
            echo
            if [ -e once ]; then rm once; exit 1; fi
          fi
        done
        exec sleep 60
        """;
    Path program = Files.writeString(directory.resolve("journalctl"), script);
    RelabelConfig unit =
        new RelabelConfig(
            List.of("__journal__systemd_unit"), ";", "(.*)", "unit", "$1", 0, "replace");
    return new JournalFeed(
        config,
        new JobEntries(new JobLabels("j", RelabelRules.compile(List.of(unit))), Map.of(), sink),
        List.of("/bin/sh", program.toString()),
        cursor,
        number,
        counters,
        clock);
  }

  private List<String> arguments() throws IOException {
    return Files.readAllLines(directory.resolve("arguments"));
  }

  private void awaitLines(JournalFeed feed, int count) {
    await()
        .atMost(Duration.ofSeconds(20))
        .until(() -> {
          feed.pass();
          return sink.lines.size() == count;
        });
  }

  private static final class Sink implements SourceSink {
    final List<String> lines = new ArrayList<>();
    final List<String> labels = new ArrayList<>();
    final List<Long> nanos = new ArrayList<>();
    final List<String> before = new ArrayList<>();
    final List<FilePosition> advanced = new ArrayList<>();
    private @Nullable LongFunction<FilePosition> positionAt;

    @Override
    public boolean hasRoom() {
      return true;
    }

    @Override
    public void begin(LineSource source, @Nullable LongFunction<FilePosition> position) {
      labels.add(source.text());
      positionAt = position;
    }

    @Override
    public void line(byte[] buffer, int from, int length, long offset) {
      throw new UnsupportedOperationException("entries bring their time");
    }

    @Override
    public void entry(
        long timestampNanos, Labels metadata, byte[] buffer, int from, int length, long offset) {
      lines.add(new String(buffer, from, length, StandardCharsets.UTF_8));
      nanos.add(timestampNanos);
      LongFunction<FilePosition> position = positionAt;
      if (position != null) {
        FilePosition at = position.apply(offset);
        before.add(at.offset() + " " + at.path());
      }
    }

    @Override
    public void sighted(FilePosition position) {}

    @Override
    public void advance(FilePosition position) {
      advanced.add(position);
    }
  }
}
