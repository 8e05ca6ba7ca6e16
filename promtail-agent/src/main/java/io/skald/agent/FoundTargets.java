package io.skald.agent;

import java.util.List;

/** What a lane has found to follow; written by its reader thread, read by any. */
final class FoundTargets {
  final ReasonCounters failed = new ReasonCounters();

  /** The label sets as they were last looked at. */
  volatile List<DiscoveredTarget> targets = List.of();
}
