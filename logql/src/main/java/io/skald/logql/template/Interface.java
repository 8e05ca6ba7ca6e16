package io.skald.logql.template;

import org.jspecify.annotations.Nullable;

/**
 * A value whose static type is {@code interface {}}: an element of a JSON list or map. Templates
 * tell it from the bare value in a few error messages, and a nil one from no value at all.
 *
 * @param value the value inside, null for nil; never an {@code Interface}
 */
record Interface(@Nullable Object value) {}
