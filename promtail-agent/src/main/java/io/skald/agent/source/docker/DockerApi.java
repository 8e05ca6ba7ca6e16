package io.skald.agent.source.docker;

import io.skald.common.client.ClientAccess;
import io.skald.common.tls.ClientTls;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.StandardProtocolFamily;
import java.net.URI;
import java.net.UnixDomainSocketAddress;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Asks Docker. An answer is read as it comes; closing it ends the request. Thread-safe. */
interface DockerApi {
  int OK = 200;

  /** What is kept of an answer that is an error. */
  int MAX_ERROR_BYTES = 512;

  /**
   * Asks with GET.
   *
   * @param path with its query
   * @throws IOException if there is no answer, or it is not 200
   */
  InputStream get(String path) throws IOException;

  /**
   * Returns the way to the API that a configuration names.
   *
   * @throws IllegalArgumentException if a file of TLS is no good
   */
  static DockerApi of(DockerSdConfig config) {
    return config.isUnix()
        ? new OverUnixSocket(Path.of(config.host().substring("unix://".length())))
        : new OverHttp(config);
  }

  private static IOException refused(String path, int status, InputStream body) throws IOException {
    String text = new String(body.readNBytes(MAX_ERROR_BYTES), StandardCharsets.UTF_8).strip();
    return new IOException("docker answers " + path + " with " + status + ": " + text);
  }

  /**
   * Over a Unix socket, which the HTTP client of the JDK does not know. Speaks HTTP/1.0: the answer
   * then ends with the connection and needs no decoding (RFC 9112, section 6.3).
   */
  final class OverUnixSocket implements DockerApi {
    private static final int MAX_HEAD_BYTES = 64 << 10;

    private final Path socket;

    OverUnixSocket(Path socket) {
      this.socket = socket;
    }

    @Override
    public InputStream get(String path) throws IOException {
      SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
      boolean kept = false;
      try {
        channel.connect(UnixDomainSocketAddress.of(socket));
        ByteBuffer request =
            ByteBuffer.wrap(
                ("GET " + path + " HTTP/1.0\r\nHost: docker\r\nAccept: */*\r\n\r\n")
                    .getBytes(StandardCharsets.UTF_8));
        while (request.hasRemaining()) {
          channel.write(request);
        }
        InputStream in = new BufferedInputStream(Channels.newInputStream(channel));
        int status = status(head(in));
        if (status != OK) {
          throw refused(path, status, in);
        }
        kept = true;
        return new FilterInputStream(in) {
          @Override
          public void close() throws IOException {
            channel.close();
          }
        };
      } finally {
        if (!kept) {
          channel.close();
        }
      }
    }

    /** Reads up to the empty line. */
    private static String head(InputStream in) throws IOException {
      ByteArrayOutputStream head = new ByteArrayOutputStream();
      int newlines = 0;
      while (newlines < 2) {
        int b = in.read();
        if (b < 0) {
          throw new EOFException("docker closed the connection without an answer");
        }
        if (head.size() >= MAX_HEAD_BYTES) {
          throw new IOException("docker's answer has no end of its head");
        }
        head.write(b);
        newlines = b == '\n' ? newlines + 1 : b == '\r' ? newlines : 0;
      }
      return head.toString(StandardCharsets.ISO_8859_1);
    }

    private static int status(String head) throws IOException {
      String[] parts = head.split(" ", 3);
      try {
        return Integer.parseInt(parts.length > 1 ? parts[1].strip() : "");
      } catch (NumberFormatException _) {
        throw new IOException("not an answer of HTTP: " + head.lines().findFirst().orElse(""));
      }
    }
  }

  /** Over TCP, with TLS for https or when files for it are given. */
  final class OverHttp implements DockerApi {
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);

    private final HttpClient client;
    private final String base;
    private final ClientAccess access;

    OverHttp(DockerSdConfig config) {
      access = config.access();
      URI host = URI.create(config.host());
      boolean tls = "https".equals(host.getScheme()) || !access.tlsConfig().isDefault();
      base = (tls ? "https://" : "http://") + host.getRawAuthority();
      HttpClient.Builder builder =
          HttpClient.newBuilder()
              .version(HttpClient.Version.HTTP_1_1)
              .connectTimeout(CONNECT_TIMEOUT);
      if (!access.tlsConfig().isDefault()) {
        builder.sslContext(ClientTls.context(access.tlsConfig(), contents()));
      }
      client = builder.build();
    }

    private List<byte[]> contents() {
      List<byte[]> contents = new ArrayList<>();
      for (Path file : ClientTls.files(access.tlsConfig())) {
        try {
          contents.add(Files.readAllBytes(file));
        } catch (IOException e) {
          throw new IllegalArgumentException("docker_sd_configs: cannot read " + file, e);
        }
      }
      return contents;
    }

    @Override
    public InputStream get(String path) throws IOException {
      HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(base + path));
      String authorization = access.authorization();
      if (!authorization.isEmpty()) {
        request.header("Authorization", authorization);
      }
      try {
        HttpResponse<InputStream> answer =
            client.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
        if (answer.statusCode() != OK) {
          try (InputStream body = answer.body()) {
            throw refused(path, answer.statusCode(), body);
          }
        }
        return answer.body();
      } catch (InterruptedException _) {
        Thread.currentThread().interrupt();
        throw new InterruptedIOException("interrupted while asking docker");
      }
    }
  }
}
