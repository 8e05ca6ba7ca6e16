package io.skald.agent.json;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Parses JMESPath by binding powers (Pratt). A projection takes in what follows it as far as that
 * binds tighter than a projection stops at.
 */
final class JmesParser {
  private static final int MAX_DEPTH = 100;
  private static final int PIPE = 1;
  private static final int OR = 2;
  private static final int AND = 3;
  private static final int COMPARISON = 5;
  private static final int FLATTEN = 9;

  /** What binds less ends a projection. */
  private static final int PROJECTION_STOP = 10;

  private static final int STAR = 20;
  private static final int FILTER = 21;
  private static final int DOT = 40;
  private static final int NOT = 45;
  private static final int BRACKET = 55;

  private final String text;
  private int at;
  private int depth;

  JmesParser(String text) {
    this.text = text;
  }

  JmesNode parse() {
    JmesNode node = expression(0);
    skipSpace();
    if (at < text.length()) {
      throw wrong("'" + text.charAt(at) + "' is not expected");
    }
    return node;
  }

  private JmesNode expression(int power) {
    if (++depth > MAX_DEPTH) {
      throw wrong("more than " + MAX_DEPTH + " levels");
    }
    JmesNode left = prefix();
    while (true) {
      JmesNode longer = infix(left, power);
      if (longer == null) {
        depth--;
        return left;
      }
      left = longer;
    }
  }

  private JmesNode prefix() {
    skipSpace();
    if (at == text.length()) {
      throw wrong("the expression ends too early");
    }
    char c = text.charAt(at);
    if (isNameStart(c)) {
      String name = name();
      return skip("(") ? new JmesNode.Call(function(name), arguments()) : new JmesNode.Field(name);
    }
    return switch (c) {
      case '"' -> new JmesNode.Field(quoted());
      case '\'' -> new JmesNode.Literal(rawString());
      case '`' -> new JmesNode.Literal(jsonLiteral());
      case '@' -> {
        at++;
        yield new JmesNode.Current();
      }
      case '*' -> {
        at++;
        yield new JmesNode.Projection(new JmesNode.Values(), projected(STAR));
      }
      case '!' -> {
        at++;
        yield new JmesNode.Not(expression(NOT));
      }
      case '(' -> {
        at++;
        JmesNode inner = expression(0);
        expect(")");
        yield inner;
      }
      case '{' -> {
        at++;
        yield multiHash();
      }
      case '[' -> bracket(new JmesNode.Current(), true);
      default -> throw wrong("'" + c + "' is not expected");
    };
  }

  private @Nullable JmesNode infix(JmesNode left, int power) {
    skipSpace();
    if (text.startsWith("||", at) && OR > power) {
      at += 2;
      return new JmesNode.Or(left, expression(OR));
    }
    if (text.startsWith("&&", at) && AND > power) {
      at += 2;
      return new JmesNode.And(left, expression(AND));
    }
    if (text.startsWith("|", at) && !text.startsWith("||", at) && PIPE > power) {
      at++;
      return new JmesNode.Chain(left, expression(PIPE));
    }
    for (String operator : List.of("==", "!=", "<=", ">=", "<", ">")) {
      if (text.startsWith(operator, at) && COMPARISON > power) {
        at += operator.length();
        return new JmesNode.Comparison(operator, left, expression(COMPARISON));
      }
    }
    if (text.startsWith(".", at) && DOT > power) {
      at++;
      skipSpace();
      if (skip("*")) {
        JmesNode values = new JmesNode.Chain(left, new JmesNode.Values());
        return new JmesNode.Projection(values, projected(STAR));
      }
      return new JmesNode.Chain(left, new JmesNode.Dot(behindDot(DOT)));
    }
    if (text.startsWith("[]", at)) {
      return FLATTEN > power ? bracket(left, false) : null;
    }
    if (text.startsWith("[?", at)) {
      return FILTER > power ? bracket(left, false) : null;
    }
    return text.startsWith("[", at) && BRACKET > power ? bracket(left, false) : null;
  }

  private JmesNode behindDot(int power) {
    skipSpace();
    if (at < text.length() && text.charAt(at) == '[') {
      at++;
      return multiList();
    }
    if (at < text.length() && text.charAt(at) == '{') {
      at++;
      return multiHash();
    }
    if (at == text.length() || (!isNameStart(text.charAt(at)) && text.charAt(at) != '"')) {
      throw wrong("a name must follow the dot");
    }
    return expression(power);
  }

  /** Reads what a projection applies to each element. */
  private JmesNode projected(int power) {
    skipSpace();
    if (at < text.length()) {
      char c = text.charAt(at);
      if (c == '.') {
        at++;
        skipSpace();
        if (skip("*")) {
          return new JmesNode.Projection(new JmesNode.Values(), projected(STAR));
        }
        JmesNode first = new JmesNode.Dot(behindDot(power));
        return more(first, power);
      }
      if (c == '[' && !text.startsWith("[]", at)) {
        return more(bracket(new JmesNode.Current(), false), power);
      }
    }
    return new JmesNode.Current();
  }

  private JmesNode more(JmesNode first, int power) {
    JmesNode left = first;
    while (true) {
      JmesNode longer = infix(left, Math.max(power, PROJECTION_STOP));
      if (longer == null) {
        return left;
      }
      left = longer;
    }
  }

  /** Reads an index, a slice, a wildcard, a flattening, a filter or, at the start, a list. */
  private JmesNode bracket(JmesNode left, boolean isStart) {
    at++;
    if (skip("]")) {
      return new JmesNode.Projection(new JmesNode.Flatten(left), projected(FLATTEN));
    }
    if (skip("?")) {
      JmesNode condition = expression(0);
      expect("]");
      JmesNode filtered = new JmesNode.Chain(left, new JmesNode.Filter(condition));
      return new JmesNode.Projection(filtered, projected(FILTER));
    }
    int before = at;
    skipSpace();
    if (skip("*")) {
      skipSpace();
      if (skip("]")) {
        return new JmesNode.Projection(left, projected(STAR));
      }
      at = before;
    }
    char c = at < text.length() ? text.charAt(at) : ' ';
    if (c == '-' || c == ':' || (c >= '0' && c <= '9')) {
      return indexOrSlice(left);
    }
    if (!isStart) {
      throw wrong("a number must stand in the brackets");
    }
    return multiList();
  }

  private JmesNode indexOrSlice(JmesNode left) {
    @Nullable Integer[] numbers = new Integer[3];
    int colons = 0;
    while (true) {
      skipSpace();
      if (skip("]")) {
        break;
      }
      if (skip(":")) {
        if (++colons > 2) {
          throw wrong("too many colons");
        }
      } else {
        numbers[colons] = number();
      }
    }
    Integer first = numbers[0];
    if (colons == 0) {
      if (first == null) {
        throw wrong("a number must stand in the brackets");
      }
      return new JmesNode.Index(left, first);
    }
    int step = numbers[2] == null ? 1 : numbers[2];
    if (step == 0) {
      throw wrong("the step of a slice must not be 0");
    }
    JmesNode slice = new JmesNode.Slice(first, numbers[1], step);
    return new JmesNode.Projection(new JmesNode.Chain(left, slice), projected(STAR));
  }

  private int number() {
    int start = at;
    skip("-");
    while (at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9') {
      at++;
    }
    try {
      return Integer.parseInt(text.substring(start, at));
    } catch (NumberFormatException e) {
      throw wrong("a whole number is expected");
    }
  }

  private JmesNode multiList() {
    List<JmesNode> items = new ArrayList<>();
    do {
      items.add(expression(0));
      skipSpace();
    } while (skip(","));
    expect("]");
    return new JmesNode.MultiList(items);
  }

  private JmesNode multiHash() {
    Map<String, JmesNode> items = new LinkedHashMap<>();
    do {
      skipSpace();
      String key = at < text.length() && text.charAt(at) == '"' ? quoted() : name();
      expect(":");
      items.put(key, expression(0));
      skipSpace();
    } while (skip(","));
    expect("}");
    return new JmesNode.MultiHash(items);
  }

  private List<JmesNode> arguments() {
    List<JmesNode> arguments = new ArrayList<>();
    skipSpace();
    if (skip(")")) {
      return arguments;
    }
    do {
      arguments.add(expression(0));
      skipSpace();
    } while (skip(","));
    expect(")");
    return arguments;
  }

  private String function(String name) {
    if (!JmesFunctions.exists(name)) {
      throw wrong("there is no function " + name);
    }
    return name;
  }

  private String name() {
    int start = at;
    while (at < text.length()
        && (isNameStart(text.charAt(at)) || (at > start && isDigit(text.charAt(at))))) {
      at++;
    }
    if (start == at) {
      throw wrong("a name is expected");
    }
    return text.substring(start, at);
  }

  private static boolean isNameStart(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
  }

  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }

  /** A name in double quotes, with JSON's escapes. */
  private String quoted() {
    int start = at++;
    while (at < text.length() && text.charAt(at) != '"') {
      at += text.charAt(at) == '\\' ? 2 : 1;
    }
    if (at >= text.length()) {
      at = text.length();
      throw wrong("a quote is not closed");
    }
    at++;
    return (String) Objects.requireNonNull(json(text.substring(start, at)));
  }

  private String rawString() {
    StringBuilder out = new StringBuilder();
    at++;
    while (at < text.length() && text.charAt(at) != '\'') {
      if (text.startsWith("\\'", at)) {
        at++;
      }
      out.append(text.charAt(at++));
    }
    expect("'");
    return out.toString();
  }

  private @Nullable Object jsonLiteral() {
    StringBuilder out = new StringBuilder();
    at++;
    while (at < text.length() && text.charAt(at) != '`') {
      if (text.startsWith("\\`", at)) {
        at++;
      }
      out.append(text.charAt(at++));
    }
    expect("`");
    return json(out.toString());
  }

  private @Nullable Object json(String literal) {
    try {
      return JsonReader.read(literal);
    } catch (JsonException e) {
      throw wrong(literal + " is not JSON: " + e.getMessage());
    }
  }

  private boolean skip(String token) {
    if (text.startsWith(token, at)) {
      at += token.length();
      return true;
    }
    return false;
  }

  private void expect(String token) {
    skipSpace();
    if (!skip(token)) {
      throw wrong("'" + token + "' is expected");
    }
  }

  private void skipSpace() {
    while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
      at++;
    }
  }

  private IllegalArgumentException wrong(String problem) {
    return new IllegalArgumentException(
        "'" + text + "' is not a JMESPath expression: " + problem + " (at character " + at + ")");
  }
}
