package io.skald.agent.tail;

import io.skald.common.model.Labels;

/**
 * Where lines come from.
 *
 * @param job whose stages they go through
 * @param labels what they have before the stages
 * @param text the stream's labels as they are sent if no stage changes them, external ones included
 */
public record LineSource(String job, Labels labels, String text) {}
