package io.skald.common.push;

/**
 * Reads JSON (RFC 8259) from bytes to bytes: a string is copied in runs and no object is made for
 * it. It bears what shippers send although the RFC forbids it: control characters and invalid UTF-8
 * inside strings stay as they are, because refusing them would lose the line.
 */
final class JsonCursor {
  private static final int MAX_DEPTH = 512;

  private final byte[] in;
  private int at;

  JsonCursor(byte[] in) {
    this.in = in;
  }

  /** Returns the next byte that is not white space, without taking it; -1 at the end. */
  int peek() {
    while (at < in.length && isSpace(in[at])) {
      at++;
    }
    return at < in.length ? in[at] & 0xFF : -1;
  }

  private static boolean isSpace(byte b) {
    return b == ' ' || b == '\n' || b == '\t' || b == '\r';
  }

  /** Takes {@code null} if it is next. */
  boolean skipNull() {
    if (peek() != 'n') {
      return false;
    }
    literal("null");
    return true;
  }

  void begin(char bracket, String what) {
    if (peek() != bracket) {
      throw malformed("expected " + what);
    }
    at++;
  }

  /** Returns whether another member follows, and stands before its name then. */
  boolean nextMember(boolean first) {
    return next(first, '}', '"', "a member name");
  }

  /** Returns whether another element follows, and stands before it then. */
  boolean nextElement(boolean first) {
    return next(first, ']', 0, "");
  }

  private boolean next(boolean first, char close, int wanted, String what) {
    int next = peek();
    if (next == close) {
      at++;
      return false;
    }
    if (!first) {
      if (next != ',') {
        throw malformed("expected , or " + close);
      }
      at++;
      next = peek();
    }
    if (wanted != 0 && next != wanted) {
      throw malformed("expected " + what);
    }
    return true;
  }

  /** Takes the colon after a name. */
  void colon() {
    if (peek() != ':') {
      throw malformed("expected :");
    }
    at++;
  }

  /** Takes a member's name and its colon. */
  String name(ByteArea scratch) {
    int from = scratch.length();
    string(scratch, "a member name");
    colon();
    String name = scratch.text(from);
    scratch.cut(from);
    return name;
  }

  /** Takes a string and adds its bytes to {@code out}. */
  void string(ByteArea out, String what) {
    if (peek() != '"') {
      throw malformed("expected " + what);
    }
    at++;
    int runStart = at;
    while (at < in.length) {
      byte b = in[at];
      if (b == '"') {
        out.add(in, runStart, at - runStart);
        at++;
        return;
      }
      if (b == '\\') {
        out.add(in, runStart, at - runStart);
        at++;
        escape(out);
        runStart = at;
      } else {
        at++;
      }
    }
    throw malformed("a string has no end");
  }

  private void escape(ByteArea out) {
    if (at >= in.length) {
      throw malformed("a string has no end");
    }
    byte b = in[at++];
    switch (b) {
      case '"', '\\', '/' -> out.add(b);
      case 'b' -> out.add((byte) '\b');
      case 'f' -> out.add((byte) '\f');
      case 'n' -> out.add((byte) '\n');
      case 'r' -> out.add((byte) '\r');
      case 't' -> out.add((byte) '\t');
      case 'u' -> unicode(out);
      default -> throw malformed("a string has an unknown escape");
    }
  }

  /** A surrogate without its partner becomes U+FFFD. */
  private void unicode(ByteArea out) {
    char unit = hex4();
    if (!Character.isSurrogate(unit)) {
      out.addCodePoint(unit);
      return;
    }
    boolean pairMayFollow =
        Character.isHighSurrogate(unit)
            && at + 1 < in.length
            && in[at] == '\\'
            && in[at + 1] == 'u';
    if (pairMayFollow) {
      int before = at;
      at += 2;
      char low = hex4();
      if (Character.isLowSurrogate(low)) {
        out.addCodePoint(Character.toCodePoint(unit, low));
        return;
      }
      at = before;
    }
    out.addCodePoint(0xFFFD);
  }

  private char hex4() {
    if (in.length - at < 4) {
      throw malformed("a string has no end");
    }
    int value = 0;
    for (int i = 0; i < 4; i++) {
      int digit = Character.digit(in[at], 16);
      if (digit < 0) {
        throw malformed("a \\u escape has a character that is no hex digit");
      }
      value = value << 4 | digit;
      at++;
    }
    return (char) value;
  }

  /** Takes a number, true, false or null and adds its text to {@code out}. */
  void scalarText(ByteArea out, String what) {
    peek();
    int from = at;
    scalar(what);
    out.add(in, from, at - from);
  }

  private void scalar(String what) {
    switch (peek()) {
      case 't' -> literal("true");
      case 'f' -> literal("false");
      case 'n' -> literal("null");
      case '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9' -> number();
      default -> throw malformed("expected " + what);
    }
  }

  private void literal(String word) {
    for (int i = 0; i < word.length(); i++) {
      if (at >= in.length || in[at] != word.charAt(i)) {
        throw malformed("expected " + word);
      }
      at++;
    }
  }

  private void number() {
    if (in[at] == '-') {
      at++;
    }
    digits();
    if (at < in.length && in[at] == '.') {
      at++;
      digits();
    }
    if (at < in.length && (in[at] == 'e' || in[at] == 'E')) {
      at++;
      if (at < in.length && (in[at] == '+' || in[at] == '-')) {
        at++;
      }
      digits();
    }
  }

  private void digits() {
    int from = at;
    while (at < in.length && in[at] >= '0' && in[at] <= '9') {
      at++;
    }
    if (at == from) {
      throw malformed("expected a digit");
    }
  }

  /** Takes a value of any kind. */
  void skipValue(ByteArea scratch) {
    skipValue(scratch, 0);
  }

  private void skipValue(ByteArea scratch, int depth) {
    if (depth > MAX_DEPTH) {
      throw malformed("values nest deeper than " + MAX_DEPTH);
    }
    switch (peek()) {
      case '{' -> {
        at++;
        for (boolean first = true; nextMember(first); first = false) {
          skipString(scratch);
          colon();
          skipValue(scratch, depth + 1);
        }
      }
      case '[' -> {
        at++;
        for (boolean first = true; nextElement(first); first = false) {
          skipValue(scratch, depth + 1);
        }
      }
      case '"' -> skipString(scratch);
      default -> scalar("a value");
    }
  }

  private void skipString(ByteArea scratch) {
    int from = scratch.length();
    string(scratch, "a string");
    scratch.cut(from);
  }

  void end() {
    if (peek() >= 0) {
      throw malformed("expected the end of the document");
    }
  }

  PushDecodeException malformed(String what) {
    int found = peek();
    String description =
        found < 0
            ? "the end"
            : found > ' ' && found < 0x7F ? "'" + (char) found + "'" : "byte " + found;
    return PushDecodeException.malformed(
        "push request is not valid JSON: " + what + ", found " + description + " at byte " + at);
  }
}
