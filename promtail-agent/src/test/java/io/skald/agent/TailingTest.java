package io.skald.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.skald.agent.position.DeliveryJournal;
import io.skald.agent.position.FileHead;
import io.skald.agent.position.FileId;
import io.skald.agent.position.FilePosition;
import io.skald.agent.position.FileStat;
import io.skald.agent.position.LineState;
import io.skald.agent.push.PushResponse;
import io.skald.agent.push.PushTransport;
import io.skald.agent.tail.TailConfig;
import io.skald.common.push.BatchKey;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What becomes of the bytes of a file: through the reader, a batch and the wire. */
class TailingTest {
  private static final String NO_UTF_8 = "\u00c3\u00ff\u00fe bad utf-8";

  @TempDir Path directory;

  @Test
  void lines_anyBytes_arriveAsTheyAre() throws IOException {
    try (LaneHarness agent = agent("*.log", TailConfig.defaults())) {
      Path file = agent.log("a.log");
      String content =
          String.join("\n", "crlf\r", "stray\rcr", "", "nul\0\0", NO_UTF_8, "\r", "tail");
      write(file, content);

      agent.run(Duration.ofSeconds(10));

      assertThat(agent.server.linesOf(file.toString()))
          .containsExactly("crlf\r", "stray\rcr", "", "nul\0\0", NO_UTF_8, "\r", "tail");
    }
  }

  @Test
  void encoding_utf16WrittenBytewise_arrivesAsUtf8() throws IOException {
    AgentConfig.ScrapeConfig job =
        AgentConfig.ScrapeConfig.defaults()
            .withName("job")
            .withFormat(new FileFormat("utf-16", DecompressionConfig.defaults()))
            .withStaticConfig(
                new AgentConfig.StaticConfig(
                    List.of(), Map.of("job", "t", "__path__", directory + "/logs/*.log")));
    try (LaneHarness agent =
        new LaneHarness(directory, TailConfig.defaults(), 1 << 20, new Random(1), job)) {
      Path file = agent.log("a.log");
      String text = "\uFEFFh\u00e9llo\n\u0A0A\u000B\n\nw\u00f6rld\nend";
      for (byte one : text.getBytes(StandardCharsets.UTF_16LE)) {
        Files.write(file, new byte[] {one}, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        agent.run(Duration.ofMillis(200));
      }
      agent.run(Duration.ofSeconds(10));

      assertThat(agent.server.linesOf(file.toString()))
          .containsExactly(utf8("h\u00e9llo"), utf8("\u0A0A\u000B"), "", utf8("w\u00f6rld"), "end");
    }
  }

  @Test
  void labels_areSortedWithFilename() throws IOException {
    try (LaneHarness agent = agent("*.log", TailConfig.defaults())) {
      Path file = agent.log("a \"b\".log");
      write(file, "x\n");

      agent.run(Duration.ofSeconds(3));

      assertThat(agent.server.streams())
          .containsExactly(
              "{filename=\"" + file.toString().replace("\"", "\\\"") + "\", job=\"t\"}");
    }
  }

  @Test
  void equalLines_allArrive() throws IOException {
    try (LaneHarness agent = agent("*.log", TailConfig.defaults())) {
      Path file = agent.log("a.log");
      write(file, "same\n".repeat(500));

      agent.run(Duration.ofSeconds(3));

      assertThat(agent.server.linesOf(file.toString())).hasSize(500).containsOnly("same");
    }
  }

  @Test
  void unterminatedTail_completedInTime_isOneLine() throws IOException {
    try (LaneHarness agent = agent("*.log", TailConfig.defaults())) {
      Path file = agent.log("a.log");
      write(file, "one\npart");
      agent.run(Duration.ofSeconds(3));
      write(file, "ial\n");
      agent.run(Duration.ofSeconds(10));

      assertThat(agent.server.linesOf(file.toString())).containsExactly("one", "partial");
    }
  }

  @Test
  void unterminatedTail_flushedThenNewline_addsNoEntry() throws IOException {
    try (LaneHarness agent = agent("*.log", TailConfig.defaults())) {
      Path file = agent.log("a.log");
      write(file, "one\ntail");
      agent.run(Duration.ofSeconds(10));
      agent.kill();
      agent.restart();
      agent.run(Duration.ofSeconds(3));
      write(file, "\nnext\n");
      agent.run(Duration.ofSeconds(3));

      assertThat(agent.server.linesOf(file.toString())).containsExactly("one", "tail", "next");
    }
  }

  @Test
  void unterminatedTail_flushedThenRest_isAnEntryOfItsOwn() throws IOException {
    try (LaneHarness agent = agent("*.log", TailConfig.defaults())) {
      Path file = agent.log("a.log");
      write(file, "ta");
      agent.run(Duration.ofSeconds(10));
      write(file, "il\n");
      agent.run(Duration.ofSeconds(3));

      assertThat(agent.server.linesOf(file.toString())).containsExactly("ta", "il");
    }
  }

  @Test
  void unterminatedTail_timeoutZero_waits() throws IOException {
    TailConfig config = TailConfig.defaults().withPartialLineTimeout(Duration.ZERO);
    try (LaneHarness agent = agent("*.log", config)) {
      Path file = agent.log("a.log");
      write(file, "one\ntail");
      agent.run(Duration.ofSeconds(60));
      assertThat(agent.server.linesOf(file.toString())).containsExactly("one");

      Files.delete(file);
      agent.run(Duration.ofSeconds(10));

      assertThat(agent.server.linesOf(file.toString())).containsExactly("one", "tail");
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void lineOverTheCap_isCutAndTheNextOneWhole(boolean killInside) throws IOException {
    TailConfig config = new TailConfig(Duration.ofSeconds(5), Duration.ofSeconds(5), 10, false, 8);
    try (LaneHarness agent = agent("*.log", config)) {
      Path file = agent.log("a.log");
      write(file, "0123456789\nabcdefghijklmno");
      agent.run(Duration.ofSeconds(3));
      if (killInside) {
        agent.kill();
        agent.restart();
      }
      write(file, "more\nnext\n");
      agent.run(Duration.ofSeconds(3));

      assertThat(agent.server.linesOf(file.toString()))
          .containsExactly("0123456789", "abcdefghij", "next");
    }
  }

  @Test
  void hugeLine_largerThanChunkAndBatch_arrivesWhole() throws IOException {
    try (LaneHarness agent = agent("*.log", TailConfig.defaults())) {
      Path file = agent.log("a.log");
      String huge = "0123456789".repeat(150_000);
      write(file, "a\n" + huge + "\nb\n");

      agent.run(Duration.ofSeconds(5));

      assertThat(agent.server.linesOf(file.toString())).containsExactly("a", huge, "b");
    }
  }

  @Test
  void renamedIntoTheGlob_isReadOnceUnderItsFirstName() throws IOException {
    try (LaneHarness agent = agent("*.log*", TailConfig.defaults())) {
      Path file = agent.log("a.log");
      write(file, "1\n2\n");
      agent.run(Duration.ofSeconds(3));
      Files.move(file, agent.log("a.log.1"));
      write(agent.log("a.log.1"), "3\n");
      write(file, "4\n");
      agent.run(Duration.ofSeconds(30));
      agent.stop();
      agent.restart();
      agent.run(Duration.ofSeconds(30));

      assertThat(agent.server.linesOf(file.toString())).containsExactly("1", "2", "3", "4");
      assertThat(agent.server.linesOf(agent.log("a.log.1").toString())).isEmpty();
    }
  }

  @Test
  void renamedWhileDown_restIsReadFirst() throws IOException {
    try (LaneHarness agent = agent("*.log", TailConfig.defaults())) {
      Path file = agent.log("a.log");
      write(file, "1\n");
      agent.run(Duration.ofSeconds(3));
      agent.kill();
      write(file, "2\ntail");
      Files.move(file, agent.log("a.log-20240131"));
      write(file, "3\n");
      agent.restart();
      agent.run(Duration.ofSeconds(10));

      assertThat(agent.server.linesOf(file.toString()))
          .containsExactlyInAnyOrder("1", "2", "tail", "3");
    }
  }

  @Test
  void writtenLongAfterTheRename_isStillRead() throws IOException {
    try (LaneHarness agent = agent("*.log", TailConfig.defaults())) {
      Path file = agent.log("a.log");
      write(file, "1\n");
      agent.run(Duration.ofSeconds(3));
      Files.move(file, agent.log("a.log.1"));
      agent.run(Duration.ofSeconds(30));
      write(agent.log("a.log.1"), "late\n");
      agent.run(Duration.ofSeconds(30));

      assertThat(agent.server.linesOf(file.toString())).containsExactly("1", "late");
    }
  }

  @Test
  void deletedWhileOpen_isReadToItsEndAndForgotten() throws IOException {
    try (LaneHarness agent = agent("*.log", TailConfig.defaults())) {
      Path file = agent.log("a.log");
      write(file, "1\n");
      agent.run(Duration.ofSeconds(3));
      write(file, "2\ntail");
      Files.delete(file);
      agent.run(Duration.ofSeconds(20));

      assertThat(agent.server.linesOf(file.toString())).containsExactly("1", "2", "tail");
      assertThat(agent.lane.status().files()).isEmpty();
      agent.stop();
      assertThat(Files.readString(agent.positions())).isEqualTo("positions: {}\n");
    }
  }

  @Test
  void truncatedAndGrownPastTheOffset_isReadFromItsStart() throws IOException {
    try (LaneHarness agent = agent("*.log", TailConfig.defaults())) {
      Path file = agent.log("a.log");
      write(file, "old 1\nold");
      agent.run(Duration.ofSeconds(2));
      truncate(file);
      write(file, "new 1\nnew 2\nnew 3\n");
      agent.run(Duration.ofSeconds(3));

      assertThat(agent.server.linesOf(file.toString()))
          .containsExactly("old 1", "old", "new 1", "new 2", "new 3");
    }
  }

  @Test
  void rewrittenWithTheSameSize_isReadAgain() throws IOException {
    try (LaneHarness agent = agent("*.log", TailConfig.defaults())) {
      Path file = agent.log("a.log");
      write(file, "aaaa\n");
      agent.run(Duration.ofSeconds(2));
      truncate(file);
      write(file, "bbbb\n");
      agent.run(Duration.ofSeconds(3));

      assertThat(agent.server.linesOf(file.toString())).containsExactly("aaaa", "bbbb");
    }
  }

  @Test
  void deletedJustBeforeAStop_isReadToItsEnd() throws IOException {
    try (LaneHarness agent = agent("*.log", LaneHarness.patient())) {
      Path file = agent.log("a.log");
      write(file, "1\n");
      agent.run(Duration.ofSeconds(3));
      write(file, "2\nwithout an end");
      Files.delete(file);
      agent.stop();
      agent.restart();
      agent.run(Duration.ofSeconds(3));

      assertThat(agent.server.linesOf(file.toString())).containsExactly("1", "2", "without an end");
    }
  }

  @Test
  void start_rotatedFilesReadToTheirEnd_areOpenedOnlyIfTheyGrew() throws IOException {
    try (LaneHarness agent = agent("*.log", LaneHarness.patient())) {
      Path file = agent.log("a.log");
      Path first = agent.log("a.log.1");
      Path second = agent.log("a.log.2");
      write(file, "1\n");
      agent.run(Duration.ofSeconds(3));
      Files.move(file, second);
      write(file, "2\n");
      agent.run(Duration.ofSeconds(30));
      Files.move(file, first);
      write(file, "3\n");
      agent.run(Duration.ofSeconds(30));
      agent.stop();
      write(first, "grown\n");
      agent.restart();
      agent.run(Duration.ofMillis(200));

      assertThat(agent.lane.status().files()).hasSize(2);
      agent.run(Duration.ofSeconds(30));
      write(second, "grown, too\n");
      agent.run(Duration.ofSeconds(30));
      assertThat(agent.server.linesOf(file.toString()))
          .containsExactly("1", "2", "3", "grown", "grown, too");
    }
  }

  @Test
  void deletedBeforeAStopWithoutRoom_isReadToItsEndAsRoomIsMade() throws Exception {
    ReceivedEntries server = new ReceivedEntries();
    CountDownLatch sending = new CountDownLatch(1);
    CountDownLatch answers = new CountDownLatch(1);
    PushTransport slow =
        new PushTransport() {
          @Override
          public PushResponse push(String tenant, BatchKey key, byte[] body) throws IOException {
            sending.countDown();
            try {
              answers.await();
            } catch (InterruptedException e) {
              throw new InterruptedIOException(e.getMessage());
            }
            server.store(body);
            return PushResponse.of(204);
          }

          @Override
          public void close() {
            answers.countDown();
          }
        };
    List<String> lines = IntStream.range(0, 100_000).mapToObj(i -> "line " + i).toList();
    try (LaneHarness agent =
        new LaneHarness(directory, "*.log", LaneHarness.patient(), 10_000, new Random(1), slow)) {
      Path file = agent.log("a.log");
      write(file, String.join("\n", lines) + "\n");
      agent.lane.start();
      sending.await();
      Files.delete(file);
      agent.lane.endReading();
      answers.countDown();
      agent.lane.awaitEnd(System.nanoTime() + Duration.ofMinutes(1).toNanos());

      assertThat(server.linesOf(file.toString())).isEqualTo(lines);
    }
  }

  @Test
  void copyTruncateWhileDown_theRestComesFromTheCopy() throws IOException {
    try (LaneHarness agent = agent("*.log*", TailConfig.defaults())) {
      Path file = agent.log("a.log");
      write(file, "1\n2\n");
      agent.run(Duration.ofSeconds(3));
      agent.kill();
      write(file, "3\n");
      Files.copy(file, agent.log("a.log.1"));
      truncate(file);
      write(file, "4\n");
      agent.restart();
      agent.run(Duration.ofSeconds(10));

      assertThat(agent.server.linesOf(file.toString()))
          .containsExactlyInAnyOrder("1", "2", "3", "4");
      assertThat(agent.server.linesOf(agent.log("a.log.1").toString())).isEmpty();
    }
  }

  /** File systems give the inode of a deleted file to the next one. */
  @Test
  void copyTruncateWhileDown_copyHasTheInodeOfAFileThatWasRead_comesOnce() throws IOException {
    try (LaneHarness agent = agent("*.log", LaneHarness.patient())) {
      Path file = agent.log("a.log");
      write(file, "1\n2\n");
      agent.run(Duration.ofSeconds(3));
      agent.kill();
      write(file, "3\n");
      Path copy = agent.log("a.log.1");
      Files.copy(file, copy);
      truncate(file);
      write(file, "4\n");
      FileStat stat = Objects.requireNonNull(FileStat.of(copy));
      byte[] other = {'x'};
      try (DeliveryJournal journal = DeliveryJournal.open(agent.journalFile())) {
        String target = journal.readPositions().keySet().iterator().next().target();
        FilePosition deleted =
            new FilePosition(
                new FileId(target, stat.device(), stat.inode()),
                1,
                FileHead.of(other, 1),
                1,
                LineState.START,
                agent.log("deleted.log").toString());
        journal.progress(List.of(deleted));
      }
      agent.restart();
      agent.run(Duration.ofSeconds(15));

      assertThat(agent.server.linesOf(file.toString()))
          .containsExactlyInAnyOrder("1", "2", "3", "4");
    }
  }

  @Test
  void copyTruncate_readPastTheCopy_nothingTwice() throws IOException {
    try (LaneHarness agent = agent("*.log*", TailConfig.defaults())) {
      Path file = agent.log("a.log");
      write(file, "1\n2\n");
      agent.run(Duration.ofSeconds(3));
      Files.copy(file, agent.log("a.log.1"));
      agent.run(Duration.ofSeconds(10)); // a scan meets the copy
      write(file, "3\nta");
      agent.run(Duration.ofSeconds(1));
      truncate(file);
      write(file, "4\n");
      agent.run(Duration.ofSeconds(20));
      agent.kill();
      agent.restart();
      agent.run(Duration.ofSeconds(20));

      assertThat(agent.server.linesOf(file.toString())).containsExactly("1", "2", "3", "ta", "4");
      assertThat(agent.server.streams()).hasSize(1);
    }
  }

  @Test
  void symbolicLink_retargeted_isARotation() throws IOException {
    try (LaneHarness agent = agent("*.log", TailConfig.defaults())) {
      Path real = Files.createDirectory(directory.resolve("real"));
      write(real.resolve("1"), "one\n");
      write(real.resolve("2"), "two\n");
      Path link = agent.log("a.log");
      Files.createSymbolicLink(link, real.resolve("1"));
      agent.run(Duration.ofSeconds(2));
      Files.delete(link);
      Files.createSymbolicLink(link, real.resolve("2"));
      agent.run(Duration.ofSeconds(10));

      assertThat(agent.server.linesOf(link.toString())).containsExactly("one", "two");
    }
  }

  @Test
  void binaryFile_skippedWhereAsked() throws IOException {
    try (LaneHarness agent = agent("*.log", TailConfig.defaults().withSkipBinaryFiles(true))) {
      write(agent.log("wtmp.log"), "\0\1\2\n");
      write(agent.log("text.log"), "text\n");
      agent.run(Duration.ofSeconds(3));

      assertThat(agent.server.count()).isEqualTo(1);
    }
  }

  @Test
  void positionsOfPromtail_trustedOnlyAtTheStartOfALine() throws IOException {
    try (LaneHarness agent = agent("*.log", TailConfig.defaults())) {
      agent.kill();
      Files.delete(agent.journalFile());
      Path good = agent.log("good.log");
      Path wrong = agent.log("wrong.log");
      Path past = agent.log("past.log");
      for (Path file : List.of(good, wrong, past)) {
        write(file, "one\ntwo\n");
      }
      Files.writeString(
          agent.positions(),
          "positions:\n  %s: \"4\"\n  %s: 3\n  %s: \"100\"\n".formatted(good, wrong, past));
      agent.restart();
      agent.run(Duration.ofSeconds(3));

      assertThat(agent.server.linesOf(good.toString())).containsExactly("two");
      assertThat(agent.server.linesOf(wrong.toString())).containsExactly("one", "two");
      assertThat(agent.server.linesOf(past.toString())).containsExactly("one", "two");
      agent.stop();
      assertThat(Files.readString(agent.positions())).contains("  " + good + ": \"8\"\n");
    }
  }

  @Test
  void serverDown_memoryStaysBoundedAndNothingIsLost() throws IOException {
    try (LaneHarness agent = agent("*.log", TailConfig.defaults())) {
      agent.restartWith(new BufferConfig(0, Duration.ZERO, BufferConfig.Overflow.BLOCK));
      agent.faults().setFaults(1, false);
      Path file = agent.log("a.log");
      String line = "x".repeat(99) + "\n";
      write(file, line.repeat(40_000));
      agent.run(Duration.ofMinutes(1));
      long read = agent.lane.status().bytesRead();
      assertThat(read).isLessThan(1_500_000);

      agent.faults().setFaults(0, false);
      agent.run(Duration.ofMinutes(12));

      assertThat(agent.server.linesOf(file.toString())).hasSize(40_000);
    }
  }

  @Test
  void twoRotationsWhileBlocked_allGenerationsArrive() throws IOException {
    try (LaneHarness agent = agent("*.log", TailConfig.defaults())) {
      Path file = agent.log("a.log");
      write(file, "start\n");
      agent.run(Duration.ofSeconds(2));
      agent.faults().setFaults(1, false);
      write(file, ("1 " + "x".repeat(96) + "\n").repeat(20_000));
      agent.run(Duration.ofSeconds(5));
      Files.move(file, agent.log("a.log.1"));
      write(file, "2\n");
      agent.run(Duration.ofSeconds(15));
      Files.move(agent.log("a.log.1"), agent.log("a.log.2"));
      Files.move(file, agent.log("a.log.1"));
      write(file, "3\n");
      agent.run(Duration.ofSeconds(15));
      agent.faults().setFaults(0, false);
      agent.run(Duration.ofMinutes(12));

      assertThat(agent.server.linesOf(file.toString())).hasSize(20_003).contains("2", "3");
    }
  }

  private LaneHarness agent(String glob, TailConfig config) throws IOException {
    return new LaneHarness(directory, glob, config, 100_000, new Random(7));
  }

  /** The server shows bytes as characters. */
  private static String utf8(String text) {
    return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
  }

  private static void write(Path file, String content) throws IOException {
    Files.write(
        file,
        content.getBytes(StandardCharsets.ISO_8859_1),
        StandardOpenOption.CREATE,
        StandardOpenOption.APPEND);
  }

  private static void truncate(Path file) throws IOException {
    FileChannel.open(file, StandardOpenOption.WRITE).truncate(0).close();
  }
}
