package io.skald.common.ring;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A snapshot of the hash ring (Karger et al., "Consistent Hashing and Random Trees", 1997). A key
 * is owned by the instances met when walking clockwise from it; instances that take no writes are
 * passed over, and the walk extends to the next.
 */
public final class Ring {
  /** How many keys there are. */
  private static final long KEYS = 1L << 32;

  /** Tokens in unsigned order, parallel to {@code owners}. */
  private final long[] tokens;

  private final List<Instance> instances;

  private final Instance[] owners;
  private final Set<String> zones = new HashSet<>();
  private final long departures;

  /**
   * @throws IllegalArgumentException if two instances own one token
   */
  public Ring(List<Instance> instances) {
    this(instances, 0);
  }

  private Ring(List<Instance> instances, long departures) {
    this.departures = departures;
    this.instances = List.copyOf(instances);
    Map<Long, Instance> byToken = new HashMap<>();
    for (Instance instance : instances) {
      for (int token : instance.tokens()) {
        Instance other = byToken.put(Integer.toUnsignedLong(token), instance);
        if (other != null) {
          throw new IllegalArgumentException(
              "token "
                  + Integer.toUnsignedString(token)
                  + " is owned by "
                  + other.id()
                  + " and "
                  + instance.id());
        }
      }
      if (!instance.zone().isEmpty()) {
        zones.add(instance.zone());
      }
    }
    tokens = byToken.keySet().stream().mapToLong(Long::longValue).sorted().toArray();
    owners = Arrays.stream(tokens).mapToObj(byToken::get).toArray(Instance[]::new);
  }

  /**
   * Returns the ring that follows this one, of instances that know little of each other: where
   * several claim one token, it is that of the one which takes writes, and among these of the first
   * by id. It goes on with the count of those that left.
   */
  public Ring next(List<Instance> others) {
    Set<String> left = new HashSet<>();
    instances.forEach(instance -> left.add(instance.id()));
    others.forEach(instance -> left.remove(instance.id()));
    return new Ring(resolve(others), departures + left.size());
  }

  private static List<Instance> resolve(List<Instance> instances) {
    List<Instance> byRight = new ArrayList<>(instances);
    byRight.sort(
        Comparator.comparing(Instance::takesWrites).reversed().thenComparing(Instance::id));
    Set<Integer> taken = new HashSet<>();
    List<Instance> resolved = new ArrayList<>();
    for (Instance instance : byRight) {
      resolved.add(instance.withTokens(instance.tokens().stream().filter(taken::add).toList()));
    }
    resolved.sort(Comparator.comparing(Instance::id));
    return resolved;
  }

  /**
   * Returns the instances that own {@code key}: up to {@code replicationFactor} distinct ones that
   * take writes, in distinct zones as long as there are zones that hold none yet.
   *
   * @return fewer than asked for when the ring has not enough
   */
  public List<Instance> replicas(int key, int replicationFactor) {
    List<Instance> replicas = new ArrayList<>(replicationFactor);
    Set<String> usedZones = new HashSet<>();
    List<Instance> sameZone = new ArrayList<>();
    Set<String> seen = new HashSet<>();
    int start = firstAtOrAfter(Integer.toUnsignedLong(key));
    for (int i = 0; i < tokens.length && replicas.size() < replicationFactor; i++) {
      Instance instance = owners[(start + i) % tokens.length];
      if (!instance.takesWrites() || !seen.add(instance.id())) {
        continue;
      }
      if (instance.zone().isEmpty() || usedZones.add(instance.zone())) {
        replicas.add(instance);
      } else {
        sameZone.add(instance);
      }
    }
    // Fewer zones than replicas: the rest comes from zones that are used already.
    for (int i = 0; i < sameZone.size() && replicas.size() < replicationFactor; i++) {
      if (usedZones.size() < Math.min(replicationFactor, zones.size())) {
        break;
      }
      replicas.add(sameZone.get(i));
    }
    return replicas;
  }

  /** Returns all members, in the order as given. */
  public List<Instance> instances() {
    return instances;
  }

  /**
   * Returns how many members have been seen to leave, by who keeps this ring and since that began:
   * two rings that hold the same members tell by it whether one left and came back, or came and
   * left, in between.
   */
  public long departures() {
    return departures;
  }

  /** Returns the members that may hold entries which are nowhere else. */
  public List<Instance> holders() {
    return instances.stream().filter(Instance::mayHoldEntries).toList();
  }

  /** Returns those of {@link #holders} whose ids are not among the given ones. */
  public List<Instance> holdersBeside(Set<String> ids) {
    return instances.stream()
        .filter(instance -> instance.mayHoldEntries() && !ids.contains(instance.id()))
        .toList();
  }

  /**
   * Returns which part of all keys meets a token of {@code id} first, whether or not that instance
   * takes writes: 0 to 1.
   */
  public double ownedShare(String id) {
    long owned = 0;
    for (int i = 0; i < tokens.length; i++) {
      if (owners[i].id().equals(id)) {
        long before = i == 0 ? tokens[tokens.length - 1] - KEYS : tokens[i - 1];
        owned += tokens[i] - before;
      }
    }
    return (double) owned / KEYS;
  }

  private int firstAtOrAfter(long key) {
    int at = Arrays.binarySearch(tokens, key);
    int insertion = at >= 0 ? at : -at - 1;
    return insertion == tokens.length ? 0 : insertion;
  }

  /** Returns how many of {@code replicationFactor} copies make a write or a read certain. */
  public static int quorum(int replicationFactor) {
    return replicationFactor / 2 + 1;
  }
}
