package io.skald.distributor;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.skald.common.http.HttpException;
import io.skald.common.http.HttpHandler;
import io.skald.common.http.HttpRequest;
import io.skald.common.http.HttpResponse;
import io.skald.common.http.Router;
import io.skald.common.http.TenantHeader;
import io.skald.common.ingest.EntryRejection;
import io.skald.common.ingest.IngestUnavailableException;
import io.skald.common.ingest.IngesterClient;
import io.skald.common.ingest.StreamBatch;
import io.skald.common.limits.IngestionLimits;
import io.skald.common.limits.Limits;
import io.skald.common.limits.OtlpConfig;
import io.skald.common.limits.TenantLimits;
import io.skald.common.measure.CacheStatistics;
import io.skald.common.model.TenantId;
import io.skald.common.push.BatchKey;
import io.skald.common.push.DecodeBudget;
import io.skald.common.push.DecodedPush;
import io.skald.common.push.DeliveryNote;
import io.skald.common.push.OtlpRules;
import io.skald.common.push.PushDecodeException;
import io.skald.common.push.PushDecoder;
import io.skald.common.push.PushDecoder.Dialect;
import io.skald.common.ring.Instance;
import io.skald.common.ring.Ring;
import io.skald.common.time.Clock;
import io.skald.common.trace.RequestTrace;
import io.skald.distributor.labels.LabelCache;
import io.skald.distributor.validate.DiscardReason;
import io.skald.distributor.validate.PushValidator;
import io.skald.distributor.validate.RateLimits;
import io.skald.distributor.validate.ValidatedPush;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Answers pushes: decode, validate, limit, replicate. What is good of a push is stored even if the
 * answer tells of a part that was not. Thread-safe.
 */
public final class Distributor {
  private static final int TOO_MANY_REQUESTS = 429;
  private static final int MAX_RULES = 1000;

  /** The status of a blocked tenant whose client is to be told nothing. */
  private static final int SILENT = 200;

  private final TenantLimits limits;
  private final TenantHeader tenants;
  private final DistributorConfig config;
  private final PushListener listener;
  private final DecodeBudget budget;
  private final PushDecoder decoder;
  private final LabelCache labels;
  private final PushValidator validator;
  private final RateLimits rates;
  private final Replication replication;
  private final Clock clock;

  /** By identity, as limits are compared everywhere. */
  private final Cache<OtlpConfig, OtlpRules> otlpRules =
      Caffeine.newBuilder().weakKeys().maximumSize(MAX_RULES).executor(Runnable::run).build();

  /**
   * @param ring asked for every push
   * @param clients gives the client of a ring member; called for every push, so it should remember
   * @param distributors how many distributors share the rates of tenants now, this one included
   */
  public Distributor(
      Supplier<Ring> ring,
      Function<Instance, IngesterClient> clients,
      TenantLimits limits,
      TenantHeader tenants,
      DistributorConfig config,
      PushListener listener,
      IntSupplier distributors,
      Clock clock) {
    this.limits = limits;
    this.tenants = tenants;
    this.config = config;
    this.listener = listener;
    this.budget =
        new DecodeBudget(
            config.maxInflightDecodedBytes(), "distributor.max_inflight_decoded_bytes");
    this.decoder = new PushDecoder(config.maxDecompressedSize(), config.maxRows());
    this.labels = new LabelCache(config.labelCacheBytes());
    this.validator = new PushValidator(labels, clock);
    this.rates = new RateLimits(clock, distributors);
    this.clock = clock;
    this.replication = new Replication(ring, clients, config.replicationFactor());
  }

  /** Adds the push routes. */
  public void register(Router router) {
    router
        .push("/loki/api/v1/push", handler(Dialect.CURRENT), config.maxRecvMsgSize())
        .push("/api/prom/push", handler(Dialect.LEGACY), config.maxRecvMsgSize())
        .push("/otlp/v1/logs", this::answerOtlp, config.maxRecvMsgSize());
  }

  private HttpHandler handler(Dialect dialect) {
    return request ->
        answer(
            request,
            (_, lease) ->
                decoder.decode(
                    request.header("Content-Type"),
                    request.header("Content-Encoding"),
                    request.body(),
                    dialect,
                    lease),
            failure -> HttpResponse.error(failure.status(), failure.message() + "\n"));
  }

  private HttpResponse answerOtlp(HttpRequest request) {
    return answer(
        request,
        (allowed, lease) ->
            decoder.decodeOtlp(
                request.header("Content-Type"),
                request.header("Content-Encoding"),
                request.body(),
                clock.nowNanos(),
                otlpRules.get(allowed.otlpConfig(), OtlpRules::of),
                lease),
        failure -> OtlpStatus.of(failure.status(), failure.message()));
  }

  private HttpResponse answer(
      HttpRequest request,
      BiFunction<Limits, DecodeBudget.Lease, DecodedPush> decode,
      Function<EntryRejection, HttpResponse> print) {
    TenantId tenant = tenants.ofPush(request);
    BatchKey key = batchKey(request);
    RequestTrace trace = request.trace();
    Optional<Refusal> failure;
    try (DecodeBudget.Lease lease = budget.lease()) {
      Limits tenantLimits = limits.of(tenant);
      DecodedPush decoded = phase(trace, "decode", () -> decode.apply(tenantLimits, lease));
      failure = push(tenant, key, tenantLimits, decoded, trace);
    } catch (PushDecodeException e) {
      failure = Optional.of(new Refusal(e.status(), String.valueOf(e.getMessage())));
    } catch (IngestUnavailableException e) {
      failure = Optional.of(new Refusal(e.status(), String.valueOf(e.getMessage())));
    }
    return failure
        .filter(refusal -> refusal.status() != SILENT)
        .map(refusal -> refusal.answer(print))
        .orElseGet(() -> HttpResponse.empty(204));
  }

  private static @Nullable BatchKey batchKey(HttpRequest request) {
    String value = request.header(BatchKey.HEADER);
    if (value == null) {
      return null;
    }
    try {
      return BatchKey.parse(value);
    } catch (IllegalArgumentException e) {
      throw new HttpException(400, "header " + BatchKey.HEADER + ": " + e.getMessage() + "\n");
    }
  }

  /**
   * Why not all of a push was taken.
   *
   * @param retryAfterSeconds when it may be sent again, if its status is 429
   */
  private record Refusal(int status, String message, long retryAfterSeconds) {
    Refusal(int status, String message) {
      this(status, message, 1);
    }

    HttpResponse answer(Function<EntryRejection, HttpResponse> print) {
      HttpResponse answer = print.apply(new EntryRejection(status, message));
      return status == TOO_MANY_REQUESTS
          ? answer.withHeader("Retry-After", Long.toString(retryAfterSeconds))
          : answer;
    }
  }

  /**
   * Stores what may be stored.
   *
   * @return what was refused; empty if everything was taken
   * @throws PushDecodeException if nothing is stored because of the form of the push
   * @throws IngestUnavailableException if it could not be stored now
   */
  private Optional<Refusal> push(
      TenantId tenant,
      @Nullable BatchKey key,
      Limits tenantLimits,
      DecodedPush push,
      RequestTrace trace) {
    if (push.streamCount() == 0) {
      throw new PushDecodeException(
          422, "error at least one valid stream is required for ingestion");
    }
    IngestionLimits ingestion = tenantLimits.ingestion();
    if (ingestion.blocksAt(clock.nowNanos())) {
      listener.discarded(
          tenant, DiscardReason.BLOCKED_INGESTION, push.entryCount(), push.lineBytes());
      return Optional.of(blocked(tenant, ingestion));
    }
    ValidatedPush valid =
        phase(trace, "validate", () -> validator.validate(tenant, tenantLimits, push));
    tell(trace, tenant, valid);
    try {
      return store(tenant, key, tenantLimits, valid, key == null ? null : push.note(), trace);
    } finally {
      valid
          .discards()
          .forEach((reason, lines, bytes) -> listener.discarded(tenant, reason, lines, bytes));
    }
  }

  private static Refusal blocked(TenantId tenant, IngestionLimits limits) {
    return new Refusal(
        limits.blockIngestionStatusCode(),
        "ingestion blocked for user '"
            + tenant
            + "' until '"
            + limits.blockIngestionUntil()
            + "' with status code '"
            + limits.blockIngestionStatusCode()
            + "'");
  }

  /** Does a part of the work, and tells how long it took if anybody listens. */
  private <T> T phase(RequestTrace trace, String name, Supplier<T> work) {
    if (!trace.isRecorded()) {
      return work.get();
    }
    long started = clock.monotonicNanos();
    try {
      return work.get();
    } finally {
      trace.phase(name, started, clock.monotonicNanos() - started, Map.of());
    }
  }

  private static void tell(RequestTrace trace, TenantId tenant, ValidatedPush valid) {
    if (trace.isRecorded()) {
      trace.attributes(
          Map.of(
              "skald.tenant",
              tenant.value(),
              "skald.push.lines",
              valid.lines(),
              "skald.push.bytes",
              valid.bytes()));
    }
  }

  private Optional<Refusal> store(
      TenantId tenant,
      @Nullable BatchKey key,
      Limits tenantLimits,
      ValidatedPush valid,
      @Nullable DeliveryNote note,
      RequestTrace trace) {
    List<EntryRejection> rejections = new ArrayList<>();
    List<StreamBatch> notes =
        key == null || note == null ? List.of() : NoteStreams.of(key, note, valid.discards());
    if (!valid.batches().isEmpty() || !notes.isEmpty()) {
      long noteBytes = note == null ? 0 : note.bytes();
      Optional<EntryRejection> tooFast = rates.admit(tenant, tenantLimits, valid, noteBytes);
      if (tooFast.isPresent()) {
        long seconds = rates.retryAfterSeconds(tenant, tenantLimits, valid);
        return tooFast.map(rate -> new Refusal(rate.status(), rate.message(), seconds));
      }
      RateLimits.Admitted admitted = rates.admitStreams(tenant, tenantLimits, valid);
      rejections.addAll(admitted.rejections());
      if (valid.batches().isEmpty()) {
        replication.push(tenant, key, notes);
      } else if (!admitted.batches().isEmpty()) {
        listener.received(tenant, valid.lines(), valid.bytes());
        List<StreamBatch> batches = new ArrayList<>(admitted.batches());
        batches.addAll(notes);
        List<EntryRejection> refused =
            phase(trace, "store", () -> replication.push(tenant, key, batches));
        refused.forEach(rejection -> count(tenant, rejection));
        rejections.addAll(refused);
        if (key != null && note != null) {
          noteRefusals(tenant, key, note, refused);
        }
      }
    }
    if (!rejections.isEmpty()) {
      return Optional.of(merged(rejections));
    }
    return valid.errors().isEmpty()
        ? Optional.empty()
        : Optional.of(new Refusal(400, valid.errors().text()));
  }

  /** Stores what ingesters refused, which is known only after they have. */
  private void noteRefusals(
      TenantId tenant, BatchKey key, DeliveryNote note, List<EntryRejection> refused) {
    List<StreamBatch> notes = NoteStreams.of(key, note, refused);
    if (!notes.isEmpty()) {
      replication.push(tenant, key.refusals(), notes);
    }
  }

  private void count(TenantId tenant, EntryRejection refused) {
    @Nullable DiscardReason reason =
        switch (refused.cause()) {
          case TOO_FAR_BEHIND -> DiscardReason.TOO_FAR_BEHIND;
          case OUT_OF_ORDER -> DiscardReason.OUT_OF_ORDER;
          case STREAM_LIMIT -> DiscardReason.STREAM_LIMIT;
          case RECORD_TOO_LARGE -> DiscardReason.RECORD_TOO_LARGE;
          case COUNTED -> null;
        };
    if (reason != null) {
      listener.discarded(tenant, reason, refused.lines(), refused.bytes());
    }
  }

  /** Returns what the cache of label text has done. */
  public CacheStatistics labelCache() {
    return labels.statistics();
  }

  /** One answer for several: a status that makes clients send again wins. */
  private static Refusal merged(List<EntryRejection> rejections) {
    int status = 400;
    StringBuilder message = new StringBuilder();
    for (EntryRejection rejection : rejections) {
      status = Math.max(status, rejection.status());
      if (!message.isEmpty()) {
        message.append('\n');
      }
      message.append(rejection.message());
    }
    return new Refusal(status, message.toString());
  }
}
