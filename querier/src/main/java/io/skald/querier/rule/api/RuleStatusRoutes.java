package io.skald.querier.rule.api;

import io.skald.common.http.HttpRequest;
import io.skald.common.http.HttpResponse;
import io.skald.common.http.Permission;
import io.skald.common.http.Router;
import io.skald.common.http.TenantHeader;
import io.skald.common.model.Quoting;
import io.skald.common.model.TenantId;
import io.skald.querier.rule.Rule;
import io.skald.querier.rule.evaluate.Alert;
import io.skald.querier.rule.evaluate.GroupStatus;
import io.skald.querier.rule.evaluate.RuleStatus;
import io.skald.querier.rule.evaluate.Ruler;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.Predicate;

/** Puts rules and alerts as they stand on a router, in the JSON of Prometheus. */
public final class RuleStatusRoutes {
  private final Ruler ruler;
  private final TenantHeader tenants;
  private final StatusJson json = new StatusJson();

  public RuleStatusRoutes(Ruler ruler, TenantHeader tenants) {
    this.ruler = ruler;
    this.tenants = tenants;
  }

  public void register(Router router) {
    router
        .get("/prometheus/api/v1/rules", Permission.READ, request -> answer(request, this::rules))
        .get(
            "/prometheus/api/v1/alerts", Permission.READ, request -> answer(request, this::alerts));
  }

  private HttpResponse answer(HttpRequest request, Endpoint endpoint) {
    try {
      TenantHeader.Tenants asking = tenants.ofQuery(request);
      if (asking.ids().size() > 1) {
        throw new BadParameterException("too many org ids found");
      }
      return HttpResponse.of(
          200, StatusJson.TYPE, endpoint.answer(asking.ids().getFirst(), request));
    } catch (BadParameterException e) {
      return HttpResponse.of(400, StatusJson.TYPE, json.error(String.valueOf(e.getMessage())));
    }
  }

  @FunctionalInterface
  private interface Endpoint {
    byte[] answer(TenantId tenant, HttpRequest request);
  }

  /** Answered in JSON, other than most errors. */
  private static final class BadParameterException extends RuntimeException {
    private static final long serialVersionUID = 1;

    BadParameterException(String message) {
      super(message, null, false, false);
    }
  }

  private byte[] alerts(TenantId tenant, HttpRequest request) {
    List<Alert> alerts = new ArrayList<>();
    for (GroupStatus group : ruler.of(tenant)) {
      group.rules().forEach(rule -> alerts.addAll(rule.alerts()));
    }
    return json.alerts(alerts);
  }

  private byte[] rules(TenantId tenant, HttpRequest request) {
    Predicate<RuleStatus> ofType = type(request);
    Predicate<RuleStatus> named = oneOf(request, "rule_name", rule -> rule.rule().name());
    Predicate<GroupStatus> inGroup = oneOf(request, "rule_group", group -> group.group().name());
    Predicate<GroupStatus> inFile = oneOf(request, "file", GroupStatus::namespace);
    boolean filtered = isSet(request, "type") || isSet(request, "rule_name");
    List<GroupStatus> groups =
        ruler.of(tenant).stream()
            .filter(inGroup.and(inFile))
            .map(group -> filtered(group, ofType.and(named)))
            .filter(group -> !filtered || !group.rules().isEmpty())
            .toList();
    return json.groups(groups);
  }

  private static GroupStatus filtered(GroupStatus group, Predicate<RuleStatus> wanted) {
    return new GroupStatus(
        group.namespace(),
        group.group(),
        group.interval(),
        group.last(),
        group.rules().stream().filter(wanted).toList());
  }

  private static boolean isSet(HttpRequest request, String name) {
    return !values(request, name).isEmpty();
  }

  /** Lists are known with brackets and without. */
  private static List<String> values(HttpRequest request, String name) {
    List<String> values = new ArrayList<>(request.parameters(name));
    values.addAll(request.parameters(name + "[]"));
    values.removeIf(String::isEmpty);
    return values;
  }

  private static Predicate<RuleStatus> type(HttpRequest request) {
    List<String> values = values(request, "type");
    return switch (values.isEmpty() ? "" : values.getFirst()) {
      case "" -> _ -> true;
      case "alert" -> rule -> rule.rule() instanceof Rule.Alerting;
      case "record" -> rule -> rule.rule() instanceof Rule.Recording;
      default ->
          throw new BadParameterException(
              "not supported value " + Quoting.quote(values.getFirst()));
    };
  }

  private static <T> Predicate<T> oneOf(
      HttpRequest request, String name, Function<T, String> property) {
    List<String> values = values(request, name);
    return one -> values.isEmpty() || values.contains(property.apply(one));
  }
}
