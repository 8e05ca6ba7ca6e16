package io.skald.tests.oracle;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads a JSON document as far as it goes. A value is a {@code Map} (first of equal keys), a {@code
 * List}, a {@code String}, {@code NULL}, or a {@code Raw} number or boolean.
 */
final class PlainJson {
  static final Object NULL = new Object();

  /** A number or boolean, as it is written. */
  record Raw(String text) {}

  /**
   * Takes what is neither object nor list, as soon as it is read: before it is known whether the
   * rest of the document is well formed.
   */
  interface Leaves {
    void leaf(List<String> path, Object value);
  }

  /** The document ends, or goes on wrongly. */
  static final class MalformedException extends Exception {
    private static final long serialVersionUID = 1;

    MalformedException(String message) {
      super(message);
    }
  }

  private final String text;
  private final List<String> path = new ArrayList<>();
  private int at;

  PlainJson(String text) {
    this.text = text;
  }

  /** Reads an object; text behind it is not looked at. Lists are passed over. */
  Map<String, Object> readObject(Leaves leaves) throws MalformedException {
    skipSpace();
    if (at == text.length() || text.charAt(at) != '{') {
      throw new MalformedException("not an object");
    }
    return object(leaves);
  }

  /** Reads an object whole; of equal keys the first counts. */
  Map<String, Object> readObject() throws MalformedException {
    return readObject((_, _) -> {});
  }

  private Map<String, Object> object(Leaves leaves) throws MalformedException {
    Map<String, Object> members = new LinkedHashMap<>();
    at++;
    skipSpace();
    if (peek() == '}') {
      at++;
      return members;
    }
    while (true) {
      skipSpace();
      String key = string();
      skipSpace();
      expect(':');
      skipSpace();
      path.add(key);
      Object value = value(leaves);
      if (!(value instanceof Map) && !(value instanceof List)) {
        leaves.leaf(path, value);
      }
      path.removeLast();
      members.putIfAbsent(key, value);
      skipSpace();
      if (peek() == '}') {
        at++;
        return members;
      }
      expect(',');
    }
  }

  private Object value(Leaves leaves) throws MalformedException {
    return switch (peek()) {
      case '{' -> {
        requireEnd();
        yield object(leaves);
      }
      case '[' -> {
        requireEnd();
        yield list();
      }
      case '"' -> string();
      default -> literal();
    };
  }

  /** A structure inside another one is read only if its end is there. */
  private void requireEnd() throws MalformedException {
    int depth = 0;
    boolean quoted = false;
    for (int i = at; i < text.length(); i++) {
      char c = text.charAt(i);
      if (quoted) {
        if (c == '\\') {
          i++;
        } else if (c == '"') {
          quoted = false;
        }
      } else if (c == '"') {
        quoted = true;
      } else if (c == text.charAt(at)) {
        depth++;
      } else if (c == (text.charAt(at) == '{' ? '}' : ']') && --depth == 0) {
        return;
      }
    }
    throw new MalformedException("a structure has no end");
  }

  private List<Object> list() throws MalformedException {
    List<Object> list = new ArrayList<>();
    at++;
    skipSpace();
    if (peek() == ']') {
      at++;
      return list;
    }
    while (true) {
      skipSpace();
      list.add(value((_, _) -> {}));
      skipSpace();
      if (peek() == ']') {
        at++;
        return list;
      }
      expect(',');
    }
  }

  private Object literal() throws MalformedException {
    int from = at;
    while (at < text.length() && ",}] \t\n\r".indexOf(text.charAt(at)) < 0) {
      at++;
    }
    String word = text.substring(from, at);
    if (word.equals("null")) {
      return NULL;
    }
    if (word.matches("true|false|-?[0-9]+(\\.[0-9]+)?([eE][-+]?[0-9]+)?")) {
      return new Raw(word);
    }
    throw new MalformedException("unknown value '" + word + "'");
  }

  private String string() throws MalformedException {
    expect('"');
    StringBuilder out = new StringBuilder();
    while (true) {
      char c = peek();
      at++;
      if (c == '"') {
        return out.toString();
      }
      out.append(c == '\\' ? escape() : String.valueOf(c));
    }
  }

  private String escape() throws MalformedException {
    char c = peek();
    at++;
    return switch (c) {
      case 'n' -> "\n";
      case 't' -> "\t";
      case 'r' -> "\r";
      case 'b' -> "\b";
      case 'f' -> "\f";
      case '"', '\\', '/' -> String.valueOf(c);
      case 'u' -> {
        String hex = text.substring(at, at + 4);
        at += 4;
        yield String.valueOf((char) Integer.parseInt(hex, 16));
      }
      default -> throw new IllegalArgumentException("the generator makes no escape \\" + c);
    };
  }

  private void skipSpace() {
    while (at < text.length() && " \t\n\r".indexOf(text.charAt(at)) >= 0) {
      at++;
    }
  }

  private char peek() throws MalformedException {
    if (at >= text.length()) {
      throw new MalformedException("ends too early");
    }
    return text.charAt(at);
  }

  private void expect(char c) throws MalformedException {
    if (peek() != c) {
      throw new MalformedException("no '" + c + "' at " + at);
    }
    at++;
  }

  /** Returns a scalar as the text of a label. */
  static String scalarText(Object value) {
    return value instanceof Raw(String raw) ? raw : (String) value;
  }
}
