package io.skald.server;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The tenants that have series of their own. Whoever pushes may name any tenant, and every one
 * costs memory here and in whatever reads the metrics: those beyond the limit share one series. A
 * tenant keeps what it has got until the process ends. Thread-safe.
 */
final class TenantLabels {
  static final int MAX = 1000;

  /** Stands for all tenants beyond the limit; a tenant of this name shares it. */
  static final String OTHER = "__other__";

  private final Set<String> known = ConcurrentHashMap.newKeySet();

  /** Returns the value of the label {@code tenant}. */
  String of(String name) {
    if (known.contains(name)) {
      return name;
    }
    synchronized (this) {
      if (known.size() >= MAX) {
        return known.contains(name) ? name : OTHER;
      }
      known.add(name);
      return name;
    }
  }
}
