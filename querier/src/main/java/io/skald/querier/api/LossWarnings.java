package io.skald.querier.api;

import io.skald.common.collect.Latest;
import io.skald.common.model.LabelMatcher;
import io.skald.common.model.TenantId;
import io.skald.common.push.DeliveryNote;
import io.skald.common.time.Clock;
import io.skald.querier.source.ReadTenants;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

/**
 * Says of an answer which lines of its time are missing, as far as agents and servers told of
 * losses. What was told is looked up once in a while for each tenant, not for every query.
 * Thread-safe.
 */
final class LossWarnings {
  /** How old what is known may be. */
  static final Duration REFRESH = Duration.ofSeconds(30);

  /** How far back losses may have been told. */
  private static final Duration HORIZON = Duration.ofDays(7);

  private static final int MAX_LOSSES = 1000;
  private static final int MAX_TENANTS = 1000;
  private static final int MAX_WARNINGS = 5;
  private static final long NANOS_PER_SECOND = 1_000_000_000L;
  private static final String FILENAME = "filename";
  private static final JsonFactory JSON = new JsonFactory();
  private static final Logger log = LoggerFactory.getLogger(LossWarnings.class);

  private final Clock clock;

  /** Guarded by itself. */
  private final Map<TenantId, Known> tenants = Latest.used(MAX_TENANTS);

  private record Known(long readNanos, List<Loss> losses) {}

  /**
   * A loss as it was told.
   *
   * @param file "" where no single one is known
   */
  private record Loss(long first, long last, String file, String text) {}

  /** Reads entries of one tenant, the newest first. */
  @FunctionalInterface
  interface Reader {
    /**
     * @param query a log query
     * @return lines with the agent that they are from
     */
    List<Told> read(TenantId tenant, String query, long startNanos, long endNanos, int limit);
  }

  /** A line about a loss. */
  @SuppressWarnings("ArrayRecordComponent") // handed through
  record Told(String agent, long timestampNanos, byte[] line) {}

  LossWarnings(Clock clock) {
    this.clock = clock;
  }

  /**
   * Returns what to tell beside an answer; nothing if what was told cannot be read.
   *
   * @param selectors of the query
   */
  List<String> of(
      ReadTenants asking,
      List<List<LabelMatcher>> selectors,
      long startNanos,
      long endNanos,
      Reader reader) {
    List<String> warnings = new ArrayList<>();
    int more = 0;
    for (TenantId tenant : asking.ids()) {
      for (Loss loss : losses(tenant, reader)) {
        if (loss.first > endNanos || loss.last < startNanos || !concerns(loss, selectors)) {
          continue;
        }
        if (warnings.size() < MAX_WARNINGS) {
          warnings.add(loss.text);
        } else {
          more++;
        }
      }
    }
    if (more > 0) {
      warnings.add(more + " more losses in this time; skald query --gaps shows all");
    }
    return warnings;
  }

  /** A query that names files is told of these only. */
  private static boolean concerns(Loss loss, List<List<LabelMatcher>> selectors) {
    return loss.file.isEmpty()
        || selectors.stream()
            .anyMatch(selector ->
                selector.stream()
                    .filter(matcher -> matcher.name().equals(FILENAME))
                    .allMatch(matcher -> matcher.matches(loss.file)));
  }

  private List<Loss> losses(TenantId tenant, Reader reader) {
    long now = clock.nowNanos();
    Known known;
    synchronized (tenants) {
      known = tenants.get(tenant);
      if (known != null && Math.abs(now - known.readNanos) < REFRESH.toNanos()) {
        return known.losses;
      }
      // Others go on with what is known meanwhile.
      tenants.put(tenant, new Known(now, known == null ? List.of() : known.losses));
    }
    try {
      List<Loss> losses = new ArrayList<>();
      String query = "{" + DeliveryNote.LABEL + "=\"losses\"}";
      for (Told told :
          reader.read(tenant, query, now - HORIZON.toNanos(), now + NANOS_PER_SECOND, MAX_LOSSES)) {
        Loss loss = loss(told);
        if (loss != null) {
          losses.add(loss);
        }
      }
      synchronized (tenants) {
        tenants.put(tenant, new Known(now, losses));
      }
      return losses;
    } catch (RuntimeException e) {
      log.debug("losses of tenant {} cannot be read for warnings", tenant, e);
      return known == null ? List.of() : known.losses;
    }
  }

  private static @Nullable Loss loss(Told told) {
    Map<String, String> line = new HashMap<>();
    try (JsonParser json = JSON.createParser(ObjectReadContext.empty(), told.line)) {
      if (json.nextToken() != JsonToken.START_OBJECT) {
        return null;
      }
      while (json.nextToken() != JsonToken.END_OBJECT) {
        String name = json.currentName();
        json.nextToken();
        line.put(name, String.valueOf(json.getString()));
        json.skipChildren();
      }
    } catch (JacksonException _) {
      return null; // anybody may push into this stream
    }
    long first = time(line.get("first"), told.timestampNanos);
    long last = time(line.get("last"), told.timestampNanos);
    String file = line.getOrDefault("file", "");
    String where = file.isEmpty() ? line.getOrDefault("stream", "") : file;
    return new Loss(first, last, file, text(told.agent, line, where));
  }

  private static String text(String agent, Map<String, String> line, String where) {
    boolean byServer = "server".equals(line.get("hop"));
    return line.getOrDefault("lines", "some")
        + " lines"
        + (where.isEmpty() ? "" : " of " + where)
        + " from "
        + line.getOrDefault("first", "?")
        + " to "
        + line.getOrDefault("last", "?")
        + " are missing: "
        + (byServer ? "the server refused them of agent " : "dropped by agent ")
        + agent
        + " ("
        + line.getOrDefault("reason", "unknown")
        + ")";
  }

  private static long time(@Nullable String text, long without) {
    try {
      Instant instant = Instant.parse(text == null ? "" : text);
      return instant.getEpochSecond() * NANOS_PER_SECOND + instant.getNano();
    } catch (DateTimeParseException _) {
      return without;
    }
  }
}
