package io.skald.agent.source.gelf;

import io.skald.agent.source.DatagramListener;
import io.skald.agent.source.ListenAddress;
import io.skald.agent.source.Source;
import io.skald.agent.source.SourceContext;
import io.skald.agent.source.SourceEntry;
import io.skald.agent.source.SourceSink;
import io.skald.agent.tail.SourceStatus;
import io.skald.common.model.Labels;
import java.net.InetAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Takes the messages of one job. While a client takes nothing, the oldest ones are dropped. */
public final class GelfSource implements Source {
  private static final Logger log = LoggerFactory.getLogger(GelfSource.class);
  private static final String KIND = "gelf";

  private final GelfConfig config;
  private final SourceContext context;
  private final GelfChunks chunks = new GelfChunks();
  private final DatagramListener listener;

  /**
   * @throws IllegalArgumentException if the address is no good
   */
  public GelfSource(GelfConfig config, SourceContext context) {
    this.config = config;
    this.context = context;
    this.listener =
        new DatagramListener(
            context.labels().job(),
            KIND,
            ListenAddress.parse("gelf.listen_address", config.listenAddress()),
            this::receive);
  }

  @Override
  public void start() {
    listener.start();
  }

  @Override
  public SourceStatus status() {
    return listener.status();
  }

  @Override
  public void stopTaking() {
    listener.close();
  }

  @Override
  public void close() {
    listener.close();
  }

  private void receive(byte[] datagram, InetAddress peer) {
    try {
      byte[] whole =
          GelfChunks.isChunk(datagram)
              ? chunks.add(datagram, context.clock().monotonicNanos())
              : datagram;
      if (whole != null) {
        give(GelfMessage.read(whole));
      }
    } catch (GelfFormatException e) {
      context.counters().add(KIND, "parsing_errors", 1);
      log.debug(
          "job {}: no GELF message from {}: {}", context.labels().job(), peer, e.getMessage());
    }
  }

  private void give(GelfMessage message) {
    Map<String, String> told = new HashMap<>(config.labels());
    message.addLabels(told);
    Optional<Labels> labels = context.labels().of(told);
    if (labels.isEmpty()) {
      return; // a rule drops it
    }
    context.counters().add(KIND, "entries", 1);
    long nanos =
        config.useIncomingTimestamp() ? message.timestampNanos() : SourceSink.TIME_OF_READING;
    int dropped =
        context
            .outlet()
            .giveDroppingOldest(
                context.labels().job(),
                List.of(new SourceEntry(labels.get(), nanos, message.line(), Labels.EMPTY)));
    context.counters().add(KIND, "dropped", dropped);
  }
}
