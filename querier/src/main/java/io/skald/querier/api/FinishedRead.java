package io.skald.querier.api;

import java.util.Locale;
import java.util.Map;

/**
 * A read that ended.
 *
 * @param path as the client sent it; "" if nobody asked over HTTP
 * @param tenant who asked; several are joined by {@code |}
 * @param query the text of the query or selector as it came; "" without one
 * @param span what it covers; empty if it did not get so far
 * @param tags what the client says in {@code X-Query-Tags}, made harmless; "" if nothing
 * @param traceId the trace that it is part of, or ""
 * @param nanos from the asking to the answer, waiting included
 * @param phaseNanos the parts of that; those it did not reach are missing
 */
public record FinishedRead(
    Kind kind,
    String path,
    String tenant,
    String query,
    Span span,
    String tags,
    String traceId,
    int status,
    long nanos,
    Map<Phase, Long> phaseNanos,
    Cost cost) {
  public FinishedRead {
    phaseNanos = Map.copyOf(phaseNanos);
  }

  /** What is asked for. */
  public enum Kind {
    /** A log query. */
    LOG,
    /** A metric query over a range. */
    METRIC,
    /** A metric query at an instant. */
    INSTANT,
    /** A query that a rule asked. */
    RULE,
    /** A query that could not be read, or is not allowed. */
    INVALID,
    /** Labels, series, sizes, fields, patterns, plans. */
    METADATA;

    /** Returns the name in metrics and logs. */
    public String text() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** The parts of a read, in their order. */
  public enum Phase {
    /** Waits for its tenant's turn. */
    QUEUE,
    /** Reads the parameters and the query, and checks them against limits. */
    PARSE,
    /** Compiles stages and finds the blocks. */
    PLAN,
    /** Goes through the blocks, on several threads. */
    SCAN,
    /** Puts together what they found, and evaluates what stands around it. */
    MERGE,
    /** Writes the answer. */
    WRITE;

    /** Returns the name in metrics, logs and traces. */
    public String text() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * What a query covers.
   *
   * @param stepNanos 0 if it has no steps
   * @param limit the most entries it may return
   */
  public record Span(long startNanos, long endNanos, long stepNanos, int limit) {
    static final Span NONE = new Span(0, 0, 0, 0);

    public boolean isEmpty() {
      return equals(NONE);
    }
  }

  /**
   * What a read cost.
   *
   * @param lines entries that stages looked at
   * @param bytes their line bytes
   * @param returned entries of the answer
   * @param fetchedBytes read from the object store
   * @param blocks blocks in the time range
   * @param skippedBlocks of these, not looked into, as nothing in them could pass
   * @param skippedBytes line bytes of these
   * @param decompressedBytes line bytes that came out of decoding
   */
  public record Cost(
      long streams,
      long chunks,
      long lines,
      long bytes,
      long returned,
      long fetchedBytes,
      long blocks,
      long skippedBlocks,
      long skippedBytes,
      long decompressedBytes) {}
}
