package io.skald.agent.source.syslog;

import java.util.Arrays;
import java.util.function.Consumer;

/**
 * Cuts the bytes of a connection into messages (RFC 6587). The first byte says how: a digit begins
 * the length of a message, {@code <} a message that ends at the newline before the next {@code <}.
 * Confined to one thread.
 */
final class SyslogFramer {
  private static final int MAX_DIGITS = 9;
  private static final int FIRST_CAPACITY = 1024;

  private enum Framing {
    UNKNOWN,
    COUNTED,
    LINES
  }

  private final int maxLength;
  private final Consumer<byte[]> messages;
  private final Runnable tooLong;
  private Framing framing = Framing.UNKNOWN;
  private byte[] held = new byte[FIRST_CAPACITY];
  private int length;

  /** Whether the message under way is too long and only its end is looked for. */
  private boolean skipping;

  /** Bytes of the message that are still to come; -1 while its length is read. */
  private long left = -1;

  private int digits;
  private long count;

  /**
   * @param maxLength of a message in bytes
   * @param messages gets each, without its frame
   * @param tooLong called for each that is skipped
   */
  SyslogFramer(int maxLength, Consumer<byte[]> messages, Runnable tooLong) {
    this.maxLength = maxLength;
    this.messages = messages;
    this.tooLong = tooLong;
  }

  /**
   * Takes the next bytes.
   *
   * @throws SyslogFormatException if they are no frames; the connection cannot be understood any
   *     more
   */
  void take(byte[] bytes, int from, int byteLength) throws SyslogFormatException {
    for (int i = from; i < from + byteLength; i++) {
      byte b = bytes[i];
      if (framing == Framing.UNKNOWN) {
        framing = framingOf(b);
      }
      if (framing == Framing.LINES) {
        takeOfLines(b);
      } else if (left < 0) {
        takeOfCount(b);
      } else {
        add(b);
        left--;
        if (left == 0) {
          end(length);
          left = -1;
        }
      }
    }
  }

  /** Says that nothing has come for a while: a message that ends with a newline is complete. */
  void rest() {
    if (framing == Framing.LINES && length > 0 && held[length - 1] == '\n') {
      end(length - 1);
    }
  }

  /** Says that nothing more will come. */
  void finish() {
    if (framing == Framing.LINES && (length > 0 || skipping)) {
      end(length > 0 && held[length - 1] == '\n' ? length - 1 : length);
    }
  }

  private static Framing framingOf(byte first) throws SyslogFormatException {
    if (first == '<') {
      return Framing.LINES;
    }
    if (first >= '1' && first <= '9') {
      return Framing.COUNTED;
    }
    throw new SyslogFormatException(
        "a connection must begin with < or the length of a message, not with byte " + first);
  }

  private void takeOfLines(byte b) {
    if (b == '<' && length > 0 && held[length - 1] == '\n') {
      end(length - 1);
    }
    if (skipping && b == '\n') {
      held[0] = b; // the next < ends it
      length = 1;
      return;
    }
    if (skipping && length > 0) {
      length = 0;
    }
    add(b);
  }

  private void takeOfCount(byte b) throws SyslogFormatException {
    if (b >= '0' && b <= '9' && digits < MAX_DIGITS && (digits > 0 || b != '0')) {
      count = 10 * count + b - '0';
      digits++;
    } else if (b == ' ' && digits > 0) {
      left = count;
      skipping = count > maxLength;
      digits = 0;
      count = 0;
    } else if ((b == '\n' || b == '\r') && digits == 0) {
      // some senders put a newline between counted messages
    } else {
      throw new SyslogFormatException("expected the length of a message, not byte " + b);
    }
  }

  private void add(byte b) {
    if (skipping) {
      return;
    }
    if (length > maxLength) { // one more is held, which may be the newline
      skipping = true;
      length = 0;
      return;
    }
    if (length == held.length) {
      held = Arrays.copyOf(held, Math.min(2 * length, maxLength + 1));
    }
    held[length++] = b;
  }

  private void end(int messageLength) {
    if (skipping || messageLength > maxLength) {
      tooLong.run();
    } else if (messageLength > 0) {
      messages.accept(Arrays.copyOf(held, messageLength));
    }
    skipping = false;
    length = 0;
  }
}
