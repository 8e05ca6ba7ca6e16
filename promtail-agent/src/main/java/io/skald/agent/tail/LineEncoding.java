package io.skald.agent.tail;

import java.nio.charset.Charset;
import java.nio.charset.IllegalCharsetNameException;
import java.nio.charset.StandardCharsets;
import java.nio.charset.UnsupportedCharsetException;
import org.jspecify.annotations.Nullable;

/**
 * How the bytes of a file become lines: where its characters begin, what ends a line, and the
 * characters. A newline of UTF-16 is two bytes at an even offset, so that offsets stay those of the
 * file.
 */
public final class LineEncoding {
  /** Bytes are lines as they are. */
  public static final LineEncoding BYTES = new LineEncoding(null, 1, true);

  private static final char BYTE_ORDER_MARK = '\uFEFF';
  private static final int BYTE_MASK = 0xFF;

  private final @Nullable Charset charset;
  private final int unit;
  private final boolean bigEndian;

  private LineEncoding(@Nullable Charset charset, int unit, boolean bigEndian) {
    this.charset = charset;
    this.unit = unit;
    this.bigEndian = bigEndian;
  }

  /**
   * Returns an encoding.
   *
   * @param name the IANA name of a character set; "" leaves bytes as they are
   * @throws IllegalArgumentException if there is none of the name, or it has no newline of its own
   */
  public static LineEncoding named(String name) {
    if (name.isEmpty()) {
      return BYTES;
    }
    Charset charset;
    try {
      charset = Charset.forName(name);
    } catch (IllegalCharsetNameException | UnsupportedCharsetException e) {
      throw new IllegalArgumentException(
          "encoding must be the IANA name of a character set, like utf-16le or windows-1252: "
              + name,
          e);
    }
    return switch (charset.name()) {
      case "UTF-16", "UTF-16BE" -> new LineEncoding(charset, 2, true);
      case "UTF-16LE" -> new LineEncoding(charset, 2, false);
      case "UTF-32", "UTF-32BE" -> new LineEncoding(charset, 4, true);
      case "UTF-32LE" -> new LineEncoding(charset, 4, false);
      default -> {
        byte[] newline = "\n".getBytes(charset);
        if (newline.length != 1 || newline[0] != '\n') {
          throw new IllegalArgumentException(
              "encoding " + name + " is not supported: its line ends cannot be found");
        }
        yield new LineEncoding(charset, 1, true);
      }
    };
  }

  /** Tells whether the first bytes of a file say in which order its bytes stand. */
  boolean dependsOnMark() {
    return charset != null && (charset.name().equals("UTF-16") || charset.name().equals("UTF-32"));
  }

  /**
   * Returns the encoding of a file that begins with {@code first}.
   *
   * @param first at least {@link #unit} bytes
   */
  LineEncoding ofFile(byte[] first) {
    if (!dependsOnMark()) {
      return this;
    }
    boolean little = (first[0] & BYTE_MASK) == 0xFF && (first[1] & BYTE_MASK) == 0xFE;
    String order = unit == 2 ? "UTF-16" : "UTF-32";
    return new LineEncoding(Charset.forName(order + (little ? "LE" : "BE")), unit, !little);
  }

  /** The bytes of the smallest character, and of a newline. */
  int unit() {
    return unit;
  }

  boolean isBytes() {
    return charset == null;
  }

  /**
   * Returns where the next newline stands.
   *
   * @param base the offset in the file of {@code bytes[0]}
   * @return {@code end} if there is none
   */
  int indexOfNewline(byte[] bytes, int from, int end, long base) {
    if (unit == 1) {
      for (int i = from; i < end; i++) {
        if (bytes[i] == '\n') {
          return i;
        }
      }
      return end;
    }
    int i = from - Math.floorMod(base + from, unit);
    for (i = i < 0 ? i + unit : i; i + unit <= end; i += unit) {
      if (isNewline(bytes, i)) {
        return i;
      }
    }
    return end;
  }

  /** Tells whether a newline stands there. */
  boolean isNewline(byte[] bytes, int at) {
    int value = 0;
    for (int i = 0; i < unit; i++) {
      int next = bytes[bigEndian ? at + i : at + unit - 1 - i] & BYTE_MASK;
      value = (value << 8) | next;
    }
    return value == '\n';
  }

  /**
   * Returns a line in UTF-8. What is no character becomes U+FFFD.
   *
   * @param first whether it is the first one of its file, whose byte order mark is no part of it
   */
  byte[] utf8(byte[] bytes, int from, int length, boolean first) {
    String text =
        new String(bytes, from, length, charset == null ? StandardCharsets.UTF_8 : charset);
    boolean marked = first && !text.isEmpty() && text.charAt(0) == BYTE_ORDER_MARK;
    return (marked ? text.substring(1) : text).getBytes(StandardCharsets.UTF_8);
  }
}
