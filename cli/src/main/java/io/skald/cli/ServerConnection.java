package io.skald.cli;

import static java.util.stream.Collectors.joining;

import io.skald.common.tls.ClientTls;
import io.skald.common.tls.ClientTlsConfig;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.net.MalformedURLException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.URL;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.zip.GZIPInputStream;
import javax.net.ssl.HttpsURLConnection;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Help.Visibility;
import picocli.CommandLine.Option;

/**
 * How a client command reaches the server. Uses HttpURLConnection: it starts in a fraction of the
 * time of the newer client, and a command makes few requests; only WebSockets need that one.
 */
final class ServerConnection {
  private static final int CONNECT_MILLIS = 5_000;
  private static final int MAX_TIMEOUT_SECONDS = 24 * 60 * 60;

  /** Longer parameters go into the body, as servers bound the length of a request line. */
  private static final int MAX_URL_PARAMETERS = 4_000;

  private static final int MAX_ERROR_BYTES = 64 << 10;

  @Option(
      names = {"--addr", "--url"},
      paramLabel = "URL",
      defaultValue = "${env:SKALD_ADDR:-http://127.0.0.1:3100}",
      description = "Server (env SKALD_ADDR; default: http://127.0.0.1:3100).")
  String address = "";

  @Option(
      names = {"--org-id", "--tenant"},
      paramLabel = "TENANT",
      defaultValue = "${env:SKALD_ORG_ID:-}",
      description = "Tenant, sent as X-Scope-OrgID (env SKALD_ORG_ID).")
  String tenant = "";

  @Option(
      names = "--username",
      paramLabel = "NAME",
      defaultValue = "${env:SKALD_USERNAME:-}",
      description = "For basic authentication (env SKALD_USERNAME).")
  String username = "";

  @Option(
      names = "--password",
      paramLabel = "SECRET",
      defaultValue = "${env:SKALD_PASSWORD:-}",
      showDefaultValue = Visibility.NEVER,
      description = "Better given in env SKALD_PASSWORD: others see the arguments of a process.")
  String password = "";

  @Option(
      names = "--bearer-token",
      paramLabel = "SECRET",
      defaultValue = "${env:SKALD_BEARER_TOKEN:-}",
      showDefaultValue = Visibility.NEVER,
      description = "Better given in env SKALD_BEARER_TOKEN; goes before name and password.")
  String bearerToken = "";

  @Option(
      names = "--ca-file",
      paramLabel = "FILE",
      defaultValue = "${env:SKALD_CA_FILE:-}",
      description = "PEM, authorities to trust for https instead of the JDK's (env SKALD_CA_FILE).")
  String caFile = "";

  @Option(
      names = "--cert-file",
      paramLabel = "FILE",
      defaultValue = "${env:SKALD_CERT_FILE:-}",
      description = "PEM, own certificate for servers that ask for one (env SKALD_CERT_FILE).")
  String certFile = "";

  @Option(
      names = "--key-file",
      paramLabel = "FILE",
      defaultValue = "${env:SKALD_KEY_FILE:-}",
      description = "PEM, the key of --cert-file (env SKALD_KEY_FILE).")
  String keyFile = "";

  @Option(
      names = "--tls-skip-verify",
      description = "Take any certificate: whoever answers can be anyone.")
  boolean skipVerify;

  @Option(
      names = "--timeout",
      paramLabel = "SECONDS",
      defaultValue = "120",
      description = "How long to wait for an answer (default: ${DEFAULT-VALUE}).")
  int timeoutSeconds = 120;

  /** Made for the first request. */
  private @Nullable SSLContext tls;

  /**
   * Asks and returns the parsed JSON.
   *
   * @throws RefusedException if the server answered with an error, or with something else than JSON
   * @throws UnreachableException if there was no answer
   */
  Object get(String path, List<Map.Entry<String, String>> parameters) {
    return ask(path, parameters, Json::read);
  }

  /** Asks and returns the answer as it is, under the same conditions. */
  String text(String path, List<Map.Entry<String, String>> parameters) {
    return ask(path, parameters, body -> new String(body.readAllBytes(), StandardCharsets.UTF_8));
  }

  /**
   * Sends a request with its parameters in the query string; the answer's body is not looked at.
   *
   * @return the value of the answer's header {@code header}, or ""
   * @throws RefusedException if the server answered with an error
   * @throws UnreachableException if there was no answer
   */
  String send(
      String method, String path, List<Map.Entry<String, String>> parameters, String header) {
    try {
      HttpURLConnection connection = prepare(url(base() + path + "?" + form(parameters)));
      connection.setRequestMethod(method);
      requireSuccess(connection);
      String value = connection.getHeaderField(header);
      return value == null ? "" : value;
    } catch (IOException e) {
      throw unreachable(e);
    }
  }

  /** What a server said to a body. */
  record Answer(int status, String text) {}

  /**
   * Sends a body, and returns the answer whatever it is.
   *
   * @throws UnreachableException if there was no answer
   */
  Answer post(String path, String contentType, byte[] body) {
    try {
      HttpURLConnection connection = prepare(url(base() + path));
      connection.setDoOutput(true);
      connection.setFixedLengthStreamingMode(body.length);
      connection.setRequestProperty("Content-Type", contentType);
      try (OutputStream out = connection.getOutputStream()) {
        out.write(body);
      }
      int status = connection.getResponseCode();
      return new Answer(
          status, status / 100 == 2 ? "" : text(connection, connection.getErrorStream()));
    } catch (IOException e) {
      throw unreachable(e);
    }
  }

  /**
   * Opens a WebSocket.
   *
   * @throws RefusedException if the server does not want to
   * @throws UnreachableException if there was no answer
   */
  WebSocket follow(
      String path, List<Map.Entry<String, String>> parameters, WebSocket.Listener listener) {
    String address = base().replaceFirst("^http", "ws") + path + "?" + form(parameters);
    try {
      HttpClient.Builder client =
          HttpClient.newBuilder().connectTimeout(Duration.ofMillis(CONNECT_MILLIS));
      SSLContext context = trusted();
      if (context != null) {
        client.sslContext(context);
      }
      WebSocket.Builder socket = client.build().newWebSocketBuilder();
      credentials().forEach(socket::header);
      return socket.buildAsync(URI.create(address), listener).get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw unreachable(new IOException("interrupted", e));
    } catch (ExecutionException e) {
      if (e.getCause() instanceof WebSocketHandshakeException refused) {
        HttpResponse<?> answer = refused.getResponse();
        String text = answer.body() instanceof String body ? body.strip() : "(no text)";
        throw new RefusedException("the server answered " + answer.statusCode() + ": " + text);
      }
      throw unreachable(
          e.getCause() instanceof IOException cause ? cause : new IOException(e.getCause()));
    } catch (IOException e) {
      throw unreachable(e);
    }
  }

  @FunctionalInterface
  private interface BodyReader<T> {
    T read(InputStream body) throws IOException;
  }

  private <T> T ask(String path, List<Map.Entry<String, String>> parameters, BodyReader<T> reader) {
    try {
      HttpURLConnection connection = open(path, form(parameters));
      requireSuccess(connection);
      try (InputStream body = decoded(connection, connection.getInputStream())) {
        return reader.read(body);
      }
    } catch (IOException e) {
      throw unreachable(e);
    }
  }

  private static String form(List<Map.Entry<String, String>> parameters) {
    return parameters.stream()
        .map(parameter -> encode(parameter.getKey()) + "=" + encode(parameter.getValue()))
        .collect(joining("&"));
  }

  private static void requireSuccess(HttpURLConnection connection) throws IOException {
    int status = connection.getResponseCode();
    if (status / 100 != 2) {
      throw new RefusedException(
          "the server answered " + status + ": " + text(connection, connection.getErrorStream()));
    }
  }

  private UnreachableException unreachable(IOException e) {
    if (e instanceof SocketTimeoutException) {
      return new UnreachableException(
          "no answer from " + base() + " in time; narrow the query or raise --timeout", e);
    }
    if (e instanceof SSLException) {
      return new UnreachableException(
          "no safe connection to "
              + base()
              + ": "
              + e.getMessage()
              + "; if its certificate is of an authority of your own, name that with --ca-file",
          e);
    }
    return new UnreachableException(
        "cannot reach "
            + base()
            + ": "
            + e.getMessage()
            + "; is the server running? Start it with 'skald up', or name it with --addr",
        e);
  }

  private HttpURLConnection open(String path, String form) throws IOException {
    boolean isPost = form.length() > MAX_URL_PARAMETERS;
    URL url = url(base() + path + (isPost || form.isEmpty() ? "" : "?" + form));
    HttpURLConnection connection = prepare(url);
    if (isPost) {
      connection.setDoOutput(true);
      connection.setRequestProperty("Content-Type", "application/x-www-form-urlencoded");
      try (OutputStream body = connection.getOutputStream()) {
        body.write(form.getBytes(StandardCharsets.US_ASCII));
      }
    }
    return connection;
  }

  private HttpURLConnection prepare(URL url) throws IOException {
    HttpURLConnection connection = (HttpURLConnection) url.openConnection();
    // Credentials must not follow to wherever an answer points.
    connection.setInstanceFollowRedirects(false);
    if (connection instanceof HttpsURLConnection encrypted) {
      trust(encrypted);
    }
    connection.setConnectTimeout(CONNECT_MILLIS);
    if (timeoutSeconds < 1 || timeoutSeconds > MAX_TIMEOUT_SECONDS) {
      throw new UsageException("--timeout must be from 1 to 86400: " + timeoutSeconds);
    }
    connection.setReadTimeout(timeoutSeconds * 1000);
    connection.setRequestProperty("User-Agent", "skald-cli");
    connection.setRequestProperty("Accept-Encoding", "gzip");
    credentials().forEach(connection::setRequestProperty);
    return connection;
  }

  private void trust(HttpsURLConnection connection) throws IOException {
    SSLContext context = trusted();
    if (context != null) {
      connection.setSSLSocketFactory(context.getSocketFactory());
      if (skipVerify) {
        connection.setHostnameVerifier((_, _) -> true);
      }
    }
  }

  /** Returns what the options say of TLS, or null if they say nothing. */
  private @Nullable SSLContext trusted() throws IOException {
    try {
      ClientTlsConfig config = new ClientTlsConfig(caFile, certFile, keyFile, skipVerify);
      if (config.isDefault()) {
        return null;
      }
      if (tls == null) {
        List<byte[]> contents = new ArrayList<>();
        for (Path file : ClientTls.files(config)) {
          contents.add(Files.readAllBytes(file));
        }
        tls = ClientTls.context(config, contents);
      }
      return tls;
    } catch (NoSuchFileException e) {
      throw new UsageException("file not found: " + e.getMessage());
    } catch (IllegalArgumentException e) {
      throw new UsageException(String.valueOf(e.getMessage()));
    }
  }

  private URL url(String text) throws MalformedURLException {
    try {
      return URI.create(text).toURL();
    } catch (IllegalArgumentException e) {
      throw new UsageException("--addr is not an address: '" + address + "'");
    }
  }

  private String base() {
    String trimmed = address.endsWith("/") ? address.substring(0, address.length() - 1) : address;
    if (!trimmed.startsWith("http://") && !trimmed.startsWith("https://")) {
      throw new UsageException("--addr must be like http://host:3100, not '" + address + "'");
    }
    return trimmed;
  }

  /** Returns the headers that tell who asks. */
  private Map<String, String> credentials() {
    Map<String, String> headers = new LinkedHashMap<>();
    if (!tenant.isEmpty()) {
      headers.put("X-Scope-OrgID", tenant);
    }
    if (!bearerToken.isEmpty()) {
      headers.put("Authorization", "Bearer " + bearerToken);
    } else if (!username.isEmpty()) {
      byte[] pair = (username + ":" + password).getBytes(StandardCharsets.UTF_8);
      headers.put("Authorization", "Basic " + Base64.getEncoder().encodeToString(pair));
    }
    return headers;
  }

  private static InputStream decoded(HttpURLConnection connection, InputStream stream)
      throws IOException {
    return "gzip".equals(connection.getContentEncoding()) ? new GZIPInputStream(stream) : stream;
  }

  private static String text(HttpURLConnection connection, @Nullable InputStream stream)
      throws IOException {
    if (stream == null) {
      return "(no text)";
    }
    try (InputStream body = decoded(connection, stream)) {
      return new String(body.readNBytes(MAX_ERROR_BYTES), StandardCharsets.UTF_8).strip();
    }
  }

  private static String encode(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }
}
