package io.skald.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** GELF through the whole agent, over UDP. */
class GelfTest {
  @TempDir Path directory;

  private int port;

  @Test
  void messages_inAllForms_becomeEntriesWithExactTimes() throws Exception {
    port = SourceAgent.freePort();
    try (SourceAgent agent = agent();
        DatagramSocket socket = new DatagramSocket()) {
      send(socket, bytes(message("1714557600.123456789", "plain")));
      ByteArrayOutputStream gzip = new ByteArrayOutputStream();
      write(new GZIPOutputStream(gzip), message("1714557601", "gzip"));
      send(socket, gzip.toByteArray());
      ByteArrayOutputStream zlib = new ByteArrayOutputStream();
      write(new DeflaterOutputStream(zlib), message("1714557602.5", "zlib"));
      sendInChunks(socket, zlib.toByteArray());
      agent.awaitCount(3);

      String stream = "{host=\"h\", job=\"g\", level=\"warning\"}";
      assertThat(agent.received.entries(stream))
          .extracting(ReceivedEntries.Entry::timestampNanos)
          .containsExactly(1714557600123456789L, 1714557601000000000L, 1714557602500000000L);
      assertThat(agent.received.lines(stream).getFirst())
          .isEqualTo(
              "{\"version\":\"1.1\",\"host\":\"h\",\"short_message\":\"plain\","
                  + "\"timestamp\":1714557600.123456789,\"level\":4,"
                  + "\"_a\":{\"n\":1.50},\"_z\":true}");
    }
  }

  @Test
  void damagedMessages_areSkipped() throws Exception {
    port = SourceAgent.freePort();
    try (SourceAgent agent = agent();
        DatagramSocket socket = new DatagramSocket()) {
      send(socket, bytes("{"));
      send(socket, bytes("[]"));
      send(socket, new byte[] {0x1e, 0x0f, 1});
      send(socket, new byte[] {0x1f, (byte) 0x8b, 1, 2});
      send(socket, new byte[0]);
      send(socket, bytes(message("1", "good")));
      agent.awaitCount(1);
      assertThat(agent.agent.status().sourceCounts())
          .containsEntry("gelf_parsing_errors", 5L)
          .containsEntry("gelf_entries", 1L);
    }
  }

  private SourceAgent agent() throws IOException {
    return new SourceAgent(
        directory,
        "job_name: gelf, gelf: {listen_address: '127.0.0.1:"
            + port
            + "', labels: {job: g}, use_incoming_timestamp: true}, relabel_configs: ["
            + "{source_labels: [__gelf_message_host], target_label: host},"
            + "{source_labels: [__gelf_message_level], target_label: level}]");
  }

  private static String message(String timestamp, String text) {
    return "{\"_z\": true, \"_a\": {\"n\": 1.50}, \"version\": \"1.1\", \"host\": \"h\","
        + " \"short_message\": \""
        + text
        + "\", \"timestamp\": "
        + timestamp
        + ", \"level\": 4}";
  }

  private static void write(OutputStream out, String text) throws IOException {
    try (out) {
      out.write(bytes(text));
    }
  }

  private void sendInChunks(DatagramSocket socket, byte[] bytes) throws IOException {
    int size = bytes.length / 3 + 1;
    for (int number : new int[] {2, 0, 1}) { // in any order
      byte[] part =
          Arrays.copyOfRange(bytes, number * size, Math.min(bytes.length, number * size + size));
      byte[] chunk = new byte[12 + part.length];
      chunk[0] = 0x1e;
      chunk[1] = 0x0f;
      chunk[5] = 7;
      chunk[10] = (byte) number;
      chunk[11] = 3;
      System.arraycopy(part, 0, chunk, 12, part.length);
      send(socket, chunk);
    }
  }

  private void send(DatagramSocket socket, byte[] bytes) throws IOException {
    socket.send(new DatagramPacket(bytes, bytes.length, InetAddress.getLoopbackAddress(), port));
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
