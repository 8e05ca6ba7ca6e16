package io.skald.agent.source;

import io.skald.common.reload.FileReloads;
import io.skald.common.time.Clock;

/**
 * What every listening source needs.
 *
 * @param labels of the job
 * @param outlet where entries go
 * @param reloads of files of certificates
 */
public record SourceContext(
    JobLabels labels, Outlet outlet, SourceCounters counters, FileReloads reloads, Clock clock) {}
