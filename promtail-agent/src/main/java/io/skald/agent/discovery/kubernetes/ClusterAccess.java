package io.skald.agent.discovery.kubernetes;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.http.BasicBuilder;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.HttpResponse;
import io.fabric8.kubernetes.client.http.Interceptor;
import io.skald.common.client.ClientAccess;
import io.skald.common.config.Secret;
import io.skald.common.tls.ClientTlsConfig;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Finds the API of a cluster and makes a client for it. */
final class ClusterAccess {
  private static final Logger log = LoggerFactory.getLogger(ClusterAccess.class);

  /** Kubernetes puts them into every pod that has a service account. */
  private static final Path SERVICE_ACCOUNT =
      Path.of("/var/run/secrets/kubernetes.io/serviceaccount");

  /** A list of all pods of a large node from a busy server takes its time. */
  private static final Duration REQUEST_TIMEOUT = Duration.ofSeconds(60);

  private static final int GONE = 410;

  private final KubernetesSdConfig config;
  private final Map<String, String> environment;

  ClusterAccess(KubernetesSdConfig config, Map<String, String> environment) {
    this.config = config;
    this.environment = environment;
  }

  /**
   * Makes a client; connects to nothing.
   *
   * @param onGone called, on a thread of the client, when a watch is refused since its version is
   *     gone; the library would ask for the same version for ever
   * @throws IllegalArgumentException if it is not known whom to ask, or a file of credentials is no
   *     good
   */
  KubernetesClient client(Runnable onGone) {
    ClientAccess access = config.access();
    Config cluster;
    if (!config.kubeconfigFile().isEmpty()) {
      cluster = fromKubeconfig(config.kubeconfigFile());
    } else if (!config.apiServer().isEmpty()) {
      cluster = at(config.apiServer(), access.tlsConfig());
    } else {
      access = ofServiceAccount();
      cluster = at(ownApiServer(), access.tlsConfig());
    }
    cluster.setRequestTimeout((int) REQUEST_TIMEOUT.toMillis());
    cluster.setUserAgent("skald-agent");
    cluster.setHttp2Disable(true); // watches are WebSockets, and lists are few
    Authorization authorization =
        new Authorization(config.kubeconfigFile().isEmpty() ? access : ClientAccess.NONE);
    return new KubernetesClientBuilder()
        .withConfig(cluster)
        .withHttpClientBuilderConsumer(http -> {
          http.addOrReplaceInterceptor("skald-authorization", authorization);
          http.addOrReplaceInterceptor("skald-gone", new GoneVersions(onGone));
        })
        .build();
  }

  /**
   * Returns the namespace that the agent runs in.
   *
   * @throws IllegalArgumentException if it runs in none
   */
  static String ownNamespace() {
    Path file = SERVICE_ACCOUNT.resolve("namespace");
    try {
      return Files.readString(file).strip();
    } catch (IOException e) {
      throw new IllegalArgumentException(
          "kubernetes_sd_configs: own_namespace needs " + file + ", which cannot be read: " + e, e);
    }
  }

  private static Config at(String url, ClientTlsConfig tls) {
    ConfigBuilder builder =
        new ConfigBuilder(Config.empty())
            .withMasterUrl(url)
            .withTrustCerts(tls.insecureSkipVerify())
            .withDisableHostnameVerification(tls.insecureSkipVerify());
    if (!tls.caFile().isEmpty()) {
      builder.withCaCertFile(tls.caFile());
    }
    if (!tls.certFile().isEmpty()) {
      builder.withClientCertFile(tls.certFile()).withClientKeyFile(tls.keyFile());
    }
    return builder.build();
  }

  private static Config fromKubeconfig(String file) {
    if (!Files.isReadable(Path.of(file))) {
      throw new IllegalArgumentException(
          "kubernetes_sd_configs: kubeconfig_file cannot be read: " + file);
    }
    try {
      return Config.fromKubeconfig(new File(file));
    } catch (RuntimeException e) {
      throw new IllegalArgumentException(
          "kubernetes_sd_configs: kubeconfig_file " + file + ": " + e.getMessage(), e);
    }
  }

  private String ownApiServer() {
    String host = environment.getOrDefault("KUBERNETES_SERVICE_HOST", "");
    String port = environment.getOrDefault("KUBERNETES_SERVICE_PORT", "443");
    if (host.isEmpty()) {
      throw new IllegalArgumentException(
          "kubernetes_sd_configs: the agent does not run in a cluster (KUBERNETES_SERVICE_HOST is"
              + " not set); set api_server or kubeconfig_file");
    }
    return "https://" + (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + port;
  }

  private static ClientAccess ofServiceAccount() {
    return new ClientAccess(
        ClientAccess.NONE.basicAuth(),
        Secret.NONE,
        SERVICE_ACCOUNT.resolve("token").toString(),
        new ClientTlsConfig(SERVICE_ACCOUNT.resolve("ca.crt").toString(), "", "", false));
  }

  /** Shows credentials from files that change: tokens of service accounts live for an hour. */
  private static final class Authorization implements Interceptor {
    private final ClientAccess access;

    Authorization(ClientAccess access) {
      this.access = access;
    }

    @Override
    public void before(BasicBuilder request, HttpRequest original, RequestTags tags) {
      try {
        String value = access.authorization();
        if (!value.isEmpty()) {
          request.setHeader("Authorization", value);
        }
      } catch (IOException e) {
        log.error("kubernetes_sd_configs: credentials cannot be read: {}", e.toString());
      }
    }
  }

  private static final class GoneVersions implements Interceptor {
    private final Runnable onGone;

    GoneVersions(Runnable onGone) {
      this.onGone = onGone;
    }

    @Override
    public CompletableFuture<Boolean> afterFailure(
        BasicBuilder request, HttpResponse<?> response, RequestTags tags) {
      if (response.code() == GONE) {
        onGone.run();
      }
      return CompletableFuture.completedFuture(false);
    }
  }
}
