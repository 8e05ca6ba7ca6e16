package io.skald.agent.tail;

/**
 * How a source that is no file stands.
 *
 * @param kind the key of its block, like {@code syslog}
 * @param where what it listens on or reads
 * @param ready whether it takes or reads something
 * @param state the same in words, with the reason if it does not
 */
public record SourceStatus(String job, String kind, String where, boolean ready, String state) {}
