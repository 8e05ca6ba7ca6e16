package io.skald.logql.template;

/**
 * An integer of one of Go's types.
 *
 * @param type an integer type
 */
record GoInt(GoType type, long value) {
  static GoInt of(long value) {
    return new GoInt(GoType.INT, value);
  }
}
