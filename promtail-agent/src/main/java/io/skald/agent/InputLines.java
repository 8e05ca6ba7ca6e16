package io.skald.agent;

import io.skald.agent.tail.FileStatus;
import io.skald.agent.tail.LineFeed;
import io.skald.agent.tail.LineSink;
import io.skald.agent.tail.LineSource;
import io.skald.common.model.Labels;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;

/**
 * The lines of a stream, for one lane. Line ends and carriage returns before them are taken off,
 * empty lines are skipped; they have no position. A thread of {@link Reader} reads the stream once
 * for all lanes; the queue between bounds it.
 */
final class InputLines implements LineFeed {
  private static final int CHUNK_BYTES = 64 << 10;
  private static final int QUEUED_CHUNKS = 8;
  private static final long POLL_NANOS = 20_000_000;
  private static final byte[] END = {};

  private final BlockingQueue<byte[]> chunks;
  private final LineSource source;
  private final LineSink sink;
  private final int maxLineBytes;
  private byte[] line = new byte[1024];
  private int length;
  private boolean finished;

  /** Reads a stream and hands copies of it to all lanes. */
  static final class Reader {
    private final InputStream input;
    private final List<BlockingQueue<byte[]>> queues = new ArrayList<>();

    Reader(InputStream input) {
      this.input = input;
    }

    InputLines lines(LineSource source, LineSink sink, int maxLineBytes) {
      BlockingQueue<byte[]> queue = new ArrayBlockingQueue<>(QUEUED_CHUNKS);
      queues.add(queue);
      return new InputLines(queue, source, sink, maxLineBytes);
    }

    void start() {
      Thread.ofPlatform().name("agent-input").daemon().start(this::readAll);
    }

    private void readAll() {
      try {
        byte[] buffer = new byte[CHUNK_BYTES];
        for (int count = read(buffer); count > 0; count = read(buffer)) {
          byte[] chunk = Arrays.copyOf(buffer, count);
          for (BlockingQueue<byte[]> queue : queues) {
            queue.put(chunk);
          }
        }
        for (BlockingQueue<byte[]> queue : queues) {
          queue.put(END);
        }
      } catch (InterruptedException _) {
        Thread.currentThread().interrupt();
      }
    }

    /** A stream that breaks off has ended. */
    private int read(byte[] buffer) {
      try {
        return input.read(buffer);
      } catch (IOException _) {
        return -1;
      }
    }
  }

  private InputLines(
      BlockingQueue<byte[]> chunks, LineSource source, LineSink sink, int maxLineBytes) {
    this.chunks = chunks;
    this.source = source;
    this.sink = sink;
    this.maxLineBytes = maxLineBytes;
  }

  /**
   * Returns what lines of a stream are labelled with: the static labels of the first job, or the
   * job {@code stdin} and the host.
   */
  static LineSource source(AgentConfig config, String hostname, AgentConfig.Client client) {
    String job = "stdin";
    Labels.Builder labels = Labels.builder();
    if (config.scrapeConfigs().isEmpty()) {
      labels.set("job", job).set("hostname", hostname);
    } else {
      AgentConfig.ScrapeConfig first = config.scrapeConfigs().getFirst();
      job = first.jobName();
      for (AgentConfig.StaticConfig one : first.staticConfigs()) {
        one.labels()
            .forEach((name, value) -> {
              if (!name.startsWith("__") && !value.isEmpty()) {
                labels.set(name, value);
              }
            });
      }
    }
    Labels own = labels.build();
    return new LineSource(job, own, own.withUnder(client.externalLabels()).toString());
  }

  @Override
  public long pass() {
    while (!finished && sink.hasRoom()) {
      byte[] chunk = chunks.poll();
      if (chunk == null) {
        return POLL_NANOS;
      }
      sink.begin(source, null);
      if (chunk.length == 0) {
        endLine();
        finished = true;
      }
      for (byte b : chunk) {
        if (b == '\n') {
          endLine();
        } else if (length < maxLineBytes) {
          if (length == line.length) {
            line = Arrays.copyOf(line, Math.min(2 * length, maxLineBytes));
          }
          line[length++] = b;
        }
      }
    }
    return POLL_NANOS;
  }

  private void endLine() {
    while (length > 0 && line[length - 1] == '\r') {
      length--;
    }
    if (length > 0) {
      sink.line(line, 0, length, 0);
    }
    length = 0;
  }

  @Override
  public boolean isFinished() {
    return finished;
  }

  @Override
  public List<FileStatus> files() {
    return List.of();
  }

  @Override
  public boolean isReady() {
    return true;
  }

  @Override
  public void close() {}
}
