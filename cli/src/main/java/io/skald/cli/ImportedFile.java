package io.skald.cli;

import com.github.luben.zstd.ZstdInputStream;
import io.skald.common.model.Labels;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/** One file on its way to the server. */
final class ImportedFile {
  private static final String PATH = "/loki/api/v1/push";
  private static final int MAX_BATCH_LINES = 5_000;
  private static final int MAX_BATCH_CHARACTERS = 1 << 20;
  private static final int MAX_LINE_BYTES = 4 << 20;
  private static final int MAX_ATTEMPTS = 10;
  private static final int MAX_PAUSE_SECONDS = 30;
  private static final int BAD_REQUEST = 400;
  private static final int TOO_MANY = 429;

  private final Path file;
  private final LineTime time;
  private final ServerConnection server;
  private final ImportPositions positions;
  private final Progress progress;
  private final long bytesBefore;
  private final long allBytes;
  private final ImportBatch batch;
  private long line;
  private long firstOfBatch = 1;
  private long lastTimestamp;
  private long lastFound;
  private boolean hasTimestamp;

  /**
   * @param bytesBefore size of the files before this one, for the progress
   * @param allBytes size of all files
   */
  ImportedFile(
      Path file,
      Labels stream,
      LineTime time,
      ServerConnection server,
      ImportPositions positions,
      Progress progress,
      long bytesBefore,
      long allBytes) {
    this.file = file;
    this.time = time;
    this.server = server;
    this.positions = positions;
    this.progress = progress;
    this.bytesBefore = bytesBefore;
    this.allBytes = allBytes;
    this.batch = new ImportBatch(stream);
  }

  /** Counts what is read of a file. */
  private static final class Counted extends FilterInputStream {
    long count;

    Counted(InputStream in) {
      super(in);
    }

    @Override
    public int read() throws IOException {
      int read = super.read();
      count += read < 0 ? 0 : 1;
      return read;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
      int read = super.read(target, offset, length);
      count += Math.max(0, read);
      return read;
    }
  }

  /**
   * Sends what was not sent before.
   *
   * @return how many lines that were
   * @throws RefusedException if a line has no time, or the server does not want it
   */
  long send() throws IOException {
    long sentBefore = positions.of(file);
    try (Counted counted = new Counted(Files.newInputStream(file));
        InputStream in = plain(new BufferedInputStream(counted))) {
      for (String text; (text = readLine(in)) != null; ) {
        line++;
        long timestamp = timestamp(text);
        if (line <= sentBefore || text.isEmpty()) {
          firstOfBatch = batch.size() == 0 ? line + 1 : firstOfBatch;
          continue;
        }
        batch.add(timestamp, text);
        if (batch.size() >= MAX_BATCH_LINES || batch.characters() >= MAX_BATCH_CHARACTERS) {
          flush();
          progress.part(bytesBefore + counted.count, allBytes, line, file.toString());
        }
      }
      flush();
    }
    return Math.max(0, line - sentBefore);
  }

  /** Tells the form by the first bytes, whatever the name says. */
  private static InputStream plain(BufferedInputStream in) throws IOException {
    in.mark(4);
    byte[] head = in.readNBytes(4);
    in.reset();
    if (head.length > 1 && head[0] == 0x1f && head[1] == (byte) 0x8b) {
      return new BufferedInputStream(new GZIPInputStream(in, 1 << 16), 1 << 16);
    }
    boolean zstd =
        head.length == 4
            && head[0] == 0x28
            && head[1] == (byte) 0xb5
            && head[2] == 0x2f
            && head[3] == (byte) 0xfd;
    return zstd
        ? new BufferedInputStream(new ZstdInputStream(in).setContinuous(false), 1 << 16)
        : in;
  }

  private @Nullable String readLine(InputStream in) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      for (int b; (b = in.read()) >= 0; ) {
        if (b == '\n') {
          return text(bytes);
        }
        bytes.write(b);
        if (bytes.size() > MAX_LINE_BYTES) {
          throw failed(line + 1, "the line is longer than " + MAX_LINE_BYTES + " bytes");
        }
      }
    } catch (IOException e) {
      throw failed(line + 1, "the file cannot be read on: " + e.getMessage());
    }
    return bytes.size() == 0 ? null : text(bytes);
  }

  private static String text(ByteArrayOutputStream bytes) {
    String text = bytes.toString(StandardCharsets.UTF_8);
    return text.endsWith("\r") ? text.substring(0, text.length() - 1) : text;
  }

  /** Lines of one time follow each other by a nanosecond, in the same way whenever it is sent. */
  private long timestamp(String text) {
    OptionalLong found;
    try {
      found = time.of(text);
    } catch (IllegalArgumentException e) {
      throw failed(line, String.valueOf(e.getMessage()));
    }
    if (found.isEmpty() && !hasTimestamp) {
      if (text.isEmpty()) {
        return 0; // not sent
      }
      throw failed(
          line,
          "no time found in the first line; say where it stands with --timestamp-format and"
              + " --timestamp-regex");
    }
    boolean goesOn = found.isEmpty() || (hasTimestamp && found.getAsLong() == lastFound);
    lastFound = found.orElse(lastFound);
    lastTimestamp = goesOn ? lastTimestamp + 1 : lastFound;
    hasTimestamp = true;
    return lastTimestamp;
  }

  private void flush() throws IOException {
    if (batch.size() > 0) {
      push(batch.body());
      batch.clear();
    }
    positions.sent(file, line);
    firstOfBatch = line + 1;
  }

  private void push(byte[] body) {
    for (int attempt = 1; ; attempt++) {
      String refusal;
      try {
        ServerConnection.Answer answer = server.post(PATH, "application/json", body);
        if (answer.status() / 100 == 2) {
          return;
        }
        refusal = "the server answered " + answer.status() + ": " + answer.text();
        if (answer.status() != TOO_MANY && answer.status() / 100 != 5) {
          throw failed(
              firstOfBatch,
              "(to line " + line + ") " + refusal + (answer.status() == BAD_REQUEST ? hint() : ""));
        }
      } catch (UnreachableException e) {
        if (attempt >= MAX_ATTEMPTS) {
          throw e;
        }
        refusal = String.valueOf(e.getMessage());
      }
      if (attempt >= MAX_ATTEMPTS) {
        throw failed(firstOfBatch, "(to line " + line + ") " + refusal);
      }
      pause(Math.min(MAX_PAUSE_SECONDS, 1 << attempt - 1));
    }
  }

  private static String hint() {
    return "\n"
        + "old entries are taken with limits_config.allow_backfill: true and"
        + " reject_old_samples: false for the tenant; what the server took stays, send the"
        + " file again";
  }

  private static void pause(int seconds) {
    try {
      TimeUnit.SECONDS.sleep(seconds);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new RefusedException("interrupted");
    }
  }

  private RefusedException failed(long at, String why) {
    return new RefusedException(file + ":" + at + ": " + why);
  }
}
