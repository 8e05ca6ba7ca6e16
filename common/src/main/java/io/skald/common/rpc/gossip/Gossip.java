package io.skald.common.rpc.gossip;

import com.google.protobuf.InvalidProtocolBufferException;
import io.skald.common.ring.MemberlistConfig;
import io.skald.common.ring.RingStoreException;
import io.skald.common.rpc.wire.RingMembers;
import io.skald.common.time.Clock;
import io.skald.common.tls.ServerTls;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jgroups.BytesMessage;
import org.jgroups.JChannel;
import org.jgroups.Message;
import org.jgroups.Receiver;
import org.jgroups.View;
import org.jgroups.protocols.FD_ALL3;
import org.jgroups.protocols.FRAG4;
import org.jgroups.protocols.MERGE3;
import org.jgroups.protocols.MFC;
import org.jgroups.protocols.TCP;
import org.jgroups.protocols.TCPPING;
import org.jgroups.protocols.UFC;
import org.jgroups.protocols.UNICAST3;
import org.jgroups.protocols.VERIFY_SUSPECT2;
import org.jgroups.protocols.pbcast.GMS;
import org.jgroups.protocols.pbcast.NAKACK2;
import org.jgroups.protocols.pbcast.STABLE;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The connection between the members of rings. Some addresses are configured; names are looked up
 * again from time to time, as one may have the addresses of all members. Groups that formed apart
 * merge within seconds. JGroups' own idea of who lives serves the connection only: rings go by
 * heartbeats.
 */
public final class Gossip implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Gossip.class);
  private static final String GROUP = "skald";
  static final Duration JOIN_TIMEOUT = Duration.ofSeconds(2);
  private static final Duration DEAD_CONNECTION = Duration.ofSeconds(12);
  private static final Duration MERGE_MIN = Duration.ofSeconds(1);
  private static final Duration MERGE_MAX = Duration.ofSeconds(4);
  private static final Duration LOOK_UP = Duration.ofSeconds(15);

  private final MemberlistConfig config;
  private final Clock clock;
  private final TCPPING discovery = new TCPPING();
  private final JChannel channel;
  private final Map<String, GossipRing> rings = new ConcurrentHashMap<>();
  private final Thread lookUps = Thread.ofVirtual().name("gossip-dns").unstarted(this::lookUp);

  /**
   * @param name of this process among the members
   * @param address to listen on, unless one is configured
   * @param tls of every connection, both ways; null for none
   * @throws IllegalArgumentException if an address is no good
   */
  public Gossip(
      MemberlistConfig config, String name, String address, @Nullable ServerTls tls, Clock clock) {
    this.config = config;
    this.clock = clock;
    try {
      TCP transport = new TCP();
      if (tls != null) {
        transport.setSocketFactory(new GossipTls(config.tls(), tls).sockets());
      }
      // A closed connection makes others ask whether a member lives; FD_SOCK2 would do so over
      // connections of its own, to a second port and not encrypted.
      transport.enableSuspectEvents(true);
      transport.setBindAddress(
          InetAddress.getByName(
              config.bindAddr().isEmpty() ? address : config.bindAddr().getFirst()));
      transport.setBindPort(config.bindPort());
      transport.setPortRange(0);
      transport.setDiagnosticsHandler(transport.createDiagnosticsHandler().setEnabled(false));
      if (!config.advertiseAddr().isEmpty()) {
        transport.setExternalAddr(InetAddress.getByName(config.advertiseAddr()));
      }
      if (config.advertisePort() > 0) {
        transport.setExternalPort(config.advertisePort());
      }
      discovery.setPortRange(0);
      discovery.setInitialHosts(addresses());
      // One configured member tells who coordinates, also when it is another one.
      discovery.returnEntireCache(true);
      channel =
          new JChannel(
              transport,
              discovery,
              new MERGE3()
                  .setMinInterval(MERGE_MIN.toMillis())
                  .setMaxInterval(MERGE_MAX.toMillis()),
              new FD_ALL3()
                  .setTimeout(DEAD_CONNECTION.toMillis())
                  .setInterval(DEAD_CONNECTION.toMillis() / 4),
              new VERIFY_SUSPECT2(),
              new NAKACK2().useMcastXmit(false),
              new UNICAST3(),
              new STABLE(),
              new GMS().printLocalAddress(false).setJoinTimeout(JOIN_TIMEOUT.toMillis()),
              new UFC(),
              new MFC(),
              new FRAG4());
      channel.setName(name);
      channel.setDiscardOwnMessages(true);
      channel.setReceiver(new Messages());
    } catch (Exception e) {
      throw new IllegalArgumentException("memberlist: " + e.getMessage(), e);
    }
  }

  /** Returns the ring of that name; to be asked for before the start. */
  public GossipRing ring(String name, Duration heartbeatTimeout) {
    return rings.computeIfAbsent(
        name, _ -> new GossipRing(name, heartbeatTimeout, clock, this::send));
  }

  /**
   * Joins the others, or begins alone if none is there yet.
   *
   * @throws RingStoreException if the port cannot be bound
   */
  public void start() {
    try {
      channel.connect(GROUP);
    } catch (Exception e) {
      throw new RingStoreException(
          "memberlist cannot listen on port " + config.bindPort() + ": " + e.getMessage(), e);
    }
    lookUps.start();
  }

  /** Returns all addresses of the members that are configured; names without any are left out. */
  private Collection<InetSocketAddress> addresses() {
    Set<InetSocketAddress> found = new LinkedHashSet<>();
    for (String member : config.joinMembers()) {
      int colon = member.lastIndexOf(':');
      boolean port = colon > 0 && member.substring(colon + 1).matches("\\d{1,5}");
      String host = port ? member.substring(0, colon) : member;
      int number = port ? Integer.parseInt(member.substring(colon + 1)) : config.bindPort();
      try {
        Arrays.stream(InetAddress.getAllByName(host))
            .forEach(address -> found.add(new InetSocketAddress(address, number)));
      } catch (UnknownHostException _) {
        log.debug("memberlist: {} has no address now", host);
      }
    }
    return found;
  }

  private void lookUp() {
    try {
      while (!Thread.currentThread().isInterrupted()) {
        Thread.sleep(LOOK_UP);
        discovery.setInitialHosts(addresses());
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private void send(RingMembers members) {
    try {
      channel.send(new BytesMessage(null, members.toByteArray()));
    } catch (Exception e) {
      throw new RingStoreException("memberlist cannot send: " + e.getMessage(), e);
    }
  }

  /** What comes from other members. */
  private final class Messages implements Receiver {
    @Override
    public void receive(Message message) {
      try {
        RingMembers told =
            RingMembers.parser()
                .parseFrom(message.getArray(), message.getOffset(), message.getLength());
        GossipRing ring = rings.get(told.getRing());
        if (ring != null) {
          ring.merge(told);
        }
      } catch (InvalidProtocolBufferException e) {
        log.warn("memberlist: a message of {} cannot be read", message.getSrc(), e);
      }
    }

    /** Somebody came, or groups have merged: whoever does not know yet is told everything. */
    @Override
    public void viewAccepted(View view) {
      log.debug("memberlist: {}", view);
      // Not from this thread, which delivers the messages that a send may wait for.
      Thread.ofVirtual().name("gossip-tell").start(Gossip.this::tellAll);
    }
  }

  private void tellAll() {
    try {
      rings.values().forEach(ring -> send(ring.all()));
    } catch (RingStoreException e) {
      log.debug("the next heartbeat tells it", e);
    }
  }

  @Override
  public void close() {
    lookUps.interrupt();
    channel.close();
  }
}
