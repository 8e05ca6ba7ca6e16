package io.skald.querier.rule.api;

import io.skald.common.block.StorageException;
import io.skald.common.http.HttpException;
import io.skald.common.http.HttpHandler;
import io.skald.common.http.HttpRequest;
import io.skald.common.http.HttpResponse;
import io.skald.common.http.Permission;
import io.skald.common.http.Router;
import io.skald.common.http.TenantHeader;
import io.skald.common.limits.RuleLimits;
import io.skald.common.limits.TenantLimits;
import io.skald.common.model.TenantId;
import io.skald.querier.rule.InvalidRulesException;
import io.skald.querier.rule.RuleGroup;
import io.skald.querier.rule.RuleNamespace;
import io.skald.querier.rule.RuleReader;
import io.skald.querier.rule.RuleSource;
import io.skald.querier.rule.RuleYaml;
import io.skald.querier.rule.store.ObjectRules;
import io.skald.querier.rule.store.RuleLimitException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Puts the rule groups of tenants on a router, as YAML, below two paths that mean the same; one is
 * the older, and the one that Grafana asks.
 */
public final class RuleRoutes {
  private static final List<String> ROOTS = List.of("/loki/api/v1/rules", "/api/prom/rules");
  private static final String YAML = "application/yaml";
  private static final String DONE =
      "{\"status\":\"success\",\"data\":null,\"errorType\":\"\",\"error\":\"\"}";

  /** Tells Grafana that rules can be looked at but not changed. */
  private static final String READ_ONLY_GROUP = "GetRuleGroup unsupported in rule local store\n";

  private static final String READ_ONLY =
      "rules are files of ruler.storage.local.directory and are changed there, not here\n";

  private final RuleSource rules;
  private final @Nullable ObjectRules writable;
  private final TenantHeader tenants;
  private final TenantLimits limits;

  /**
   * @param writable the same rules, if they can be changed; null if not
   */
  public RuleRoutes(
      RuleSource rules, @Nullable ObjectRules writable, TenantHeader tenants, TenantLimits limits) {
    this.rules = rules;
    this.writable = writable;
    this.tenants = tenants;
    this.limits = limits;
  }

  public void register(Router router) {
    for (String root : ROOTS) {
      String namespace = root + "/{namespace}";
      String group = namespace + "/{group}";
      router
          .named(
              "GET",
              root,
              Permission.READ,
              answering((tenant, request, _) -> list(tenant, request)))
          .named("GET", namespace, Permission.READ, answering(this::listNamespace))
          .named("GET", group, Permission.READ, answering(this::get))
          .named("POST", namespace, Permission.WRITE, answering(this::put))
          .named("DELETE", namespace, Permission.WRITE, answering(this::deleteNamespace))
          .named("DELETE", group, Permission.WRITE, answering(this::delete));
    }
  }

  @FunctionalInterface
  private interface Endpoint {
    /**
     * @param names of the namespace and the group, as far as the path has them
     */
    HttpResponse answer(TenantId tenant, HttpRequest request, List<String> names);
  }

  private HttpHandler answering(Endpoint endpoint) {
    return request -> {
      TenantId tenant = tenants.ofPush(request);
      try {
        return endpoint.answer(tenant, request, names(request));
      } catch (InvalidRulesException | RuleLimitException e) {
        throw new HttpException(400, e.getMessage() + "\n");
      } catch (StorageException e) {
        return HttpResponse.error(500, e.getMessage() + "\n");
      }
    };
  }

  private static List<String> names(HttpRequest request) {
    List<String> segments = request.pathSegments();
    return segments.subList(segments.indexOf("rules") + 1, segments.size());
  }

  private HttpResponse list(TenantId tenant, HttpRequest request) {
    return list(rules.of(tenant), request);
  }

  private HttpResponse listNamespace(TenantId tenant, HttpRequest request, List<String> names) {
    return list(
        rules.of(tenant).stream().filter(each -> each.name().equals(names.getFirst())).toList(),
        request);
  }

  private static HttpResponse list(List<RuleNamespace> namespaces, HttpRequest request) {
    List<RuleNamespace> found = LabelFilter.of(request.parameters("labels")).apply(namespaces);
    if (found.isEmpty()) {
      throw new HttpException(404, "no rule groups found\n");
    }
    return yaml(RuleYaml.namespaces(found));
  }

  private HttpResponse get(TenantId tenant, HttpRequest request, List<String> names) {
    RuleGroup group =
        rules.of(tenant).stream()
            .filter(each -> each.name().equals(names.getFirst()))
            .flatMap(each -> each.group(names.get(1)).stream())
            .findAny()
            .orElseThrow(() ->
                writable == null
                    ? new HttpException(400, READ_ONLY_GROUP)
                    : new HttpException(404, "group does not exist\n"));
    return yaml(RuleYaml.group(group));
  }

  private HttpResponse put(TenantId tenant, HttpRequest request, List<String> names) {
    ObjectRules store = writable();
    RuleGroup group = RuleReader.group(new String(request.body(), StandardCharsets.UTF_8));
    RuleLimits allowed = limits.of(tenant).rules();
    int max = allowed.rulerMaxRulesPerRuleGroup();
    if (max > 0 && group.rules().size() > max) {
      throw new RuleLimitException(
          "per-user rules per rule group limit (limit: %d actual: %d) exceeded"
              .formatted(max, group.rules().size()));
    }
    store.put(tenant, names.getFirst(), group, allowed.rulerMaxRuleGroupsPerTenant());
    return done();
  }

  private HttpResponse deleteNamespace(TenantId tenant, HttpRequest request, List<String> names) {
    if (!writable().remove(tenant, names.getFirst())) {
      throw new HttpException(404, "group namespace does not exist\n");
    }
    return done();
  }

  private HttpResponse delete(TenantId tenant, HttpRequest request, List<String> names) {
    writable().remove(tenant, names.getFirst(), names.get(1));
    return done();
  }

  private ObjectRules writable() {
    if (writable == null) {
      throw new HttpException(400, READ_ONLY);
    }
    return writable;
  }

  private static HttpResponse yaml(String text) {
    return HttpResponse.of(200, YAML, text.getBytes(StandardCharsets.UTF_8));
  }

  private static HttpResponse done() {
    return HttpResponse.of(202, "application/json", DONE.getBytes(StandardCharsets.UTF_8));
  }
}
