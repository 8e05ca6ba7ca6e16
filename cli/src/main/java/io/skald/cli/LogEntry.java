package io.skald.cli;

import java.util.Map;

/** One line of an answer. */
record LogEntry(long timestampNanos, Map<String, Object> labels, String line) {}
