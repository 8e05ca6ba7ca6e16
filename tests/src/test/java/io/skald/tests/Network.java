package io.skald.tests;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The connections of processes to each other, each through a relay, so that those of any two can be
 * cut or slowed. Who has opened a connection is found in {@code /proc}, as all have one address.
 */
final class Network implements AutoCloseable {
  private final Map<Link, State> links = new ConcurrentHashMap<>();
  private final Map<Long, String> names = new ConcurrentHashMap<>();
  private final List<Relay> relays = new ArrayList<>();

  /** All connections that one process has opened to another. */
  record Link(String from, String to) {}

  /** What a link does to the bytes on it. */
  private enum Fault {
    NONE,

    /** They wait until it is over, as TCP would send them again. */
    CUT,

    /** Their connection ends. */
    DOWN
  }

  /** How a link is at present. */
  private static final class State {
    private Fault fault = Fault.NONE; // guarded by this
    private Duration delay = Duration.ZERO; // guarded by this

    synchronized void set(Fault now, Duration nowDelay) {
      fault = now;
      delay = nowDelay;
      notifyAll();
    }

    void await() throws IOException, InterruptedException {
      Duration wait;
      synchronized (this) {
        while (fault == Fault.CUT) {
          wait();
        }
        if (fault == Fault.DOWN) {
          throw new IOException("the other side is down");
        }
        wait = delay;
      }
      Thread.sleep(wait);
    }
  }

  /** Says which process has an id, so that its connections are known. */
  void name(long pid, String name) {
    names.put(pid, name);
  }

  /**
   * Stands before a process.
   *
   * @return the port that others are to use for it
   */
  int before(String to, int port) {
    Relay relay =
        new Relay(
            SkaldProcess.freePort(),
            (client, _) -> {
              State state = state(new Link(ownerOf(client.getPort()), to));
              return new Relay.Passage(port, _ -> state.await());
            });
    relays.add(relay);
    return relay.port();
  }

  private State state(Link link) {
    return links.computeIfAbsent(link, _ -> new State());
  }

  /** Lets nothing through, in either direction. */
  void cut(Link link) {
    state(link).set(Fault.CUT, Duration.ZERO);
  }

  /** Lets everything through, each piece late. */
  void slow(Link link, Duration delay) {
    state(link).set(Fault.NONE, delay);
  }

  /** Ends connections as soon as something is sent on them. */
  void takeDown(Link link) {
    state(link).set(Fault.DOWN, Duration.ZERO);
  }

  void mend(Link link) {
    state(link).set(Fault.NONE, Duration.ZERO);
  }

  private String ownerOf(int port) throws IOException {
    String inode = inodeOf(port);
    for (Map.Entry<Long, String> process : names.entrySet()) {
      if (!inode.isEmpty() && holds(process.getKey(), "socket:[" + inode + "]")) {
        return process.getValue();
      }
    }
    return "unknown";
  }

  /** Returns the inode of the socket on loopback that has a local port; "" if it is closed. */
  private static String inodeOf(int port) throws IOException {
    String end = ":%04X".formatted(port);
    for (String table : List.of("/proc/net/tcp", "/proc/net/tcp6")) {
      for (String line : Files.readAllLines(Path.of(table))) {
        String[] fields = line.strip().split("\\s+"); // sl local remote state ... inode
        if (fields.length > 9 && fields[1].endsWith(end) && !fields[9].equals("0")) {
          return fields[9];
        }
      }
    }
    return "";
  }

  private static boolean holds(long pid, String file) {
    try (DirectoryStream<Path> open = Files.newDirectoryStream(Path.of("/proc/" + pid + "/fd"))) {
      for (Path descriptor : open) {
        try {
          if (Files.readSymbolicLink(descriptor).toString().equals(file)) {
            return true;
          }
        } catch (IOException _) {
          // Closed in the meantime.
        }
      }
    } catch (IOException _) {
      return false; // the process has ended
    }
    return false;
  }

  @Override
  public void close() throws IOException {
    links.values().forEach(state -> state.set(Fault.NONE, Duration.ZERO));
    for (Relay relay : relays) {
      relay.close();
    }
  }
}
