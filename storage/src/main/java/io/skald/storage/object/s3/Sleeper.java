package io.skald.storage.object.s3;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** Passes time between attempts; a test hands in one that takes none. */
@FunctionalInterface
public interface Sleeper {
  /** Sleeps for real. */
  Sleeper SYSTEM = pause -> TimeUnit.NANOSECONDS.sleep(pause.toNanos());

  void sleep(Duration pause) throws InterruptedException;
}
