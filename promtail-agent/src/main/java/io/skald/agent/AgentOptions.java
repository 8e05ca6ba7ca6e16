package io.skald.agent;

import io.skald.agent.pipeline.StageMetrics;
import java.io.InputStream;
import java.io.PrintStream;
import org.jspecify.annotations.Nullable;

/**
 * How an agent runs, beside its configuration.
 *
 * @param metrics what {@code metrics} stages count into; the lines of the first client count
 * @param input lines to send instead of those of files, up to its end; null follows files
 * @param dryRun takes the entries instead of the servers; nothing is sent and no position kept
 * @param inspect takes what each stage changes
 */
public record AgentOptions(
    StageMetrics metrics,
    @Nullable InputStream input,
    @Nullable PrintStream dryRun,
    @Nullable PrintStream inspect) {
  public static final AgentOptions NONE = new AgentOptions(StageMetrics.NONE, null, null, null);

  public AgentOptions withMetrics(StageMetrics changed) {
    return new AgentOptions(changed, input, dryRun, inspect);
  }

  boolean keepsPositions() {
    return input == null && dryRun == null;
  }
}
