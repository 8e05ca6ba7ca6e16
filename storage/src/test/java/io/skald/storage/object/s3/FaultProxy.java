package io.skald.storage.object.s3;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Stands before an S3 server, on loopback, and spoils what it is told to. One request a connection.
 */
public final class FaultProxy implements AutoCloseable {
  private static final Pattern CONTENT_LENGTH = Pattern.compile("\r\ncontent-length: ?([0-9]+)");

  private final ServerSocket listener;
  private final int upstreamPort;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final List<Request> requests = new CopyOnWriteArrayList<>();
  private final CountDownLatch closed = new CountDownLatch(1);
  private volatile Function<Request, Fault> rule = _ -> new Pass();

  /** What is done to a request. */
  public sealed interface Fault {}

  /** Nothing. */
  public record Pass() implements Fault {}

  /** It is answered so and goes no further. */
  public record Answer(int status, String code) implements Fault {}

  /** The connection is reset and the request goes no further. */
  public record Reset() implements Fault {}

  /** The server gets it, and the connection is reset instead of an answer. */
  public record LoseAnswer() implements Fault {}

  /** The answer ends early. */
  public record CutAnswer(int bodyBytes) implements Fault {}

  /** The server gets another byte than was sent. */
  public record Damage() implements Fault {}

  /** There is never an answer. */
  public record Silence() implements Fault {}

  /** A request as it came, its head in lower case but for the first line. */
  public record Request(String line, String head, byte[] body) {
    boolean is(String method, String part) {
      return line.startsWith(method + " ") && line.contains(part);
    }
  }

  public FaultProxy(int upstreamPort) {
    this.upstreamPort = upstreamPort;
    try {
      listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    threads.execute(this::accept);
  }

  public String endpoint() {
    return "http://127.0.0.1:" + listener.getLocalPort();
  }

  /** Sets what is done to requests from now on. */
  public void rule(Function<Request, Fault> faults) {
    rule = faults;
  }

  /** Returns the first lines of the requests that came. */
  public List<String> lines() {
    return requests.stream().map(Request::line).toList();
  }

  List<Request> requests() {
    return requests;
  }

  private void accept() {
    try {
      while (true) {
        Socket client = listener.accept();
        threads.execute(() -> serve(client));
      }
    } catch (IOException _) {
      // Closed.
    }
  }

  private void serve(Socket client) {
    try (client) {
      InputStream in = client.getInputStream();
      byte[] head = readHead(in);
      String text = new String(head, StandardCharsets.ISO_8859_1);
      Matcher length = CONTENT_LENGTH.matcher(text.toLowerCase(Locale.ROOT));
      byte[] body = in.readNBytes(length.find() ? Integer.parseInt(length.group(1)) : 0);
      Request request =
          new Request(text.substring(0, text.indexOf("\r\n")), text.toLowerCase(Locale.ROOT), body);
      requests.add(request);
      act(rule.apply(request), client, head, body);
    } catch (IOException _) {
      // The client went away, or the server did.
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private void act(Fault fault, Socket client, byte[] head, byte[] body)
      throws IOException, InterruptedException {
    OutputStream out = client.getOutputStream();
    switch (fault) {
      case Pass _ -> forward(head, body).transferTo(out);
      case Answer(int status, String code) -> out.write(error(status, code));
      case Reset _ -> client.setSoLinger(true, 0);
      case LoseAnswer _ -> {
        forward(head, body).readAllBytes();
        client.setSoLinger(true, 0);
      }
      case CutAnswer(int bodyBytes) -> {
        InputStream answer = forward(head, body);
        out.write(readHead(answer));
        out.write(answer.readNBytes(bodyBytes));
      }
      case Damage _ -> {
        byte[] damaged = body.clone();
        damaged[damaged.length / 2] ^= 1;
        forward(head, damaged).transferTo(out);
      }
      case Silence _ -> closed.await();
    }
  }

  private InputStream forward(byte[] head, byte[] body) throws IOException {
    Socket server = new Socket(InetAddress.getLoopbackAddress(), upstreamPort);
    OutputStream out = server.getOutputStream();
    String text = new String(head, StandardCharsets.ISO_8859_1);
    String once = text.replaceFirst("(?i)\r\nconnection: [^\r]*", "");
    String closing = once.substring(0, once.length() - 2) + "Connection: close\r\n\r\n";
    out.write(closing.getBytes(StandardCharsets.ISO_8859_1));
    out.write(body);
    out.flush();
    return server.getInputStream();
  }

  private static byte[] error(int status, String code) {
    String body =
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Error><Code>%s</Code><Message>made up</Message></Error>"
            .formatted(code);
    return ("HTTP/1.1 %d X\r\nContent-Type: application/xml\r\nConnection: close\r\n"
            + "Content-Length: %d\r\n\r\n%s")
        .formatted(status, body.length(), body)
        .getBytes(StandardCharsets.ISO_8859_1);
  }

  private static byte[] readHead(InputStream in) throws IOException {
    ByteArrayOutputStream head = new ByteArrayOutputStream();
    int matched = 0;
    while (matched < 4) {
      int b = in.read();
      if (b < 0) {
        throw new EOFException();
      }
      head.write(b);
      matched = b == "\r\n\r\n".charAt(matched) ? matched + 1 : b == '\r' ? 1 : 0;
    }
    return head.toByteArray();
  }

  @Override
  public void close() throws IOException {
    closed.countDown();
    listener.close();
    threads.shutdownNow();
  }
}
