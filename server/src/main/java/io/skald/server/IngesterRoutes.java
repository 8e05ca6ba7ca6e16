package io.skald.server;

import io.skald.common.http.HttpException;
import io.skald.common.http.HttpRequest;
import io.skald.common.http.HttpResponse;
import io.skald.common.http.Permission;
import io.skald.common.http.Router;
import io.skald.common.ingest.IngestUnavailableException;
import io.skald.ingester.FlushFailedException;
import io.skald.ingester.Ingester;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What operators and controllers of stateful sets ask an ingester to do. */
final class IngesterRoutes {
  private static final Logger LOG = LoggerFactory.getLogger(IngesterRoutes.class);

  /** As long as this file is there, a shutdown is prepared for. */
  private static final String MARKER = "shutdown-requested.txt";

  /** The way out of a ring. */
  @FunctionalInterface
  interface RingLeaving {
    /**
     * Takes no more writes.
     *
     * @param forgetTokens whether the next start is to take new tokens; those of a single process
     *     live no longer than its ring
     */
    void leave(boolean forgetTokens);
  }

  private final Ingester ingester;
  private final Path marker;
  private final RingLeaving ring;
  private final Runnable terminate;
  private final AtomicBoolean stopAsked = new AtomicBoolean();

  /**
   * @param directory where what is asked for is remembered over restarts
   * @param ring what the ingester is a member of
   * @param terminate has the process end soon; called when the ingester has stopped
   */
  IngesterRoutes(Ingester ingester, Path directory, RingLeaving ring, Runnable terminate) {
    this.ingester = ingester;
    this.marker = directory.resolve(MARKER);
    this.ring = ring;
    this.terminate = terminate;
  }

  void register(Router router) {
    String prepare = "/ingester/prepare_shutdown";
    router
        .admin("/flush", _ -> flush())
        .admin("/ingester/shutdown", this::shutdown)
        .get(prepare, Permission.ADMIN, _ -> HttpResponse.text(200, isPrepared() ? "set" : "unset"))
        .post(prepare, Permission.ADMIN, _ -> prepare())
        .byQueryString("DELETE", prepare, Permission.ADMIN, _ -> unprepare());
  }

  private HttpResponse flush() {
    try {
      ingester.flush();
      return HttpResponse.empty(204);
    } catch (FlushFailedException e) {
      return HttpResponse.error(500, e.getMessage() + "\n");
    } catch (IngestUnavailableException e) {
      return HttpResponse.error(e.status(), e.getMessage() + "\n");
    }
  }

  private HttpResponse shutdown(HttpRequest request) {
    boolean flush = flag(request, "flush", true);
    boolean forgetTokens = flag(request, "delete_ring_tokens", false);
    boolean end = flag(request, "terminate", true);
    if (ingester.state() != Ingester.State.RUNNING || !stopAsked.compareAndSet(false, true)) {
      return HttpResponse.error(503, "Ingester is stopping or already stopped.\n");
    }
    LOG.info(
        "shutdown asked for: flush {}, delete_ring_tokens {}, terminate {}",
        flush,
        forgetTokens,
        end);
    ring.leave(forgetTokens);
    try {
      ingester.stop(flush);
      return HttpResponse.empty(204);
    } catch (FlushFailedException e) {
      LOG.error("not everything could be flushed at shutdown; the WAL keeps it", e);
      return HttpResponse.error(500, e.getMessage() + "\n");
    } finally {
      if (end) {
        terminate.run();
      }
    }
  }

  private static boolean flag(HttpRequest request, String name, boolean standard) {
    List<String> values = request.parameters(name);
    if (values.isEmpty()) {
      return standard;
    }
    return switch (values.getFirst()) {
      case "1", "t", "T", "true", "TRUE", "True" -> true;
      case "0", "f", "F", "false", "FALSE", "False" -> false;
      default ->
          throw new HttpException(
              400, name + " must be true or false, not '" + values.getFirst() + "'\n");
    };
  }

  private boolean isPrepared() {
    return Files.exists(marker);
  }

  private HttpResponse prepare() {
    try {
      Files.writeString(marker, "");
      return HttpResponse.empty(204);
    } catch (IOException e) {
      throw new UncheckedIOException("the marker of a shutdown cannot be written", e);
    }
  }

  private HttpResponse unprepare() {
    try {
      Files.deleteIfExists(marker);
      return HttpResponse.empty(204);
    } catch (IOException e) {
      throw new UncheckedIOException("the marker of a shutdown cannot be removed", e);
    }
  }
}
