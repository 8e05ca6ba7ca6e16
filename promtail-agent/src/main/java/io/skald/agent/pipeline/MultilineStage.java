package io.skald.agent.pipeline;

import com.google.re2j.Pattern;
import io.skald.common.config.ConfigNode;
import io.skald.common.model.Labels;
import io.skald.common.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * {@code multiline}: joins the lines that follow a first line, for each label set. A block that
 * reached its most lines goes out, and what follows makes further blocks under the same head until
 * the next first line.
 */
final class MultilineStage implements Stage.Holding {
  /** For all blocks together; at the bound all are handed on. */
  private static final long MAX_HELD_BYTES = 32 << 20;

  /** How many label sets are followed; at the bound all are handed on and forgotten. */
  private static final int MAX_LABEL_SETS = 10_000;

  private final Pattern firstLine;
  private final int maxLines;
  private final long maxWaitNanos;
  private final Clock clock;
  private final Map<Labels, Block> blocks = new LinkedHashMap<>();
  private long heldBytes;

  /** What is joined for one label set. */
  private static final class Block {
    /** The first line of the block, for timestamp, labels and values of what follows a cut. */
    Entry head;

    @Nullable JoinedLine line;
    long lastNanos;

    Block(Entry head) {
      this.head = head;
    }
  }

  private MultilineStage(Pattern firstLine, int maxLines, long maxWaitNanos, Clock clock) {
    this.firstLine = firstLine;
    this.maxLines = maxLines;
    this.maxWaitNanos = maxWaitNanos;
    this.clock = clock;
  }

  static Stage make(ConfigNode body, PipelineCompiler.Building building)
      throws StageConfigException {
    StageOptions options = new StageOptions(body);
    Pattern firstLine = options.regex("firstline");
    int maxLines = options.integer("max_lines", 128);
    Duration maxWait = options.duration("max_wait_time", Duration.ofSeconds(3));
    if (maxLines < 0) {
      throw options.wrong("max_lines", "must not be negative: " + maxLines);
    }
    if (!maxWait.isPositive()) {
      throw options.wrong("max_wait_time", "must be positive: " + maxWait);
    }
    building.done(options);
    return new MultilineStage(firstLine, maxLines, maxWait.toNanos(), building.context().clock());
  }

  @Override
  public void process(Entry entry, Output next) {
    Block block = blocks.get(entry.labels());
    boolean begins = firstLine.matcher(entry.lineText()).find();
    if (!begins && block == null) {
      next.accept(entry);
      return;
    }
    if (begins || block == null) {
      if (block != null) {
        emit(block, next);
      }
      makeRoom(entry.lineLength(), next);
      block = begin(entry);
    } else {
      makeRoom(entry.lineLength() + 1, next);
      continueBlock(block, entry);
    }
    block.lastNanos = clock.monotonicNanos();
    if (block.line != null && maxLines > 0 && block.line.lines() >= maxLines) {
      emit(block, next);
    }
  }

  private Block begin(Entry entry) {
    Entry kept = entry.keep();
    Block block = new Block(kept.headCopy());
    block.line = new JoinedLine(kept, 0);
    heldBytes += block.line.length();
    blocks.put(kept.labels(), block);
    return block;
  }

  private void continueBlock(Block block, Entry entry) {
    JoinedLine line = block.line;
    if (line == null) { // behind a cut
      Entry kept = entry.keep();
      kept.copyHead(block.head);
      block.line = new JoinedLine(kept, 0);
      heldBytes += block.line.length();
      return;
    }
    int before = line.length();
    line.append((byte) '\n');
    line.append(entry);
    line.addMetadata(entry);
    heldBytes += line.length() - before;
  }

  private void makeRoom(int bytes, Output next) {
    if (heldBytes + bytes > MAX_HELD_BYTES) {
      for (Block block : List.copyOf(blocks.values())) {
        emit(block, next);
      }
    }
    if (blocks.size() >= MAX_LABEL_SETS) {
      flush(next);
    }
  }

  private void emit(Block block, Output next) {
    JoinedLine line = block.line;
    if (line != null) {
      block.line = null;
      heldBytes -= line.length();
      next.accept(line.finish());
    }
  }

  @Override
  public long flushDue(long nowNanos, Output next) {
    long wait = Long.MAX_VALUE;
    List<Block> due = new ArrayList<>();
    for (Block block : blocks.values()) {
      if (block.line != null) {
        long left = block.lastNanos + maxWaitNanos - nowNanos;
        if (left <= 0) {
          due.add(block);
        } else {
          wait = Math.min(wait, left);
        }
      }
    }
    for (Block block : due) {
      emit(block, next);
    }
    return wait;
  }

  @Override
  public void flush(Output next) {
    List<Block> all = List.copyOf(blocks.values());
    blocks.clear();
    all.forEach(block -> emit(block, next));
  }
}
