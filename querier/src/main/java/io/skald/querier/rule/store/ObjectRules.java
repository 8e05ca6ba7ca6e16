package io.skald.querier.rule.store;

import io.skald.common.block.StorageException;
import io.skald.common.model.TenantId;
import io.skald.querier.rule.RuleGroup;
import io.skald.querier.rule.RuleNamespace;
import io.skald.querier.rule.RuleSource;
import io.skald.storage.object.ObjectStore;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Rules in the object store, one object for each namespace: it is replaced as a whole, so that a
 * crash leaves the old or the new rules. All are held in memory, as they are evaluated all the
 * time. One process writes them. Thread-safe.
 */
public final class ObjectRules implements RuleSource {
  /** More than anybody writes by hand; keeps a client that loops from filling the memory. */
  static final int MAX_GROUPS_PER_TENANT = 10_000;

  /** Groups of all tenants, for the same reason. */
  static final int MAX_GROUPS = 100_000;

  private static final Logger LOG = LoggerFactory.getLogger(ObjectRules.class);

  private final ObjectStore store;

  /** Replaced as a whole under the lock; volatile for those who only look. */
  private volatile Map<TenantId, List<RuleNamespace>> all;

  /**
   * Reads what is there. A damaged object is told in the log and its rules are not evaluated; it
   * stays until its namespace is written.
   *
   * @throws StorageException if the store cannot be read
   */
  public ObjectRules(ObjectStore store) {
    this.store = store;
    Map<TenantId, List<RuleNamespace>> found = new TreeMap<>();
    for (String key : store.list(RuleFormat.PREFIX)) {
      byte[] bytes = store.read(key);
      try {
        RuleFormat.Decoded decoded = RuleFormat.decode(key, bytes);
        List<RuleNamespace> namespaces =
            new ArrayList<>(found.getOrDefault(decoded.tenant(), List.of()));
        namespaces.add(decoded.namespace());
        found.put(decoded.tenant(), sorted(namespaces));
      } catch (StorageException e) {
        LOG.error("rules left out: {}", e.getMessage());
      }
    }
    this.all = Map.copyOf(found);
  }

  private static List<RuleNamespace> sorted(List<RuleNamespace> namespaces) {
    return namespaces.stream().sorted(Comparator.comparing(RuleNamespace::name)).toList();
  }

  @Override
  public Map<TenantId, List<RuleNamespace>> all() {
    return all;
  }

  /**
   * Adds a group, or replaces the one of its name; that is durable on return.
   *
   * @param maxGroups how many the tenant may have; 0 sets no limit of its own
   * @throws RuleLimitException if there are as many already; nothing has changed
   * @throws StorageException if that fails; the rules are as before
   */
  public synchronized void put(TenantId tenant, String namespace, RuleGroup group, int maxGroups) {
    List<RuleNamespace> before = of(tenant);
    RuleNamespace old = find(before, namespace);
    if (old.group(group.name()).isEmpty()) {
      checkCount(tenant, count(before), maxGroups);
    }
    write(tenant, old.with(group));
  }

  private void checkCount(TenantId tenant, int groups, int maxGroups) {
    if (maxGroups > 0 && groups >= maxGroups) {
      throw new RuleLimitException(
          "per-user rule groups limit (limit: %d actual: %d) exceeded"
              .formatted(maxGroups, groups + 1));
    }
    if (groups >= MAX_GROUPS_PER_TENANT) {
      throw new RuleLimitException(
          "tenant " + tenant + " has " + groups + " rule groups, as many as a tenant can have");
    }
    int total = all.values().stream().mapToInt(ObjectRules::count).sum();
    if (total >= MAX_GROUPS) {
      throw new RuleLimitException(
          "there are " + total + " rule groups of all tenants, as many as a process can have");
    }
  }

  private static int count(List<RuleNamespace> namespaces) {
    return namespaces.stream().mapToInt(namespace -> namespace.groups().size()).sum();
  }

  private static RuleNamespace find(List<RuleNamespace> namespaces, String name) {
    return namespaces.stream()
        .filter(namespace -> namespace.name().equals(name))
        .findAny()
        .orElse(new RuleNamespace(name, List.of()));
  }

  /**
   * Removes a group, if it is there; that is durable on return.
   *
   * @throws StorageException if that fails; the rules are as before
   */
  public synchronized void remove(TenantId tenant, String namespace, String group) {
    RuleNamespace old = find(of(tenant), namespace);
    if (old.group(group).isPresent()) {
      RuleNamespace left = old.without(group);
      if (left.groups().isEmpty()) {
        remove(tenant, namespace);
      } else {
        write(tenant, left);
      }
    }
  }

  /**
   * Removes a namespace; that is durable on return.
   *
   * @return false if there is none of that name
   * @throws StorageException if that fails; the rules are as before
   */
  public synchronized boolean remove(TenantId tenant, String namespace) {
    boolean known = of(tenant).stream().anyMatch(each -> each.name().equals(namespace));
    if (known) {
      store.delete(RuleFormat.key(tenant, namespace));
      replace(tenant, new RuleNamespace(namespace, List.of()));
    }
    return known;
  }

  private void write(TenantId tenant, RuleNamespace namespace) {
    byte[] bytes = RuleFormat.encode(tenant, namespace);
    if (bytes.length > RuleFormat.MAX_BYTES) {
      throw new RuleLimitException(
          "the namespace would have %d bytes, at most %d; use several"
              .formatted(bytes.length, RuleFormat.MAX_BYTES));
    }
    store.put(RuleFormat.key(tenant, namespace.name()), List.of(ByteBuffer.wrap(bytes)));
    replace(tenant, namespace);
  }

  private void replace(TenantId tenant, RuleNamespace namespace) {
    List<RuleNamespace> namespaces = new ArrayList<>(of(tenant));
    namespaces.removeIf(each -> each.name().equals(namespace.name()));
    if (!namespace.groups().isEmpty()) {
      namespaces.add(namespace);
    }
    Map<TenantId, List<RuleNamespace>> changed = new TreeMap<>(all);
    if (namespaces.isEmpty()) {
      changed.remove(tenant);
    } else {
      changed.put(tenant, sorted(namespaces));
    }
    all = Map.copyOf(changed);
  }
}
