package io.skald.agent;

import io.skald.common.config.ForeignKeys;
import io.skald.common.config.ForeignKeys.Refusal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The keys of Promtail's file that have no counterpart here. What is harmless to lose is ignored
 * with a warning; a source of lines, a credential or a proxy is refused.
 */
final class PromtailKeys {
  /** A key a line, with everything below it; behind it what its being ignored means, if much. */
  private static final String IGNORED_KEYS =
      """
      *.enable_http2: pushes speak HTTP/1.1
      *.follow_redirects: a redirected push is dropped, as in Promtail
      *.stream_lag_labels: see the metrics of lag in docs/agent.md
      *.loki_push_api.server.grpc_listen_address: there is no gRPC port
      *.loki_push_api.server.grpc_listen_port: there is no gRPC port
      options: see the metrics of lag in docs/agent.md
      server.grpc_listen_address: there is no gRPC port
      server.grpc_listen_conn_limit
      server.grpc_listen_network
      server.grpc_listen_port: there is no gRPC port
      server.grpc_server_keepalive_time
      server.grpc_server_keepalive_timeout
      server.grpc_server_max_concurrent_streams
      server.grpc_server_max_connection_age
      server.grpc_server_max_connection_age_grace
      server.grpc_server_max_connection_idle
      server.grpc_server_max_recv_msg_size
      server.grpc_server_max_send_msg_size
      server.grpc_server_min_time_between_pings
      server.grpc_server_num_workers
      server.grpc_server_ping_without_stream_allowed
      server.grpc_tls_config: there is no gRPC port
      server.http_listen_network
      server.http_log_closed_connections_without_response_enabled
      server.http_server_read_header_timeout
      server.log_request_at_info_level_enabled
      server.log_request_exclude_headers_list
      server.log_request_headers
      server.log_source_ips_enabled
      server.log_source_ips_full
      server.log_source_ips_header
      server.log_source_ips_regex
      server.profiling_enabled: use the tools of the JDK, like jcmd
      server.proxy_protocol_enabled
      server.report_grpc_codes_in_instrumentation_label_enabled
      server.trace_request_headers
      tracing: the agent makes no traces
      wal: every client has a journal and a buffer on disk, see the block buffer
      """;

  private static final String IN_A_FILE =
      "write it to a file that only the agent can read and name that: ";

  /** Settings that cannot be had, with values that do no harm. */
  private static final List<Refusal> SETTINGS =
      List.of(
          new Refusal(
              "*.oauth2",
              Set.of(),
              "have another program fetch tokens into the file of bearer_token_file, which is read"
                  + " for every push"),
          new Refusal(
              "*.basic_auth.username_file", Set.of(), "write the name to basic_auth.username"),
          new Refusal("*.http_headers", Set.of(), "write the headers to clients[].headers"),
          new Refusal("*.proxy_url", Set.of(), "pushes cannot go through a proxy"),
          new Refusal("*.proxy_connect_header", Set.of(), "pushes cannot go through a proxy"),
          new Refusal(
              "*.proxy_from_environment", Set.of("false"), "pushes cannot go through a proxy"),
          new Refusal("*.no_proxy", Set.of(), "pushes cannot go through a proxy"),
          new Refusal("*.tls_config.ca", Set.of(), IN_A_FILE + "tls_config.ca_file"),
          new Refusal("*.tls_config.cert", Set.of(), IN_A_FILE + "tls_config.cert_file"),
          new Refusal("*.tls_config.key", Set.of(), IN_A_FILE + "tls_config.key_file"),
          new Refusal(
              "*.tls_config.server_name",
              Set.of(),
              "the certificate is checked against the host of the url; use a name that it holds"),
          new Refusal(
              "*.tls_config.min_version",
              Set.of("TLS10", "TLS11", "TLS12"),
              "connections use TLS 1.2 or 1.3, whichever the server prefers"),
          new Refusal(
              "*.tls_config.max_version",
              Set.of("TLS13"),
              "connections use TLS 1.2 or 1.3, whichever the server prefers"));

  /** The ignored keys, and what their being ignored means. */
  static final Map<String, String> IGNORED = ForeignKeys.read(IGNORED_KEYS);

  private PromtailKeys() {}

  static List<Refusal> refused() {
    List<Refusal> all = new ArrayList<>(SETTINGS);
    all.addAll(UnsupportedSources.refusals());
    return all;
  }

  static ForeignKeys keys() {
    return new ForeignKeys(IGNORED, refused());
  }
}
