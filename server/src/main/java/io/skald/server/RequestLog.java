package io.skald.server;

import io.skald.common.http.AnsweredRequest;
import io.skald.common.model.TenantId;
import io.skald.common.values.GoDuration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;
import org.slf4j.spi.LoggingEventBuilder;

/**
 * The access log: a line for every answered request, without its query string and headers, as these
 * may hold secrets.
 */
final class RequestLog {
  private static final Logger LOG = LoggerFactory.getLogger("io.skald.server.http.RequestLog");

  /** A longer path is cut. */
  private static final int MAX_PATH = 256;

  private static final int SERVER_ERROR = 500;
  private static final int UNAVAILABLE = 503;

  private final Level level;
  private final boolean tenants;

  /**
   * @param atInfo whether requests are told at level info; else at debug. Those that failed because
   *     of the server are told at warn, but not 503: that is how it asks for patience, often many
   *     times a second, and whoever could not go on has told why
   * @param tenants whether requests name their tenant
   */
  RequestLog(boolean atInfo, boolean tenants) {
    this.level = atInfo ? Level.INFO : Level.DEBUG;
    this.tenants = tenants;
  }

  void answered(AnsweredRequest request) {
    boolean failed = request.status() >= SERVER_ERROR && request.status() != UNAVAILABLE;
    Level told = failed ? Level.WARN : level;
    if (!LOG.isEnabledForLevel(told)) {
      return;
    }
    LoggingEventBuilder line = LOG.atLevel(told);
    String tenant = tenants ? request.tenant() : TenantId.SINGLE.value();
    if (!tenant.isEmpty()) {
      line = line.addKeyValue("tenant", tenant);
    }
    if (!request.traceId().isEmpty()) {
      line = line.addKeyValue("traceID", request.traceId());
    }
    String path = request.path();
    line.addKeyValue("method", request.method())
        .addKeyValue("path", path.length() > MAX_PATH ? path.substring(0, MAX_PATH) : path)
        .addKeyValue("route", request.route())
        .addKeyValue("status", request.status())
        .addKeyValue("duration", GoDuration.format(request.nanos()))
        .addKeyValue("request_bytes", request.requestBytes())
        .addKeyValue("response_bytes", request.responseBytes())
        .log("request");
  }
}
