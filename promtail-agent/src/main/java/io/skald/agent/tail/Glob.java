package io.skald.agent.tail;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;

/**
 * A "doublestar" path pattern: {@code *} and {@code ?} match inside one element of a path (names
 * that start with a dot too), {@code [a-z]} and {@code [!a]} one character, <code>{a,b}</code>
 * either alternative, an element {@code **} any number of directories, {@code \x} the character x.
 */
final class Glob {
  private static final int MAX_ALTERNATIVES = 1024;

  /** Deeper than any real tree of logs; ends a walk through a bind mount that contains itself. */
  private static final int MAX_DEPTH = 64;

  private final String pattern;
  private final List<List<String>> alternatives = new ArrayList<>();

  /**
   * @param pattern a relative one starts at the working directory
   * @throws IllegalArgumentException if a bracket or brace is not closed, or braces multiply out to
   *     more than {@value #MAX_ALTERNATIVES} patterns
   */
  Glob(String pattern) {
    this.pattern = pattern;
    String absolute =
        pattern.startsWith("/") ? pattern : Path.of("").toAbsolutePath() + "/" + pattern;
    List<String> expanded = new ArrayList<>();
    expand("", absolute, expanded);
    for (String one : expanded) {
      List<String> elements = new ArrayList<>();
      for (String element : one.split("/")) {
        if (!element.isEmpty() && !element.equals(".")) {
          checkBrackets(element);
          elements.add(element);
        }
      }
      alternatives.add(elements);
    }
  }

  /** Tells whether the absolute {@code path} matches, without looking at the disk. */
  boolean matches(String path) {
    List<String> names = new ArrayList<>();
    for (String name : path.split("/")) {
      if (!name.isEmpty()) {
        names.add(name);
      }
    }
    for (List<String> elements : alternatives) {
      if (matches(elements, 0, names, 0)) {
        return true;
      }
    }
    return false;
  }

  /**
   * Walks the disk. Symbolic links to directories are followed, but into no directory twice on one
   * way down. What cannot be read is skipped.
   *
   * @param onMatch gets every path that matches and is no directory; may get one twice
   * @param onDirectory gets every directory that was searched
   * @param onUnreadable gets directories that could not be listed
   */
  void walk(Consumer<Path> onMatch, Consumer<Path> onDirectory, Consumer<Path> onUnreadable) {
    Walk walk = new Walk(onMatch, onDirectory, onUnreadable);
    for (List<String> elements : alternatives) {
      walk.from(Path.of("/"), elements, 0);
    }
  }

  @Override
  public String toString() {
    return pattern;
  }

  private static boolean matches(List<String> elements, int e, List<String> names, int n) {
    if (e == elements.size()) {
      return n == names.size();
    }
    if (elements.get(e).equals("**")) {
      for (int skip = n; skip <= names.size(); skip++) {
        if (matches(elements, e + 1, names, skip)) {
          return true;
        }
      }
      return false;
    }
    return n < names.size()
        && elementMatches(elements.get(e), 0, names.get(n), 0)
        && matches(elements, e + 1, names, n + 1);
  }

  /** Matches one element of a path; recursion only behind a star. */
  private static boolean elementMatches(String glob, int g, String name, int n) {
    while (g < glob.length()) {
      char c = glob.charAt(g);
      if (c == '*') {
        for (int skip = n; skip <= name.length(); skip++) {
          if (elementMatches(glob, g + 1, name, skip)) {
            return true;
          }
        }
        return false;
      }
      if (n == name.length()) {
        return false;
      }
      int symbol = name.codePointAt(n);
      if (c == '[') {
        int close = closingBracket(glob, g);
        if (!classMatches(glob, g + 1, close, symbol)) {
          return false;
        }
        g = close + 1;
      } else if (c == '?') {
        g++;
      } else {
        g += c == '\\' && g + 1 < glob.length() ? 1 : 0;
        int wanted = glob.codePointAt(g);
        if (wanted != symbol) {
          return false;
        }
        g += Character.charCount(wanted);
      }
      n += Character.charCount(symbol);
    }
    return n == name.length();
  }

  private static boolean classMatches(String glob, int from, int close, int symbol) {
    boolean negated = glob.charAt(from) == '!' || glob.charAt(from) == '^';
    int at = negated ? from + 1 : from;
    boolean found = false;
    while (at < close) {
      at += glob.charAt(at) == '\\' && at + 1 < close ? 1 : 0;
      int low = glob.codePointAt(at);
      at += Character.charCount(low);
      int high = low;
      if (at + 1 < close && glob.charAt(at) == '-') {
        high = glob.codePointAt(at + 1);
        at += 1 + Character.charCount(high);
      }
      found |= low <= symbol && symbol <= high;
    }
    return found != negated;
  }

  /** Returns the index of the bracket that closes the class at {@code open}, or -1. */
  private static int closingBracket(String glob, int open) {
    int at = open + 1;
    if (at < glob.length() && (glob.charAt(at) == '!' || glob.charAt(at) == '^')) {
      at++;
    }
    for (int first = at; at < glob.length(); at++) {
      if (glob.charAt(at) == '\\') {
        at++;
      } else if (glob.charAt(at) == ']' && at > first) {
        return at;
      }
    }
    return -1;
  }

  private void checkBrackets(String element) {
    for (int i = 0; i < element.length(); i++) {
      if (element.charAt(i) == '\\') {
        i++;
      } else if (element.charAt(i) == '[') {
        i = closingBracket(element, i);
        if (i < 0) {
          throw new IllegalArgumentException("glob " + pattern + ": '[' is not closed");
        }
      }
    }
  }

  /** Multiplies out the first brace of {@code rest} and goes on behind it. */
  private void expand(String done, String rest, List<String> out) {
    int open = unescaped(rest, '{', 0);
    if (open < 0) {
      if (out.size() == MAX_ALTERNATIVES) {
        throw new IllegalArgumentException(
            "glob " + pattern + " has more than " + MAX_ALTERNATIVES + " alternatives");
      }
      out.add(done + rest);
      return;
    }
    List<String> choices = new ArrayList<>();
    int close = splitBraces(rest, open, choices);
    String before = done + rest.substring(0, open);
    for (String choice : choices) {
      expand(before, choice + rest.substring(close + 1), out);
    }
  }

  /** Fills {@code choices} and returns the index of the closing brace. */
  private int splitBraces(String text, int open, List<String> choices) {
    int depth = 0;
    int start = open + 1;
    for (int i = open; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '\\') {
        i++;
      } else if (c == '{') {
        depth++;
      } else if (c == ',' && depth == 1) {
        choices.add(text.substring(start, i));
        start = i + 1;
      } else if (c == '}' && --depth == 0) {
        choices.add(text.substring(start, i));
        return i;
      }
    }
    throw new IllegalArgumentException("glob " + pattern + ": '{' is not closed");
  }

  private static int unescaped(String text, char wanted, int from) {
    for (int i = from; i < text.length(); i++) {
      if (text.charAt(i) == '\\') {
        i++;
      } else if (text.charAt(i) == wanted) {
        return i;
      }
    }
    return -1;
  }

  private static boolean isLiteral(String element) {
    return unescaped(element, '*', 0) < 0
        && unescaped(element, '?', 0) < 0
        && unescaped(element, '[', 0) < 0;
  }

  private static String withoutEscapes(String element) {
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < element.length(); i++) {
      if (element.charAt(i) == '\\' && i + 1 < element.length()) {
        i++;
      }
      out.append(element.charAt(i));
    }
    return out.toString();
  }

  /** One walk over the disk. */
  private static final class Walk {
    private final Consumer<Path> onMatch;
    private final Consumer<Path> onDirectory;
    private final Consumer<Path> onUnreadable;
    private final Set<Object> wayDown = new HashSet<>();

    Walk(Consumer<Path> onMatch, Consumer<Path> onDirectory, Consumer<Path> onUnreadable) {
      this.onMatch = onMatch;
      this.onDirectory = onDirectory;
      this.onUnreadable = onUnreadable;
    }

    void from(Path directory, List<String> elements, int e) {
      String element = elements.get(e);
      boolean last = e + 1 == elements.size();
      if (isLiteral(element) && !element.equals("**")) {
        literal(directory, withoutEscapes(element), elements, e, last);
      } else if (element.equals("**")) {
        anyDepth(directory, elements, e, last);
      } else {
        for (Path child : list(directory)) {
          if (elementMatches(element, 0, Objects.toString(child.getFileName()), 0)) {
            step(child, elements, e, last);
          }
        }
      }
    }

    private void literal(Path directory, String name, List<String> elements, int e, boolean last) {
      try {
        Path child = directory.resolve(name);
        if (last) {
          onDirectory.accept(directory);
        }
        if (Files.exists(child)) {
          step(child, elements, e, last);
        } else if (!last) {
          onDirectory.accept(directory); // where the missing directory would appear
        }
      } catch (InvalidPathException _) {
        // A name the platform cannot have matches nothing.
      }
    }

    /** Zero directories, or one more and again any number. */
    private void anyDepth(Path directory, List<String> elements, int e, boolean last) {
      if (!last) {
        from(directory, elements, e + 1);
      }
      for (Path child : list(directory)) {
        if (!Files.isDirectory(child)) {
          if (last) {
            onMatch.accept(child);
          }
          continue;
        }
        Object key = directoryKey(child);
        if (wayDown.size() < MAX_DEPTH && wayDown.add(key)) {
          anyDepth(child, elements, e, last);
          wayDown.remove(key);
        }
      }
    }

    private void step(Path child, List<String> elements, int e, boolean last) {
      boolean directory = Files.isDirectory(child);
      if (last && !directory) {
        onMatch.accept(child);
      } else if (!last && directory) {
        from(child, elements, e + 1);
      }
    }

    private List<Path> list(Path directory) {
      List<Path> children = new ArrayList<>();
      try (DirectoryStream<Path> stream = Files.newDirectoryStream(directory)) {
        stream.forEach(children::add);
      } catch (NotDirectoryException _) {
        return children; // replaced by a file while we walked
      } catch (IOException | DirectoryIteratorException _) {
        onUnreadable.accept(directory);
      }
      onDirectory.accept(directory);
      Collections.sort(children);
      return children;
    }

    private static Object directoryKey(Path directory) {
      try {
        Object key = Files.readAttributes(directory, BasicFileAttributes.class).fileKey();
        return key == null ? directory : key;
      } catch (IOException _) {
        return directory;
      }
    }
  }
}
