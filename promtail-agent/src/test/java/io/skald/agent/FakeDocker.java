package io.skald.agent;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The part of Docker's API that the agent asks, over a Unix socket. */
final class FakeDocker implements AutoCloseable {
  private final ServerSocketChannel server;
  private final List<String> paths = new ArrayList<>();
  private final Map<String, List<byte[]>> frames = new LinkedHashMap<>();
  private final Map<String, List<Instant>> times = new LinkedHashMap<>();
  private final Map<String, List<SocketChannel>> followers = new LinkedHashMap<>();

  FakeDocker(Path socket) throws IOException {
    server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    server.bind(UnixDomainSocketAddress.of(socket));
    Thread.ofVirtual().start(this::accept);
  }

  static String id(char digit) {
    return String.valueOf(digit).repeat(64);
  }

  synchronized void add(String id) {
    frames.put(id, new ArrayList<>());
    times.put(id, new ArrayList<>());
    followers.put(id, new ArrayList<>());
  }

  synchronized void remove(String id) throws IOException {
    breakOff(id);
    frames.remove(id);
    times.remove(id);
  }

  /** Ends the log streams of a container, as a stop does. */
  synchronized void breakOff(String id) throws IOException {
    for (SocketChannel follower : followers.getOrDefault(id, List.of())) {
      follower.close();
    }
    followers.getOrDefault(id, new ArrayList<>()).clear();
  }

  /** Logs text; with a newline at its end it ends a line. */
  synchronized void log(String id, int stream, Instant time, String text) {
    byte[] bytes = (time + " " + text).getBytes(StandardCharsets.UTF_8);
    byte[] frame =
        ByteBuffer.allocate(8 + bytes.length)
            .put((byte) stream)
            .put(new byte[3])
            .putInt(bytes.length)
            .put(bytes)
            .array();
    frames.getOrDefault(id, new ArrayList<>()).add(frame);
    times.getOrDefault(id, new ArrayList<>()).add(time);
    followers
        .getOrDefault(id, new ArrayList<>())
        .removeIf(follower -> {
          try {
            write(follower, frame);
            return false;
          } catch (IOException _) {
            return true; // the agent has gone
          }
        });
  }

  synchronized List<String> paths() {
    return List.copyOf(paths);
  }

  private void accept() {
    try {
      while (true) {
        SocketChannel connection = server.accept();
        Thread.ofVirtual().start(() -> serve(connection));
      }
    } catch (IOException _) {
      // closed
    }
  }

  private void serve(SocketChannel connection) {
    try {
      String path = path(Channels.newInputStream(connection));
      synchronized (this) {
        paths.add(path);
        String body = body(path);
        if (body == null && !path.contains("/logs?")) {
          write(
              connection,
              "HTTP/1.0 404 Not Found\r\n\r\nno such thing".getBytes(StandardCharsets.UTF_8));
          connection.close();
          return;
        }
        write(connection, "HTTP/1.0 200 OK\r\n\r\n".getBytes(StandardCharsets.UTF_8));
        if (body != null) {
          write(connection, body.getBytes(StandardCharsets.UTF_8));
          connection.close();
          return;
        }
        follow(connection, path);
      }
    } catch (IOException _) {
      // the agent has gone
    }
  }

  /** Real Docker takes whole seconds of "since" on some platforms: earlier lines come again. */
  private void follow(SocketChannel connection, String path) throws IOException {
    String id = path.split("/")[2];
    long since = Long.parseLong(path.replaceAll(".*since=([0-9]+).*", "$1"));
    List<byte[]> all = frames.getOrDefault(id, List.of());
    for (int i = 0; i < all.size(); i++) {
      if (times.getOrDefault(id, List.of()).get(i).getEpochSecond() >= since) {
        write(connection, all.get(i));
      }
    }
    followers.getOrDefault(id, new ArrayList<>()).add(connection);
  }

  private @Nullable String body(String path) {
    if (path.equals("/networks")) {
      return "[{\"Id\": \"n1\", \"Name\": \"bridge\", \"Scope\": \"local\", \"Internal\": false,"
          + " \"Ingress\": false, \"Labels\": {}}]";
    }
    if (path.startsWith("/containers/json")) {
      List<String> all = new ArrayList<>();
      for (String id : frames.keySet()) {
        all.add(
            "{\"Id\": \""
                + id
                + "\", \"Names\": [\"/c"
                + id.charAt(0)
                + "\"], \"HostConfig\": {\"NetworkMode\": \"bridge\"},"
                + " \"Labels\": {\"com.docker.compose.service\": \"shop\"},"
                + " \"Ports\": [{\"PrivatePort\": 80, \"PublicPort\": 8080, \"IP\": \"0.0.0.0\","
                + " \"Type\": \"tcp\"}], \"NetworkSettings\": {\"Networks\": {\"bridge\":"
                + " {\"NetworkID\": \"n1\", \"IPAddress\": \"172.17.0.2\"}}}}");
      }
      return "[" + String.join(",", all) + "]";
    }
    return path.endsWith("/json") ? "{\"Config\": {\"Tty\": false}}" : null;
  }

  private static String path(InputStream in) throws IOException {
    ByteArrayOutputStream head = new ByteArrayOutputStream();
    while (!head.toString(StandardCharsets.US_ASCII).endsWith("\r\n\r\n")) {
      int b = in.read();
      if (b < 0) {
        throw new IOException("no request");
      }
      head.write(b);
    }
    return head.toString(StandardCharsets.US_ASCII).split(" ", 3)[1];
  }

  private static void write(SocketChannel channel, byte[] bytes) throws IOException {
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    while (buffer.hasRemaining()) {
      channel.write(buffer);
    }
  }

  @Override
  public void close() throws IOException {
    server.close();
    for (String id : List.copyOf(followers.keySet())) {
      breakOff(id);
    }
  }
}
