package io.skald.common.http;

import io.skald.common.model.TenantId;
import java.util.List;
import java.util.TreeSet;

/** Reads the tenant of a request from {@code X-Scope-OrgID}. */
public final class TenantHeader {
  /** The name of the header. */
  public static final String NAME = "X-Scope-OrgID";

  private final boolean authEnabled;

  /**
   * @param authEnabled false: the header is ignored and everything belongs to {@link
   *     TenantId#SINGLE}
   */
  public TenantHeader(boolean authEnabled) {
    this.authEnabled = authEnabled;
  }

  /**
   * Returns the one tenant of a push.
   *
   * @throws HttpException 401 without a tenant, 400 for a bad id or several
   */
  public TenantId ofPush(HttpRequest request) {
    if (!authEnabled) {
      return TenantId.SINGLE;
    }
    String value = value(request);
    if (value.indexOf('|') >= 0) {
      throw new HttpException(400, "multiple org IDs present\n");
    }
    return parse(value, "", "\n");
  }

  /**
   * The tenants of a query.
   *
   * @param ids each once, sorted, at least one
   * @param several whether the header is in the form {@code a|b}, with however many that are equal
   *     or empty
   */
  public record Tenants(List<TenantId> ids, boolean several) {
    public Tenants {
      ids = List.copyOf(ids);
    }
  }

  /**
   * Returns the tenants of a query.
   *
   * @throws HttpException 401 without a tenant, 400 for a bad id
   */
  public Tenants ofQuery(HttpRequest request) {
    if (!authEnabled) {
      return new Tenants(List.of(TenantId.SINGLE), false);
    }
    String value = value(request);
    boolean several = value.indexOf('|') >= 0;
    TreeSet<TenantId> tenants = new TreeSet<>();
    for (String id : value.split("\\|", -1)) {
      if (!several || !id.isEmpty()) {
        tenants.add(parse(id, "rpc error: code = Code(400) desc = ", ""));
      }
    }
    if (tenants.isEmpty()) {
      throw new HttpException(401, "no org id\n");
    }
    return new Tenants(List.copyOf(tenants), several);
  }

  private static String value(HttpRequest request) {
    String value = request.header(NAME);
    if (value == null || value.isEmpty()) {
      throw new HttpException(401, "no org id\n");
    }
    return value;
  }

  private static TenantId parse(String id, String prefix, String suffix) {
    try {
      return new TenantId(id);
    } catch (IllegalArgumentException e) {
      throw new HttpException(400, prefix + e.getMessage() + suffix);
    }
  }
}
