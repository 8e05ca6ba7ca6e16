package io.skald.cli;

/**
 * What the reader of the output is.
 *
 * @param interactive whether a person looks at a terminal: tables, bars, escaped control bytes
 * @param colors whether to use them
 */
record Terminal(boolean interactive, boolean colors) {
  static Terminal of(String color, boolean mayDecorate) {
    boolean interactive =
        mayDecorate && System.console() != null && System.console().isTerminal();
    boolean colors =
        switch (color) {
          case "always" -> mayDecorate;
          case "never" -> false;
          case "auto" -> interactive && System.getenv("NO_COLOR") == null;
          default -> throw new UsageException("--color must be auto, always or never: " + color);
        };
    return new Terminal(interactive, colors);
  }

  String dim(String text) {
    return colors ? "\u001b[2m" + text + "\u001b[0m" : text;
  }

  String cyan(String text) {
    return colors ? "\u001b[36m" + text + "\u001b[0m" : text;
  }

  /** Escapes control characters but tabs: a log line must not steer a terminal. */
  String harmless(String text) {
    if (!interactive) {
      return text;
    }
    StringBuilder out = new StringBuilder(text.length());
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if ((c < ' ' && c != '\t') || c == 0x7F || (c >= 0x80 && c < 0xA0)) {
        out.append(String.format("\\x%02x", (int) c));
      } else {
        out.append(c);
      }
    }
    return out.toString();
  }
}
