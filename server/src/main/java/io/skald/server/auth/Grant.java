package io.skald.server.auth;

import io.skald.common.http.Permission;
import io.skald.common.model.TenantId;
import java.util.Collection;
import java.util.HashSet;
import java.util.Set;

/**
 * What a caller may.
 *
 * @param name who it is, for messages
 * @param anyTenant whether {@code tenants} does not matter
 */
record Grant(String name, boolean anyTenant, Set<String> tenants, Set<Permission> permissions) {
  private static final String ANY = "*";

  Grant {
    tenants = Set.copyOf(tenants);
    permissions = Set.copyOf(permissions);
  }

  /**
   * Reads a grant.
   *
   * @param tenants ids, or {@code *} alone
   * @throws IllegalArgumentException if there is no tenant or no permission, or a bad one
   */
  static Grant of(String name, Collection<String> tenants, Collection<Permission> permissions) {
    boolean anyTenant = tenants.contains(ANY);
    Set<String> ids = new HashSet<>(tenants);
    if (ids.isEmpty() || anyTenant && ids.size() > 1) {
      throw new IllegalArgumentException("'" + name + "' needs tenants: a list of ids, or [\"*\"]");
    }
    if (!anyTenant) {
      ids.forEach(TenantId::new);
    }
    if (permissions.isEmpty() || permissions.contains(Permission.OPEN)) {
      throw new IllegalArgumentException(
          "'" + name + "' needs permissions: some of read, write, admin");
    }
    return new Grant(name, anyTenant, anyTenant ? Set.of() : ids, Set.copyOf(permissions));
  }

  boolean allows(String tenant) {
    return anyTenant || tenants.contains(tenant);
  }

  /** Returns the one tenant that this is about, or "". */
  String soleTenant() {
    return tenants.size() == 1 ? tenants.iterator().next() : "";
  }
}
