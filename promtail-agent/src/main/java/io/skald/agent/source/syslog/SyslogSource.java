package io.skald.agent.source.syslog;

import io.skald.agent.source.DatagramListener;
import io.skald.agent.source.ListenAddress;
import io.skald.agent.source.NoRoomException;
import io.skald.agent.source.PeerNames;
import io.skald.agent.source.Source;
import io.skald.agent.source.SourceContext;
import io.skald.agent.source.SourceEntry;
import io.skald.agent.source.SourceSink;
import io.skald.agent.tail.SourceStatus;
import io.skald.common.model.Labels;
import io.skald.common.tls.ServerTls;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes the messages of one job. Over TCP a sender is held up while a client takes nothing; over
 * UDP the oldest messages are dropped then, and counted.
 */
public final class SyslogSource implements Source {
  private static final Logger log = LoggerFactory.getLogger(SyslogSource.class);
  private static final String KIND = "syslog";

  /** More connections than any number of hosts that one agent serves; the next are closed. */
  private static final int MAX_CONNECTIONS = 10_000;

  /** After such a silence, a message that ends with a newline is taken to be whole. */
  private static final int REST_MILLIS = 500;

  private static final int READ_BYTES = 16 << 10;

  private static final Duration PATIENCE = Duration.ofSeconds(1);

  private final SyslogConfig config;
  private final SourceContext context;
  private final InetSocketAddress address;
  private final boolean namesWanted;
  private final PeerNames names = new PeerNames();
  private final Set<Socket> connections = ConcurrentHashMap.newKeySet();
  private final @Nullable ServerTls tls;
  private volatile @Nullable ServerSocket listener; // asked for by status pages
  private final @Nullable DatagramListener datagrams;
  private volatile boolean stopping;

  /**
   * @param namesWanted whether the rules may ask for the name of a connection's host
   * @throws IllegalArgumentException if the address or a file of TLS is no good
   */
  public SyslogSource(SyslogConfig config, boolean namesWanted, SourceContext context) {
    this.config = config;
    this.namesWanted = namesWanted;
    this.context = context;
    this.address = ListenAddress.parse("syslog.listen_address", config.listenAddress());
    this.datagrams =
        config.listenProtocol().equals(SyslogConfig.UDP)
            ? new DatagramListener(context.labels().job(), KIND, address, this::receive)
            : null;
    this.tls =
        config.tlsConfig().isEnabled()
            ? new ServerTls(
                config.tlsConfig().toServer(), "", "", context.reloads(), context.clock())
            : null;
  }

  @Override
  public void start() {
    DatagramListener udp = datagrams;
    if (udp != null) {
      udp.start();
      return;
    }
    try {
      ServerSocket socket = new ServerSocket();
      socket.setReuseAddress(true);
      socket.bind(address);
      listener = socket;
      thread("accept", () -> accept(socket));
    } catch (IOException e) {
      throw new IllegalStateException(
          "job '"
              + context.labels().job()
              + "': cannot listen on "
              + config.listenAddress()
              + " for syslog: "
              + e.getMessage(),
          e);
    }
    log.info("job {}: listening for syslog on TCP {}", context.labels().job(), address);
  }

  @Override
  public SourceStatus status() {
    DatagramListener udp = datagrams;
    if (udp != null) {
      return udp.status();
    }
    boolean listening = listener != null && !stopping;
    return new SourceStatus(
        context.labels().job(),
        KIND,
        (tls == null ? "TCP " : "TLS ") + ListenAddress.textOf(address),
        listening,
        listening ? "listening, connections: " + connections.size() : "not listening");
  }

  @Override
  public void stopTaking() {
    stopping = true;
    closeQuietly(listener);
    closeQuietly(datagrams);
    connections.forEach(SyslogSource::closeQuietly);
  }

  @Override
  public void close() {
    stopTaking();
  }

  private static void closeQuietly(@Nullable AutoCloseable socket) {
    try {
      if (socket != null) {
        socket.close();
      }
    } catch (Exception e) {
      log.debug("closing a socket failed", e);
    }
  }

  private static void thread(String what, Runnable body) {
    Thread.ofVirtual().name("syslog-" + what).start(body);
  }

  // ---- TCP

  private void accept(ServerSocket socket) {
    while (!stopping) {
      try {
        Socket accepted = socket.accept();
        if (connections.size() >= MAX_CONNECTIONS) {
          log.warn(
              "job {}: more than {} syslog connections", context.labels().job(), MAX_CONNECTIONS);
          closeQuietly(accepted);
        } else {
          connections.add(accepted);
          thread("connection", () -> serve(accepted));
        }
      } catch (IOException e) {
        if (!stopping) {
          log.warn("job {}: accepting a syslog connection failed", context.labels().job(), e);
        }
      }
    }
  }

  private void serve(Socket accepted) {
    try (accepted;
        Socket socket = encrypted(accepted)) {
      read(socket);
    } catch (IOException | SyslogFormatException e) {
      if (!stopping) {
        context.counters().add(KIND, "parsing_errors", 1);
        log.warn(
            "job {}: the syslog connection from {} is closed: {}",
            context.labels().job(),
            accepted.getInetAddress(),
            e.getMessage());
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    } finally {
      connections.remove(accepted);
    }
  }

  private Socket encrypted(Socket accepted) throws IOException {
    accepted.setSoTimeout((int) Math.min(Integer.MAX_VALUE, config.idleTimeout().toMillis()));
    ServerTls encryption = tls;
    return encryption == null ? accepted : encryption.over(accepted);
  }

  private void read(Socket socket) throws IOException, SyslogFormatException, InterruptedException {
    Map<String, String> peer = peerLabels(socket.getInetAddress());
    List<byte[]> messages = new ArrayList<>();
    SyslogFramer framer =
        new SyslogFramer(config.maxMessageLength(), messages::add, this::countTooLong);
    byte[] buffer = new byte[READ_BYTES];
    InputStream in = socket.getInputStream();
    socket.setSoTimeout((int) Math.min(REST_MILLIS, config.idleTimeout().toMillis()));
    long lastNanos = System.nanoTime();
    while (!stopping) {
      int count;
      try {
        count = in.read(buffer);
      } catch (SocketTimeoutException _) {
        framer.rest();
        give(messages, peer);
        if (System.nanoTime() - lastNanos >= config.idleTimeout().toNanos()) {
          return;
        }
        continue;
      }
      if (count < 0) {
        framer.finish();
        give(messages, peer);
        return;
      }
      lastNanos = System.nanoTime();
      framer.take(buffer, 0, count);
      give(messages, peer);
    }
  }

  /** Hands messages on and waits for as long as there is no room, which holds the sender up. */
  private void give(List<byte[]> messages, Map<String, String> peer) throws InterruptedException {
    List<SourceEntry> entries = entries(messages, peer);
    messages.clear();
    while (!entries.isEmpty()) {
      try {
        context.outlet().give(context.labels().job(), entries, PATIENCE);
        return;
      } catch (NoRoomException _) {
        if (stopping) {
          context.counters().add(KIND, "dropped", entries.size());
          return;
        }
      }
    }
  }

  // ---- UDP

  private void receive(byte[] datagram, InetAddress peer) throws InterruptedException {
    byte[] message = message(datagram);
    if (message.length > config.maxMessageLength()) {
      countTooLong();
      return;
    }
    List<SourceEntry> entries = entries(List.of(message), peerLabels(peer));
    if (!entries.isEmpty()) {
      int dropped = context.outlet().giveDroppingOldest(context.labels().job(), entries);
      context.counters().add(KIND, "dropped", dropped);
    }
  }

  /** A datagram is a message; some senders end it as if it were one of many. */
  private static byte[] message(byte[] bytes) {
    int start = 0;
    while (start < bytes.length && bytes[start] >= '0' && bytes[start] <= '9') {
      start++;
    }
    boolean counted = start > 0 && start < bytes.length && bytes[start] == ' ';
    int end = bytes.length;
    while (end > 0 && (bytes[end - 1] == '\n' || bytes[end - 1] == 0)) {
      end--;
    }
    return Arrays.copyOfRange(bytes, counted ? Math.min(start + 1, end) : 0, end);
  }

  // ---- both

  private Map<String, String> peerLabels(InetAddress peer) throws InterruptedException {
    Map<String, String> labels = new HashMap<>(config.labels());
    labels.put("__syslog_connection_ip_address", peer.getHostAddress());
    if (namesWanted) {
      labels.put("__syslog_connection_hostname", names.of(peer));
    }
    return labels;
  }

  private List<SourceEntry> entries(List<byte[]> messages, Map<String, String> peer) {
    List<SourceEntry> entries = new ArrayList<>(messages.size());
    for (byte[] message : messages) {
      try {
        SyslogMessage read =
            config.syslogFormat().equals(SyslogConfig.RFC3164)
                ? SyslogParser.rfc3164(message, context.clock().nowNanos())
                : SyslogParser.rfc5424(message);
        addEntry(message, read, peer, entries);
      } catch (SyslogFormatException e) {
        context.counters().add(KIND, "parsing_errors", 1);
        log.debug("job {}: no syslog message: {}", context.labels().job(), e.getMessage());
      }
    }
    return entries;
  }

  private void addEntry(
      byte[] message, SyslogMessage read, Map<String, String> peer, List<SourceEntry> entries) {
    if (read.textFrom() == message.length) {
      context.counters().add(KIND, "empty_messages", 1);
      return;
    }
    Map<String, String> labels = new HashMap<>(peer);
    read.addLabels(labels, config.labelStructuredData());
    Optional<Labels> relabelled = context.labels().of(labels);
    if (relabelled.isEmpty()) {
      return; // a rule drops it
    }
    context.counters().add(KIND, "entries", 1);
    entries.add(
        new SourceEntry(
            relabelled.get(),
            config.useIncomingTimestamp() ? read.timestampNanos() : SourceSink.TIME_OF_READING,
            config.useRfc5424Message()
                ? message
                : Arrays.copyOfRange(message, read.textFrom(), message.length),
            Labels.EMPTY));
  }

  private void countTooLong() {
    context.counters().add(KIND, "parsing_errors", 1);
    log.debug(
        "job {}: a message of more than {} bytes is skipped (syslog.max_message_length)",
        context.labels().job(),
        config.maxMessageLength());
  }
}
