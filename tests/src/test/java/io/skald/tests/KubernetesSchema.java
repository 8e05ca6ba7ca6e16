package io.skald.tests;

import com.google.gson.JsonElement;
import com.google.gson.JsonParser;
import io.kubernetes.client.openapi.JSON;
import io.kubernetes.client.openapi.models.V1ClusterRole;
import io.kubernetes.client.openapi.models.V1ClusterRoleBinding;
import io.kubernetes.client.openapi.models.V1ConfigMap;
import io.kubernetes.client.openapi.models.V1DaemonSet;
import io.kubernetes.client.openapi.models.V1Deployment;
import io.kubernetes.client.openapi.models.V1Ingress;
import io.kubernetes.client.openapi.models.V1NetworkPolicy;
import io.kubernetes.client.openapi.models.V1PodDisruptionBudget;
import io.kubernetes.client.openapi.models.V1Service;
import io.kubernetes.client.openapi.models.V1ServiceAccount;
import io.kubernetes.client.openapi.models.V1StatefulSet;
import io.kubernetes.client.openapi.models.V2HorizontalPodAutoscaler;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * What Kubernetes says of its objects: the models that its Java client is generated with from its
 * OpenAPI document. Unknown fields, missing ones and wrong types are mistakes.
 */
final class KubernetesSchema {
  @FunctionalInterface
  private interface Check {
    void check(JsonElement object) throws IOException;
  }

  private record Kind(Class<?> model, Check check) {}

  private static final Map<String, Kind> KINDS =
      Map.ofEntries(
          Map.entry("v1/ConfigMap", new Kind(V1ConfigMap.class, V1ConfigMap::validateJsonElement)),
          Map.entry("v1/Service", new Kind(V1Service.class, V1Service::validateJsonElement)),
          Map.entry(
              "v1/ServiceAccount",
              new Kind(V1ServiceAccount.class, V1ServiceAccount::validateJsonElement)),
          Map.entry(
              "apps/v1/Deployment",
              new Kind(V1Deployment.class, V1Deployment::validateJsonElement)),
          Map.entry(
              "apps/v1/StatefulSet",
              new Kind(V1StatefulSet.class, V1StatefulSet::validateJsonElement)),
          Map.entry(
              "apps/v1/DaemonSet", new Kind(V1DaemonSet.class, V1DaemonSet::validateJsonElement)),
          Map.entry(
              "policy/v1/PodDisruptionBudget",
              new Kind(V1PodDisruptionBudget.class, V1PodDisruptionBudget::validateJsonElement)),
          Map.entry(
              "autoscaling/v2/HorizontalPodAutoscaler",
              new Kind(
                  V2HorizontalPodAutoscaler.class, V2HorizontalPodAutoscaler::validateJsonElement)),
          Map.entry(
              "networking.k8s.io/v1/NetworkPolicy",
              new Kind(V1NetworkPolicy.class, V1NetworkPolicy::validateJsonElement)),
          Map.entry(
              "networking.k8s.io/v1/Ingress",
              new Kind(V1Ingress.class, V1Ingress::validateJsonElement)),
          Map.entry(
              "rbac.authorization.k8s.io/v1/ClusterRole",
              new Kind(V1ClusterRole.class, V1ClusterRole::validateJsonElement)),
          Map.entry(
              "rbac.authorization.k8s.io/v1/ClusterRoleBinding",
              new Kind(V1ClusterRoleBinding.class, V1ClusterRoleBinding::validateJsonElement)));

  private KubernetesSchema() {}

  /** Returns what is wrong with {@code object}, or nothing. */
  static Optional<String> mistake(JsonNode object) {
    String name = object.path("apiVersion").asString() + "/" + object.path("kind").asString();
    @Nullable Kind kind = KINDS.get(name);
    if (kind == null) {
      return Optional.of("no kind of Kubernetes that is known here: " + name);
    }
    String text = object.toString();
    try {
      kind.check().check(JsonParser.parseString(text));
      JSON.deserialize(text, kind.model());
      return Optional.empty();
    } catch (IOException | RuntimeException e) {
      return Optional.of(name + ": " + e.getMessage());
    }
  }
}
