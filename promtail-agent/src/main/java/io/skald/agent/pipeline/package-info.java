/**
 * The stages of a job: what becomes of a line between the file and the batch.
 *
 * <p>Owns the entry, the stages with what they hold back, and the reading of {@code
 * pipeline_stages}. Knows nothing of files, positions and batches: what a stage holds back keeps a
 * {@link io.skald.agent.pipeline.Hold}, which whoever feeds the pipeline makes. Entry type: {@link
 * io.skald.agent.pipeline.Pipeline}, made by {@link io.skald.agent.pipeline.PipelineCompiler}.
 * Confined to one thread.
 *
 * <p>The reference for the stages is Promtail's documentation; where they differ on purpose,
 * docs/agent.md says so.
 */
@NullMarked
package io.skald.agent.pipeline;

import org.jspecify.annotations.NullMarked;
