package io.skald.querier.rule;

import io.skald.common.client.ClientAccess;
import io.skald.common.config.Flat;
import io.skald.common.config.Secret;
import io.skald.common.tls.ClientTlsConfig;
import java.net.URI;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The {@code ruler} block.
 *
 * @param externalUrl of Grafana, for links in alerts
 * @param datasourceUid of the data source in Grafana that these links open
 * @param externalLabels added to alerts and to the samples of rules that have none of the name
 * @param evaluationInterval of groups that name none
 * @param pollInterval how often a folder with rules is looked at
 * @param storage where rules are kept
 * @param alertmanagerUrl each is told of alerts
 * @param notificationQueueCapacity alerts that may wait to be told
 * @param notificationTimeout of one request to an Alertmanager
 * @param alertmanagerClient credentials and TLS for Alertmanagers
 * @param resendDelay the least time between two notices of one alert
 * @param enableApi whether there are routes for rules
 * @param enabledTenants whose rules alone are evaluated; empty for all
 * @param disabledTenants whose rules are not evaluated
 * @param remoteWrite where samples go
 */
public record RulerConfig(
    String externalUrl,
    String datasourceUid,
    Map<String, String> externalLabels,
    Duration evaluationInterval,
    Duration pollInterval,
    Storage storage,
    List<String> alertmanagerUrl,
    int notificationQueueCapacity,
    Duration notificationTimeout,
    AlertmanagerClient alertmanagerClient,
    Duration resendDelay,
    boolean enableApi,
    List<String> enabledTenants,
    List<String> disabledTenants,
    RemoteWrite remoteWrite) {
  // Before the defaults, which are checked with it.
  private static final Duration MIN_INTERVAL = Duration.ofSeconds(1);

  public static final RulerConfig DEFAULTS =
      new RulerConfig(
          "",
          "",
          Map.of(),
          Duration.ofMinutes(1),
          Duration.ofMinutes(1),
          new Storage("", new Local("")),
          List.of(),
          10_000,
          Duration.ofSeconds(10),
          AlertmanagerClient.DEFAULTS,
          Duration.ofMinutes(1),
          true,
          List.of(),
          List.of(),
          RemoteWrite.DEFAULTS);

  public RulerConfig {
    externalLabels = Map.copyOf(externalLabels);
    alertmanagerUrl = List.copyOf(alertmanagerUrl);
    enabledTenants = List.copyOf(enabledTenants);
    disabledTenants = List.copyOf(disabledTenants);
    require(
        evaluationInterval.compareTo(MIN_INTERVAL) >= 0,
        "ruler.evaluation_interval must be at least 1s: " + evaluationInterval);
    requirePositive("ruler.poll_interval", pollInterval);
    requirePositive("ruler.notification_timeout", notificationTimeout);
    requirePositive("ruler.resend_delay", resendDelay);
    require(
        notificationQueueCapacity > 0,
        "ruler.notification_queue_capacity must be positive: " + notificationQueueCapacity);
    alertmanagerUrl.forEach(url -> checkUrl("ruler.alertmanager_url", url));
    if (!externalUrl.isEmpty()) {
      checkUrl("ruler.external_url", externalUrl);
    }
  }

  private static void require(boolean condition, String message) {
    if (!condition) {
      throw new IllegalArgumentException(message);
    }
  }

  private static void requirePositive(String key, Duration duration) {
    require(duration.isPositive(), key + " must be positive: " + duration);
  }

  private static void checkUrl(String key, String url) {
    String problem = key + " must be like http://host:9093: " + url;
    URI uri;
    try {
      uri = URI.create(url);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(problem, e);
    }
    // Told without the URL, which would put them into a log.
    require(
        uri.getUserInfo() == null, key + " must not hold credentials; they have their own keys");
    boolean http = "http".equals(uri.getScheme()) || "https".equals(uri.getScheme());
    require(http && uri.getHost() != null, problem);
  }

  /**
   * Where rules are kept.
   *
   * @param type {@code local} for a folder that others write; empty takes that if one is named, and
   *     else the object store of the chunks
   */
  public record Storage(String type, Local local) {
    public Storage {
      require(
          type.isEmpty() || type.equals("local"),
          "ruler.storage.type must be local, or empty for the object store of the chunks; rules of"
              + " another store would not be found: "
              + type);
    }
  }

  /**
   * A folder with a folder for each tenant.
   *
   * @param directory empty takes {@code common.storage.filesystem.rules_directory}
   */
  public record Local(String directory) {}

  /**
   * Credentials and TLS for Alertmanagers, under the names that users of Loki know.
   *
   * @param tlsCaPath PEM, the authorities that are trusted
   * @param tlsCertPath PEM, the own certificate
   * @param credentials of a bearer token
   * @param credentialsFile holds it
   */
  public record AlertmanagerClient(
      String tlsCaPath,
      String tlsCertPath,
      String tlsKeyPath,
      boolean tlsInsecureSkipVerify,
      String basicAuthUsername,
      Secret basicAuthPassword,
      Secret credentials,
      String credentialsFile) {
    static final AlertmanagerClient DEFAULTS =
        new AlertmanagerClient("", "", "", false, "", Secret.NONE, Secret.NONE, "");

    /** Checked as a whole by what is made of it. */
    public AlertmanagerClient {
      ClientAccess unused =
          access(
              tlsCaPath,
              tlsCertPath,
              tlsKeyPath,
              tlsInsecureSkipVerify,
              basicAuthUsername,
              basicAuthPassword,
              credentials,
              credentialsFile);
    }

    public ClientAccess access() {
      return access(
          tlsCaPath,
          tlsCertPath,
          tlsKeyPath,
          tlsInsecureSkipVerify,
          basicAuthUsername,
          basicAuthPassword,
          credentials,
          credentialsFile);
    }

    private static ClientAccess access(
        String ca,
        String cert,
        String key,
        boolean insecure,
        String username,
        Secret password,
        Secret credentials,
        String credentialsFile) {
      return new ClientAccess(
          new ClientAccess.BasicAuth(username, password, ""),
          credentials,
          credentialsFile,
          new ClientTlsConfig(ca, cert, key, insecure));
    }
  }

  /**
   * Where samples go, in the protocol of Prometheus.
   *
   * @param enabled whether samples are sent
   * @param client one receiver; none if its URL is empty
   * @param clients further ones by name
   * @param addOrgIdHeader whether the tenant is sent as {@code X-Scope-OrgID}
   */
  public record RemoteWrite(
      boolean enabled,
      RemoteClient client,
      Map<String, RemoteClient> clients,
      boolean addOrgIdHeader) {
    static final RemoteWrite DEFAULTS =
        new RemoteWrite(false, RemoteClient.DEFAULTS, Map.of(), true);

    public RemoteWrite {
      clients = Map.copyOf(clients);
      clients.forEach((name, each) ->
          require(
              !each.url().isEmpty(), "ruler.remote_write.clients." + name + ".url is required"));
      require(
          !enabled || !client.url().isEmpty() || !clients.isEmpty(),
          "ruler.remote_write.client.url is required, as ruler.remote_write.enabled is true");
    }

    /** Returns the receivers by name. */
    public Map<String, RemoteClient> all() {
      Map<String, RemoteClient> all = new LinkedHashMap<>();
      if (!client.url().isEmpty()) {
        all.put("", client);
      }
      all.putAll(clients);
      return all;
    }
  }

  /**
   * A receiver of samples.
   *
   * @param remoteTimeout of one request
   * @param headers sent with every request; values may be credentials
   * @param access credentials and TLS
   */
  public record RemoteClient(
      String url,
      Duration remoteTimeout,
      Map<String, Secret> headers,
      @Flat ClientAccess access,
      QueueConfig queueConfig) {
    static final RemoteClient DEFAULTS =
        new RemoteClient(
            "", Duration.ofSeconds(30), Map.of(), ClientAccess.NONE, QueueConfig.DEFAULTS);

    public RemoteClient {
      headers = Map.copyOf(headers);
      requirePositive("remote_timeout", remoteTimeout);
      headers.forEach(RemoteClient::checkHeader);
      if (!url.isEmpty()) {
        checkUrl("url", url);
      }
    }

    /** Asks who will send it: some names are the client's own, some values no header's. */
    private static void checkHeader(String name, Secret value) {
      try {
        HttpRequest.newBuilder().header(name, value.reveal());
      } catch (IllegalArgumentException e) {
        // Told without the cause, which may show the value.
        throw new IllegalArgumentException(
            "headers cannot hold '" + name + "', or its value is not one");
      }
    }
  }

  /**
   * What waits to be sent to a receiver.
   *
   * @param capacity samples that may wait; older ones give way
   * @param maxSamplesPerSend samples of one request
   * @param minBackoff the pause after a first failure, doubled up to {@code maxBackoff}
   */
  public record QueueConfig(
      int capacity, int maxSamplesPerSend, Duration minBackoff, Duration maxBackoff) {
    static final QueueConfig DEFAULTS =
        new QueueConfig(10_000, 2000, Duration.ofMillis(30), Duration.ofSeconds(5));

    public QueueConfig {
      require(capacity > 0, "queue_config.capacity must be positive: " + capacity);
      require(
          maxSamplesPerSend > 0,
          "queue_config.max_samples_per_send must be positive: " + maxSamplesPerSend);
      requirePositive("queue_config.min_backoff", minBackoff);
      require(
          maxBackoff.compareTo(minBackoff) >= 0,
          "queue_config.max_backoff must be at least min_backoff: " + maxBackoff);
    }
  }
}
