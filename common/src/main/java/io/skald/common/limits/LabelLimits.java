package io.skald.common.limits;

import java.util.List;

/**
 * What the labels of a stream may be.
 *
 * @param maxLabelNamesPerSeries labels of a stream, {@code service_name} not counted
 * @param discoverServiceName labels that may give {@code service_name}; empty switches it off
 * @param enforcedLabels labels that every stream must have
 */
public record LabelLimits(
    int maxLabelNamesPerSeries,
    int maxLabelNameLength,
    int maxLabelValueLength,
    List<String> discoverServiceName,
    List<String> enforcedLabels) {
  static final LabelLimits DEFAULTS =
      new LabelLimits(
          15,
          1024,
          2048,
          List.of(
              "service",
              "app",
              "application",
              "app_name",
              "name",
              "app_kubernetes_io_name",
              "container",
              "container_name",
              "k8s_container_name",
              "component",
              "workload",
              "job",
              "k8s_job_name"),
          List.of());

  public LabelLimits {
    discoverServiceName = List.copyOf(discoverServiceName);
    enforcedLabels = List.copyOf(enforcedLabels);
    Limits.notNegative("max_label_names_per_series", maxLabelNamesPerSeries);
    Limits.notNegative("max_label_name_length", maxLabelNameLength);
    Limits.notNegative("max_label_value_length", maxLabelValueLength);
  }
}
