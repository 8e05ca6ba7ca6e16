package io.skald.agent.discovery.kubernetes;

import io.skald.common.client.ClientAccess;
import io.skald.common.config.Flat;
import java.net.URI;
import java.util.List;

/**
 * One element of {@code kubernetes_sd_configs}.
 *
 * @param role must be {@code pod}, the default
 * @param apiServer its URL; empty asks the API of the cluster that the agent runs in, with the
 *     service account of its pod
 * @param kubeconfigFile names server and credentials instead
 * @param access credentials and TLS, with {@code api_server} only
 * @param namespaces where pods are looked for
 * @param selectors which of them count
 * @param attachMetadata what else is told of a pod
 * @param podLogsDirectory where the kubelet keeps the logs of pods: those of pods that are gone at
 *     the start are read, too; empty leaves them out
 */
public record KubernetesSdConfig(
    String role,
    String apiServer,
    String kubeconfigFile,
    @Flat ClientAccess access,
    Namespaces namespaces,
    List<Selector> selectors,
    AttachMetadata attachMetadata,
    String podLogsDirectory) {
  private static final String POD = "pod";

  /**
   * @param names empty means all
   * @param ownNamespace adds the one that the agent runs in
   */
  public record Namespaces(List<String> names, boolean ownNamespace) {
    public static final Namespaces DEFAULTS = new Namespaces(List.of(), false);

    public Namespaces {
      names = List.copyOf(names);
    }
  }

  /**
   * Selectors as kubectl takes them.
   *
   * @param role must be {@code pod}
   * @param label like {@code app=web,tier!=cache}
   * @param field like {@code status.phase=Running}
   */
  public record Selector(String role, String label, String field) {
    public Selector {
      require(
          role.equals(POD),
          "selectors[].role must be pod, the only role that leads to files: '" + role + "'");
      for (String term : terms(field)) {
        require(
            term.indexOf('=') > 0,
            "selectors[].field must be like status.phase=Running,metadata.name!=x: " + field);
      }
    }

    public static Selector defaults() {
      return new Selector(POD, "", "");
    }

    static List<String> terms(String selector) {
      return selector.isBlank() ? List.of() : List.of(selector.strip().split("\\s*,\\s*"));
    }
  }

  /** Whether labels and annotations of the pod's node and namespace are told. */
  public record AttachMetadata(boolean node, boolean namespace) {
    public static final AttachMetadata DEFAULTS = new AttachMetadata(false, false);
  }

  public static final KubernetesSdConfig DEFAULTS =
      new KubernetesSdConfig(
          POD,
          "",
          "",
          ClientAccess.NONE,
          Namespaces.DEFAULTS,
          List.of(),
          AttachMetadata.DEFAULTS,
          "/var/log/pods");

  public static KubernetesSdConfig defaults() {
    return DEFAULTS;
  }

  public KubernetesSdConfig {
    selectors = List.copyOf(selectors);
    switch (role) {
      case POD -> {}
      case "node", "service", "endpoints", "endpointslice", "ingress" ->
          throw new IllegalArgumentException(
              "role " + role + " names no files on this machine; the agent knows role pod only");
      default -> throw new IllegalArgumentException("role must be pod: '" + role + "'");
    }
    require(
        apiServer.isEmpty() || kubeconfigFile.isEmpty(),
        "set only one of api_server and kubeconfig_file");
    require(
        !apiServer.isEmpty() || access.equals(ClientAccess.NONE),
        "credentials and tls_config need api_server; in the cluster the pod's service account is"
            + " used");
    require(
        podLogsDirectory.isEmpty() || podLogsDirectory.startsWith("/"),
        "pod_logs_directory must be an absolute path, or empty: " + podLogsDirectory);
    require(selectors.size() <= 1, "selectors: at most one for the role pod");
    if (!apiServer.isEmpty()) {
      checkUrl(apiServer);
    }
  }

  private static void checkUrl(String url) {
    boolean valid;
    try {
      URI uri = URI.create(url);
      valid =
          uri.getHost() != null
              && ("http".equals(uri.getScheme()) || "https".equals(uri.getScheme()));
    } catch (IllegalArgumentException _) {
      valid = false;
    }
    require(valid, "api_server must be like https://host:6443: " + url);
  }

  private static void require(boolean condition, String message) {
    if (!condition) {
      throw new IllegalArgumentException(message);
    }
  }
}
