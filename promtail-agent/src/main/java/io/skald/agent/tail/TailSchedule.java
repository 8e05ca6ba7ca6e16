package io.skald.agent.tail;

import java.time.Duration;

/**
 * How often a {@link Tailer} looks.
 *
 * @param scan how often the globs are matched anew
 * @param minPoll the pause between two looks at a file that grows
 * @param maxPoll up to which the pause doubles while nothing comes
 */
public record TailSchedule(Duration scan, Duration minPoll, Duration maxPoll) {}
