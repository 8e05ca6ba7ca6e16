package io.skald.storage.chunk;

/**
 * The columns of a block. The order is part of the format: a chunk holds all blocks' first columns,
 * then all blocks' second columns, and so on, so that one range read fetches one kind for many
 * blocks.
 */
public enum Column {
  TIMESTAMPS,
  METADATA,
  FILTER,
  LENGTHS,
  LINES;

  static final int COUNT = values().length;
}
