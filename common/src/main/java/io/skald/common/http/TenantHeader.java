package io.skald.common.http;

import io.skald.common.model.TenantId;
import java.util.List;
import java.util.TreeSet;

/** Reads the tenant of a request from {@code X-Scope-OrgID}. */
public final class TenantHeader {
  private static final String HEADER = "X-Scope-OrgID";

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
   * Returns the tenants of a query, {@code a|b}: each once, sorted, at least one.
   *
   * @throws HttpException 401 without a tenant, 400 for a bad id
   */
  public List<TenantId> ofQuery(HttpRequest request) {
    if (!authEnabled) {
      return List.of(TenantId.SINGLE);
    }
    TreeSet<TenantId> tenants = new TreeSet<>();
    for (String id : value(request).split("\\|", -1)) {
      tenants.add(parse(id, "rpc error: code = Code(400) desc = ", ""));
    }
    return List.copyOf(tenants);
  }

  private static String value(HttpRequest request) {
    String value = request.header(HEADER);
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
