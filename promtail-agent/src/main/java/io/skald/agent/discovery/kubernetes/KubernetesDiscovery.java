package io.skald.agent.discovery.kubernetes;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodList;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.FilterWatchListDeletable;
import io.fabric8.kubernetes.client.dsl.PodResource;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import io.skald.agent.discovery.Discovery;
import io.skald.common.time.Clock;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The containers of this machine, as one element of {@code kubernetes_sd_configs} asks for them:
 * lists the pods of the node, watches them, lists anew when the server no longer knows where the
 * watch was, and tries again for as long as it takes.
 *
 * <p>A pod that was deleted is told for a minute longer, so that its last lines are read and keep
 * their labels.
 */
public final class KubernetesDiscovery implements Discovery {
  private static final Logger log = LoggerFactory.getLogger(KubernetesDiscovery.class);

  /** Changes that come closer together are told at once: a node may start a hundred pods. */
  private static final long REBUILD_NANOS = Duration.ofMillis(200).toNanos();

  /** How long a deleted pod is told. */
  private static final long LINGER_NANOS = Duration.ofSeconds(60).toNanos();

  /** After this time without any pod the likeliest reason is told. */
  private static final long NOTHING_NANOS = Duration.ofSeconds(60).toNanos();

  /** How long a pod waits for what is attached to it; longer only if that may not be read. */
  private static final long ATTACH_NANOS = Duration.ofSeconds(10).toNanos();

  /** The least time between two lists that broken watches ask for. */
  private static final long LIST_PAUSE_NANOS = Duration.ofSeconds(1).toNanos();

  /** Failures in a row that are told once. */
  private static final long QUIET_NANOS = Duration.ofSeconds(30).toNanos();

  /**
   * How long after the first lists a directory without a pod counts as left over: a pod may be on
   * disk before it is in a list.
   */
  private static final long LEFTOVER_NANOS = Duration.ofSeconds(5).toNanos();

  /** How often it is looked whether left logs are still there. */
  private static final long LEFTOVER_LOOK_NANOS = Duration.ofSeconds(30).toNanos();

  private final KubernetesSdConfig config;
  private final String node;
  private final Map<String, String> environment;
  private final Clock clock;

  /** Guards the watches and the client. */
  private final Object lifecycle = new Object();

  private final List<Watched<?>> watches = new ArrayList<>();
  private @Nullable KubernetesClient client;
  private long listedAt;

  // Guarded by this, all that follow.
  private final Map<String, Known> pods = new LinkedHashMap<>();
  private final Map<String, Map<String, String>> namespaces = new HashMap<>();
  private final Map<String, Map<String, String>> nodes = new HashMap<>();
  private List<Map<String, String>> built = List.of();
  private boolean changed;
  private long builtAt;
  private long startedAt;
  private boolean foundSome;
  private long nextFailureLog;

  /** Lists of pods that are not there for the first time yet. */
  private int listsAwaited;

  /** When directories that no pod explains are looked for, null if they are not. */
  private @Nullable Long leftoversDue;

  private List<LeftoverPods.Leftover> leftovers = List.of();
  private boolean leftoversFound;

  /** The namespaces that are looked at, empty for all. */
  private Set<String> asked = Set.of();

  /**
   * A pod and its label sets.
   *
   * @param logsId by which its directory of logs is named
   * @param since when it was first seen
   * @param gone when it was deleted, null while it is there
   */
  private record Known(
      String namespace,
      String node,
      String logsId,
      List<Map<String, String>> sets,
      long since,
      @Nullable Long gone) {}

  /** Something that happens to a kind of objects. */
  private interface Change<T> {
    void apply(T object, boolean deleted);
  }

  /** A list of objects that is kept up to date. */
  private final class Watched<T extends HasMetadata> implements ResourceEventHandler<T> {
    private final Supplier<SharedIndexInformer<T>> maker;
    private final Change<T> change;
    private volatile @Nullable SharedIndexInformer<T> informer; // also read when a list is there

    Watched(Supplier<SharedIndexInformer<T>> maker, Change<T> change) {
      this.maker = maker;
      this.change = change;
    }

    /** Completes when the first list is there. */
    CompletionStage<Void> start() {
      SharedIndexInformer<T> fresh = maker.get();
      fresh.exceptionHandler((_, failure) -> {
        sayFailed(fresh.getApiTypeClass().getSimpleName(), failure);
        return true;
      });
      fresh.addEventHandler(this);
      informer = fresh;
      return fresh.start();
    }

    /** Lists anew; objects that went away unseen are told as deleted. */
    void restart() {
      SharedIndexInformer<T> old = informer;
      if (old == null) {
        return;
      }
      List<T> before = old.getStore().list();
      old.stop();
      var _ = start().thenRun(() -> tellGone(before));
    }

    private void tellGone(List<T> before) {
      SharedIndexInformer<T> present = informer;
      if (present == null) {
        return;
      }
      Set<String> uids =
          present.getStore().list().stream()
              .map(object -> object.getMetadata().getUid())
              .collect(Collectors.toSet());
      for (T object : before) {
        if (!uids.contains(object.getMetadata().getUid())) {
          change.apply(object, true);
        }
      }
    }

    void stop() {
      SharedIndexInformer<T> present = informer;
      if (present != null) {
        present.stop();
      }
    }

    @Override
    public void onAdd(T object) {
      change.apply(object, false);
    }

    @Override
    public void onUpdate(T before, T object) {
      change.apply(object, false);
    }

    @Override
    public void onDelete(T object, boolean lastStateUnknown) {
      change.apply(object, true);
    }
  }

  /**
   * @param node whose pods are looked for
   * @param environment the variables of the process
   */
  public KubernetesDiscovery(
      KubernetesSdConfig config, String node, Map<String, String> environment, Clock clock) {
    this.config = config;
    this.node = node;
    this.environment = Map.copyOf(environment);
    this.clock = clock;
    this.builtAt = clock.monotonicNanos() - REBUILD_NANOS;
    this.startedAt = clock.monotonicNanos();
    this.nextFailureLog = startedAt;
    this.listedAt = startedAt - LIST_PAUSE_NANOS;
  }

  /**
   * {@inheritDoc}
   *
   * @throws IllegalArgumentException if the configuration leads to no cluster
   */
  @Override
  public void start() {
    Set<String> where = new LinkedHashSet<>(config.namespaces().names());
    if (config.namespaces().ownNamespace()) {
      where.add(ClusterAccess.ownNamespace());
    }
    KubernetesClient opened =
        new ClusterAccess(config, environment)
            .client(() -> Thread.ofVirtual().name("kubernetes-list").start(this::listAnew));
    synchronized (this) {
      startedAt = clock.monotonicNanos();
    }
    log.info("kubernetes: looking for the pods of node {} at {}", node, opened.getMasterUrl());
    synchronized (lifecycle) {
      client = opened;
      if (config.attachMetadata().namespace()) {
        watches.add(
            new Watched<>(() -> opened.namespaces().runnableInformer(0), this::changeNamespace));
      }
      if (config.attachMetadata().node()) {
        watches.add(
            new Watched<>(
                () -> opened.nodes().withField("metadata.name", node).runnableInformer(0),
                this::changeNode));
      }
      int attached = watches.size();
      if (where.isEmpty()) {
        watches.add(
            new Watched<>(
                () -> select(opened.pods().inAnyNamespace()).runnableInformer(0), this::changePod));
      }
      for (String namespace : where) {
        watches.add(
            new Watched<>(
                () -> select(opened.pods().inNamespace(namespace)).runnableInformer(0),
                this::changePod));
      }
      List<Watched<?>> ofPods = List.copyOf(watches.subList(attached, watches.size()));
      synchronized (this) {
        listsAwaited = ofPods.size();
        asked = Set.copyOf(where);
      }
      for (Watched<?> watched : watches) {
        CompletionStage<Void> listed = watched.start();
        if (ofPods.contains(watched)) {
          var _ = listed.thenRun(this::firstListIsThere);
        }
      }
    }
  }

  /** The server does not know the version of a watch any more. */
  private void listAnew() {
    synchronized (lifecycle) {
      long now = clock.monotonicNanos();
      if (client != null && now - listedAt >= LIST_PAUSE_NANOS) {
        listedAt = now;
        log.info("kubernetes: a watch fell too far behind; all is listed anew");
        watches.forEach(Watched::restart);
      }
    }
  }

  @Override
  public synchronized List<Map<String, String>> labelSets() {
    long now = clock.monotonicNanos();
    if (pods.values().removeIf(pod -> pod.gone != null && now - pod.gone >= LINGER_NANOS)) {
      changed = true;
    }
    lookForLeftovers(now);
    if (changed && now - builtAt >= REBUILD_NANOS) {
      changed = false;
      built = build(now);
      builtAt = now;
    }
    sayIfNothing(now);
    return built;
  }

  @Override
  public void close() {
    synchronized (lifecycle) {
      watches.forEach(Watched::stop);
      watches.clear();
      if (client != null) {
        client.close();
        client = null;
      }
    }
  }

  private FilterWatchListDeletable<Pod, PodList, PodResource> select(
      FilterWatchListDeletable<Pod, PodList, PodResource> all) {
    FilterWatchListDeletable<Pod, PodList, PodResource> selected =
        all.withField("spec.nodeName", node);
    for (KubernetesSdConfig.Selector selector : config.selectors()) {
      if (!selector.label().isBlank()) {
        selected = selected.withLabelSelector(selector.label());
      }
      for (String term : KubernetesSdConfig.Selector.terms(selector.field())) {
        String value = term.substring(term.lastIndexOf('=') + 1);
        String name = term.substring(0, term.indexOf('='));
        selected =
            name.endsWith("!")
                ? selected.withoutField(name.substring(0, name.length() - 1), value)
                : selected.withField(name, value);
      }
    }
    return selected;
  }

  private synchronized void changePod(Pod pod, boolean deleted) {
    ObjectMeta meta = pod.getMetadata();
    String uid = String.valueOf(meta.getUid());
    Known before = pods.get(uid);
    if (deleted) {
      if (before != null && before.gone == null) {
        pods.put(
            uid,
            new Known(
                before.namespace,
                before.node,
                before.logsId,
                before.sets,
                before.since,
                clock.monotonicNanos()));
      }
      return;
    }
    foundSome = true;
    String on = pod.getSpec() == null ? "" : String.valueOf(pod.getSpec().getNodeName());
    Known now =
        new Known(
            String.valueOf(meta.getNamespace()),
            on,
            PodLabels.logsId(meta),
            PodLabels.of(pod),
            before == null ? clock.monotonicNanos() : before.since,
            null);
    pods.put(uid, now);
    leaveOut(now.logsId);
    changed |= before == null || !before.sets.equals(now.sets);
  }

  // ---- logs of pods that went away before the start

  /** With selectors it cannot be told whether a pod that is gone would have been selected. */
  private boolean readsLeftovers() {
    return !config.podLogsDirectory().isEmpty() && config.selectors().isEmpty();
  }

  private synchronized void firstListIsThere() {
    listsAwaited--;
    if (listsAwaited == 0 && readsLeftovers()) {
      leftoversDue = clock.monotonicNanos() + LEFTOVER_NANOS;
    }
  }

  private void lookForLeftovers(long now) {
    Long due = leftoversDue;
    if (due == null || now - due < 0) {
      return;
    }
    leftoversDue = now + LEFTOVER_LOOK_NANOS;
    if (!leftoversFound) {
      leftoversFound = true;
      leftovers =
          new LeftoverPods(Path.of(config.podLogsDirectory()), asked, node)
              .find(pods.values().stream().map(Known::logsId).collect(Collectors.toSet()));
      changed |= !leftovers.isEmpty();
    } else {
      keepLeftovers(LeftoverPods.Leftover::isThere);
    }
    if (leftovers.isEmpty()) {
      leftoversDue = null;
    }
  }

  /** The API knows the pod now, and more of it than its path tells. */
  private void leaveOut(String logsId) {
    keepLeftovers(leftover -> !leftover.uid().equals(logsId));
  }

  private void keepLeftovers(Predicate<LeftoverPods.Leftover> wanted) {
    List<LeftoverPods.Leftover> kept = leftovers.stream().filter(wanted).toList();
    if (kept.size() < leftovers.size()) {
      leftovers = kept;
      changed = true;
    }
  }

  // ---- what is attached

  private synchronized void changeNamespace(Namespace namespace, boolean deleted) {
    String name = namespace.getMetadata().getName();
    if (!deleted) {
      Map<String, String> labels = PodLabels.ofNamespace(namespace.getMetadata());
      changed |= !labels.equals(namespaces.put(name, labels));
    } else if (pods.values().stream().noneMatch(pod -> pod.namespace.equals(name))) {
      namespaces.remove(name); // else its pods keep what they were called
    }
  }

  private synchronized void changeNode(Node object, boolean deleted) {
    if (!deleted) {
      Map<String, String> labels = PodLabels.ofNode(object.getMetadata());
      changed |= !labels.equals(nodes.put(object.getMetadata().getName(), labels));
    }
  }

  private List<Map<String, String>> build(long now) {
    List<Map<String, String>> all = new ArrayList<>();
    for (Known pod : pods.values()) {
      if (lacksAttached(pod) && now - pod.since < ATTACH_NANOS) {
        changed = true; // looked at again
        continue;
      }
      Map<String, String> attached =
          new HashMap<>(namespaces.getOrDefault(pod.namespace, Map.of()));
      attached.putAll(nodes.getOrDefault(pod.node, Map.of()));
      for (Map<String, String> labels : pod.sets) {
        if (attached.isEmpty()) {
          all.add(labels);
        } else {
          Map<String, String> both = new HashMap<>(labels);
          both.putAll(attached);
          all.add(Map.copyOf(both));
        }
      }
    }
    leftovers.forEach(leftover -> all.addAll(leftover.sets()));
    return List.copyOf(all);
  }

  /** Labels that came later would make the first lines another stream. */
  private boolean lacksAttached(Known pod) {
    return (config.attachMetadata().namespace() && !namespaces.containsKey(pod.namespace))
        || (config.attachMetadata().node() && !nodes.containsKey(pod.node));
  }

  private void sayIfNothing(long now) {
    if (!foundSome && now - startedAt >= NOTHING_NANOS) {
      foundSome = true; // once
      log.error(
          "kubernetes: no pod of node '{}' was found in {} s. If that is no node's name, set the"
              + " variable NODE_NAME (or HOSTNAME) of the agent's pod from spec.nodeName; if it is,"
              + " look at namespaces, selectors and the permissions to get, list and watch pods",
          node,
          NOTHING_NANOS / 1_000_000_000);
    }
  }

  private synchronized void sayFailed(String kind, Throwable failure) {
    long now = clock.monotonicNanos();
    if (now - nextFailureLog >= 0) {
      nextFailureLog = now + QUIET_NANOS;
      log.warn(
          "kubernetes: watching objects of the kind {} failed, tried again: {}",
          kind,
          failure.getMessage() == null ? failure.toString() : failure.getMessage());
    }
  }
}
