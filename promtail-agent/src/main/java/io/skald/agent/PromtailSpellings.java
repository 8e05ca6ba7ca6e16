package io.skald.agent;

import io.skald.common.config.ConfigNode;
import io.skald.common.config.ConfigNode.Mapping;
import io.skald.common.config.ConfigNode.Scalar;
import io.skald.common.config.ConfigNode.Sequence;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Turns the forms that Promtail's file has had over the years into the present one, in a parsed
 * file: {@code client} beside {@code clients}, old names of keys, and keys that say here what
 * another key says. What has no counterpart is left for the reader.
 */
final class PromtailSpellings {
  private static final String CLIENT = "client";
  private static final String CLIENTS = "clients";
  private static final String SCRAPE_CONFIGS = "scrape_configs";

  /** Old keys of a client or its {@code backoff_config}, and the present ones there. */
  private static final Map<String, String> BACKOFF =
      Map.of(
          "minbackoff", "min_period",
          "maxbackoff", "max_period",
          "maxretries", "max_retries");

  /** Scheme, name, password if any, and the rest. */
  private static final Pattern URL_WITH_CREDENTIALS =
      Pattern.compile("(https?://)([^/:@]*)(?::([^/@]*))?@(.*)");

  private final Mapping tree;
  private final List<String> warnings = new ArrayList<>();

  PromtailSpellings(Mapping tree) {
    this.tree = tree;
  }

  /** Returns what was rewritten that is no longer to be used. */
  List<String> warnings() {
    return List.copyOf(warnings);
  }

  /** Changes the tree. */
  void rewrite() {
    rename(tree, "limit_config", "limits_config");
    moveWal();
    addClient();
    for (Mapping client : mappings(tree.entries().get(CLIENTS))) {
      rewriteClient(client);
    }
    for (Mapping job : mappings(tree.entries().get(SCRAPE_CONFIGS))) {
      entryParser(job);
    }
  }

  /** Takes the jobs out that have a source which {@code unsupported} names. */
  void skip(Set<String> unsupported) {
    if (!(tree.entries().get(SCRAPE_CONFIGS) instanceof Sequence(var items, String origin))) {
      return;
    }
    List<ConfigNode> kept = new ArrayList<>();
    for (ConfigNode item : items) {
      String source = item instanceof Mapping job ? first(job, unsupported) : null;
      if (source == null) {
        kept.add(item);
      } else {
        warnings.add(
            item.origin()
                + ": the job is left out, because its source '"
                + source
                + "' does not exist here (compat.skip_unsupported)");
      }
    }
    replace(tree, SCRAPE_CONFIGS, new Sequence(kept, origin));
  }

  private static @Nullable String first(Mapping job, Set<String> names) {
    return job.entries().keySet().stream().filter(names::contains).findFirst().orElse(null);
  }

  /**
   * Appends the single {@code client}, which flags name too, to the list; its external labels stand
   * under those of all clients.
   */
  private void addClient() {
    if (!(tree.entries().remove(CLIENT) instanceof Mapping client)) {
      return;
    }
    ConfigNode under = client.entries().get("external_labels");
    ConfigNode clients = tree.entries().get(CLIENTS);
    List<ConfigNode> all = new ArrayList<>();
    if (clients instanceof Sequence(List<ConfigNode> items, _)) {
      all.addAll(items);
    }
    if (client.entries().containsKey("url")) {
      all.add(client);
    } else if (client.entries().size() > (under == null ? 0 : 1)) {
      warnings.add(client.origin() + ": 'client' has no url, so only its external_labels count");
    }
    if (under instanceof Mapping labels) {
      all.forEach(one -> {
        if (one instanceof Mapping each) {
          layUnder(each, labels);
        }
      });
    }
    replace(tree, CLIENTS, new Sequence(all, clients == null ? client.origin() : clients.origin()));
  }

  private static void layUnder(Mapping client, Mapping labels) {
    Mapping merged = Mapping.empty(labels.origin());
    merged.entries().putAll(labels.entries());
    if (client.entries().get("external_labels") instanceof Mapping own) {
      merged.entries().putAll(own.entries());
    }
    replace(client, "external_labels", merged);
  }

  private void rewriteClient(Mapping client) {
    if (client.entries().get("backoff_config") instanceof Mapping backoff) {
      BACKOFF.forEach((old, present) -> rename(backoff, old, present));
    }
    for (String old : BACKOFF.keySet().stream().sorted().toList()) {
      ConfigNode value = client.entries().remove(old);
      if (value != null) {
        Mapping backoff =
            client.entries().get("backoff_config") instanceof Mapping existing
                ? existing
                : Mapping.empty(value.origin());
        String present = BACKOFF.getOrDefault(old, old);
        deprecated(value, old, "backoff_config." + present);
        replace(backoff, present, value);
        replace(client, "backoff_config", backoff);
      }
    }
    bearer(client);
    credentialsOfUrl(client);
  }

  /** {@code authorization} with a bearer token is {@code bearer_token}. */
  private static void bearer(Mapping client) {
    if (client.entries().get("authorization") instanceof Mapping authorization
        && text(authorization, "type", "Bearer").toLowerCase(Locale.ROOT).equals("bearer")) {
      client.entries().remove("authorization");
      move(authorization, "credentials", client, "bearer_token");
      move(authorization, "credentials_file", client, "bearer_token_file");
    }
  }

  /** {@code http://name:password@host/} is {@code basic_auth}, so that no log shows it. */
  private static void credentialsOfUrl(Mapping client) {
    Matcher parts = URL_WITH_CREDENTIALS.matcher(text(client, "url", ""));
    if (!parts.matches() || client.entries().containsKey("basic_auth")) {
      return;
    }
    String origin = client.entries().getOrDefault("url", client).origin();
    Mapping basic = Mapping.empty(origin);
    basic.put("username", new Scalar(decoded(parts.group(2)), origin), origin);
    basic.put("password", new Scalar(decoded(parts.group(3)), origin), origin);
    replace(client, "basic_auth", basic);
    replace(client, "url", new Scalar(parts.group(1) + parts.group(4), origin));
  }

  /** A plus is itself here, unlike in a form. */
  private static String decoded(@Nullable String part) {
    String text = part == null ? "" : part;
    return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
  }

  private static void move(Mapping from, String key, Mapping to, String present) {
    ConfigNode value = from.entries().get(key);
    if (value != null) {
      replace(to, present, value);
    }
  }

  /** {@code entry_parser: docker} was a stage before there were stages. */
  private void entryParser(Mapping job) {
    if (!(job.entries().remove("entry_parser") instanceof Scalar(String parser, String origin))
        || parser == null) {
      return;
    }
    deprecated(new Scalar(parser, origin), "entry_parser", "pipeline_stages");
    List<ConfigNode> stages = new ArrayList<>();
    if (!parser.equals("raw")) {
      Mapping stage = Mapping.empty(origin);
      stage.put(parser, new Scalar(null, origin), origin);
      stages.add(stage);
    }
    if (job.entries().get("pipeline_stages") instanceof Sequence(List<ConfigNode> items, _)) {
      stages.addAll(items);
    }
    replace(job, "pipeline_stages", new Sequence(stages, origin));
  }

  /** How long Promtail keeps segments is how long the buffer keeps batches, if it was chosen. */
  private void moveWal() {
    if (tree.entries().get("wal") instanceof Mapping wal
        && text(wal, "enabled", "false").equals("true")
        && wal.entries().get("cleanSegmentsOlderThan") instanceof Scalar age) {
      Mapping buffer =
          tree.entries().get("buffer") instanceof Mapping own ? own : Mapping.empty(age.origin());
      if (!buffer.entries().containsKey("max_age")) {
        replace(buffer, "max_age", age);
        replace(tree, "buffer", buffer);
        warnings.add(
            age.origin()
                + ": 'wal.cleanSegmentsOlderThan' is taken as buffer.max_age: older batches that a"
                + " server does not take are dropped");
      }
    }
  }

  private void rename(Mapping in, String old, String present) {
    ConfigNode value = in.entries().remove(old);
    if (value != null) {
      deprecated(value, old, present);
      in.entries().putIfAbsent(present, value);
      in.keyOrigins().putIfAbsent(present, value.origin());
    }
  }

  private void deprecated(ConfigNode value, String old, String present) {
    warnings.add(value.origin() + ": '" + old + "' is an old name; write '" + present + "'");
  }

  private static void replace(Mapping in, String key, ConfigNode value) {
    in.put(key, value, in.keyOrigins().getOrDefault(key, value.origin()));
  }

  private static String text(Mapping in, String key, String absent) {
    return in.entries().get(key) instanceof Scalar(String text, _) && text != null ? text : absent;
  }

  private static List<Mapping> mappings(@Nullable ConfigNode list) {
    List<Mapping> all = new ArrayList<>();
    if (list instanceof Sequence(List<ConfigNode> items, _)) {
      for (ConfigNode item : items) {
        if (item instanceof Mapping mapping) {
          all.add(mapping);
        }
      }
    }
    return all;
  }
}
