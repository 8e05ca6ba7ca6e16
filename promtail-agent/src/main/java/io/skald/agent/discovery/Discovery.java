package io.skald.agent.discovery;

import java.util.List;
import java.util.Map;

/** Finds label sets while the agent runs. Thread-safe: the readers of all clients ask one. */
public interface Discovery extends AutoCloseable {
  /** Begins to look; returns at once, whether or not what is asked can be reached. */
  void start();

  /** Returns the label sets as they are known now; the same list while they have not changed. */
  List<Map<String, String>> labelSets();

  @Override
  void close();
}
