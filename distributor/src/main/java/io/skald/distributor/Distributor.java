package io.skald.distributor;

import io.skald.common.http.HttpHandler;
import io.skald.common.http.HttpRequest;
import io.skald.common.http.HttpResponse;
import io.skald.common.http.Router;
import io.skald.common.http.TenantHeader;
import io.skald.common.ingest.EntryRejection;
import io.skald.common.ingest.IngestUnavailableException;
import io.skald.common.ingest.IngesterClient;
import io.skald.common.limits.Limits;
import io.skald.common.limits.TenantLimits;
import io.skald.common.model.TenantId;
import io.skald.common.ring.Instance;
import io.skald.common.ring.Ring;
import io.skald.common.time.Clock;
import io.skald.distributor.labels.LabelCache;
import io.skald.distributor.push.DecodeBudget;
import io.skald.distributor.push.DecodedPush;
import io.skald.distributor.push.PushDecodeException;
import io.skald.distributor.push.PushDecoder;
import io.skald.distributor.push.PushDecoder.Dialect;
import io.skald.distributor.validate.PushValidator;
import io.skald.distributor.validate.RateLimits;
import io.skald.distributor.validate.ValidatedPush;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Answers pushes: decode, validate, limit, replicate. What is good of a push is stored even if the
 * answer tells of a part that was not. Thread-safe.
 */
public final class Distributor {
  private final TenantLimits limits;
  private final TenantHeader tenants;
  private final DistributorConfig config;
  private final PushListener listener;
  private final DecodeBudget budget;
  private final PushDecoder decoder;
  private final PushValidator validator;
  private final RateLimits rates;
  private final Replication replication;
  private final Clock clock;

  /**
   * @param ring asked for every push
   * @param clients gives the client of a ring member; called for every push, so it should remember
   */
  public Distributor(
      Supplier<Ring> ring,
      Function<Instance, IngesterClient> clients,
      TenantLimits limits,
      TenantHeader tenants,
      DistributorConfig config,
      PushListener listener,
      Clock clock) {
    this.limits = limits;
    this.tenants = tenants;
    this.config = config;
    this.listener = listener;
    this.budget = new DecodeBudget(config.maxInflightDecodedBytes());
    this.decoder = new PushDecoder(config.maxDecompressedSize(), config.maxRows());
    this.validator = new PushValidator(new LabelCache(config.labelCacheBytes()), clock);
    this.rates = new RateLimits(clock);
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
            tenants.ofPush(request),
            lease ->
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
        tenants.ofPush(request),
        lease ->
            decoder.decodeOtlp(
                request.header("Content-Type"),
                request.header("Content-Encoding"),
                request.body(),
                clock.nowNanos(),
                lease),
        failure -> OtlpStatus.of(failure.status(), failure.message()));
  }

  private HttpResponse answer(
      TenantId tenant,
      Function<DecodeBudget.Lease, DecodedPush> decode,
      Function<EntryRejection, HttpResponse> print) {
    Optional<EntryRejection> failure;
    try (DecodeBudget.Lease lease = budget.lease()) {
      failure = push(tenant, decode.apply(lease));
    } catch (PushDecodeException e) {
      failure = Optional.of(new EntryRejection(e.status(), String.valueOf(e.getMessage())));
    } catch (IngestUnavailableException e) {
      failure = Optional.of(new EntryRejection(e.status(), String.valueOf(e.getMessage())));
    }
    return failure.map(print).orElseGet(() -> HttpResponse.empty(204));
  }

  /**
   * Stores what may be stored.
   *
   * @return what was refused; empty if everything was taken
   * @throws PushDecodeException if nothing is stored because of the form of the push
   * @throws IngestUnavailableException if it could not be stored now
   */
  private Optional<EntryRejection> push(TenantId tenant, DecodedPush push) {
    if (push.streamCount() == 0) {
      throw new PushDecodeException(
          422, "error at least one valid stream is required for ingestion");
    }
    Limits tenantLimits = limits.of(tenant);
    ValidatedPush valid = validator.validate(tenantLimits, push);
    try {
      return store(tenant, tenantLimits, valid);
    } finally {
      valid
          .discards()
          .forEach((reason, lines, bytes) -> listener.discarded(tenant, reason, lines, bytes));
    }
  }

  private Optional<EntryRejection> store(
      TenantId tenant, Limits tenantLimits, ValidatedPush valid) {
    List<EntryRejection> rejections = new ArrayList<>();
    if (!valid.batches().isEmpty()) {
      Optional<EntryRejection> refused = rates.admit(tenant, tenantLimits, valid);
      if (refused.isPresent()) {
        return refused;
      }
      RateLimits.Admitted admitted = rates.admitStreams(tenant, tenantLimits, valid);
      rejections.addAll(admitted.rejections());
      if (!admitted.batches().isEmpty()) {
        listener.received(tenant, valid.lines(), valid.bytes());
        rejections.addAll(replication.push(tenant, admitted.batches()));
      }
    }
    if (!rejections.isEmpty()) {
      return Optional.of(merged(rejections));
    }
    return valid.errors().isEmpty()
        ? Optional.empty()
        : Optional.of(new EntryRejection(400, valid.errors().text()));
  }

  /** One answer for several: a status that makes clients send again wins. */
  private static EntryRejection merged(List<EntryRejection> rejections) {
    int status = 400;
    StringBuilder message = new StringBuilder();
    for (EntryRejection rejection : rejections) {
      status = Math.max(status, rejection.status());
      if (!message.isEmpty()) {
        message.append('\n');
      }
      message.append(rejection.message());
    }
    return new EntryRejection(status, message.toString());
  }
}
