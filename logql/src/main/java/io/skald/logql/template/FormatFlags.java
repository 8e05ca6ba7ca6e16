package io.skald.logql.template;

/**
 * The flags, width and precision of one verb of a format string, and the padding that follows from
 * them (Go's package fmt).
 */
final class FormatFlags {
  /** Width or precision that was not given. */
  static final int ABSENT = -1;

  private final Budget budget;
  boolean plus;
  boolean minus;
  boolean sharp;
  boolean space;
  boolean zero;

  /** For {@code %+v} and {@code %#v} the flags mean something else than elsewhere. */
  boolean goSyntax;

  int width = ABSENT;
  int precision = ABSENT;

  FormatFlags(Budget budget) {
    this.budget = budget;
  }

  boolean hasPrecision() {
    return precision != ABSENT;
  }

  boolean hasWidth() {
    return width != ABSENT;
  }

  /** Sets a width that was given as an argument; a negative one aligns to the left. */
  void setWidth(int value) {
    width = Math.abs(value);
    if (value < 0) {
      minus = true;
      zero = false;
    }
  }

  /** Takes the verb v: plus and sharp stop being number flags. */
  void setVerbV() {
    goSyntax = sharp;
    sharp = false;
    plus = false;
  }

  /** Appends a byte string padded to the width in characters. */
  void pad(StringBuilder out, String byteString) {
    pad(out, byteString, zero);
  }

  /** Appends padded with spaces, whatever the flags say. */
  void padWithSpaces(StringBuilder out, String byteString) {
    pad(out, byteString, false);
  }

  private void pad(StringBuilder out, String byteString, boolean withZeros) {
    int missing = width <= 0 ? 0 : width - ByteStrings.runeCount(byteString);
    if (!minus) {
      padding(out, missing, withZeros);
    }
    budget.checkLength((long) out.length() + byteString.length());
    out.append(byteString);
    if (minus) {
      padding(out, missing, withZeros);
    }
  }

  void padding(StringBuilder out, int count, boolean withZeros) {
    if (count > 0) {
      budget.checkLength((long) out.length() + count);
      out.repeat(withZeros ? '0' : ' ', count);
    }
  }

  /** Returns the characters that the precision leaves. */
  String truncate(String byteString) {
    return hasPrecision() ? Runes.head(byteString, precision) : byteString;
  }
}
