package io.skald.tests.simulation;

/** What may happen to a simulated cluster. */
enum Fault {
  /** An ingester's machine loses power, and starts again. */
  CRASH,
  /** All ingesters lose power at once. */
  BLACKOUT,
  /** A distributor dies, and another one takes its place. */
  CRASH_DISTRIBUTOR,
  /** A compactor dies, and another one takes its place, at once or after minutes. */
  CRASH_COMPACTOR,
  /** All threads of a process stand still for a while. */
  STOP,
  /** Two hosts, or one and all others, do not reach each other for a while. */
  CUT,
  /** A host does not reach the registry of the ring. */
  CUT_REGISTRY,
  /** A host does not reach the object store. */
  CUT_STORE,
  /** Messages get lost, and take long. */
  WEATHER,
  /** The object store fails every call. */
  STORE_DOWN,
  /** The object store fails some calls, before or after they had their effect. */
  STORE_FLAKY,
  /** Some syncs of an ingester's log fail. */
  SYNC,
  /** A clock is wrong by up to half a minute, that of an ingester by up to ten. */
  CLOCK,
  /** All ingesters are restarted, one after the other. */
  ROLLING_RESTART,
  /** An ingester is added. */
  SCALE_OUT,
  /** An ingester leaves. */
  SCALE_IN,
  /** Ingesters come, or are replaced, while a querier does not reach the registry of the ring. */
  STALE_READER
}
