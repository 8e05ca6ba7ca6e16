package io.skald.agent.position;

/**
 * Names one file as one target follows it. A device and an inode are unique among the files that
 * exist at a moment; over time a number is used again, so {@link FilePosition} carries more.
 *
 * @param target the key of the target, see {@code Target}: two targets may follow the same file
 */
public record FileId(String target, long device, long inode) {}
