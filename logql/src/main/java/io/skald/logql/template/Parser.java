package io.skald.logql.template;

import io.skald.logql.template.Token.Kind;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Builds the tree of a template from its tokens by recursive descent; accepts and refuses what Go's
 * text/template/parse does, in its words.
 */
final class Parser {
  /** Deeper nesting of parentheses and control structures is refused, to bound the stack. */
  private static final int MAX_DEPTH = 100;

  private static final String PARENTHESES = "parenthesized pipeline";

  /** What ends a list of statements. */
  private enum Terminator {
    END("{{end}}"),
    ELSE("{{else}}"),
    END_OF_INPUT("EOF");

    private final String text;

    Terminator(String text) {
      this.text = text;
    }
  }

  private final String name;
  private final List<Token> tokens;
  private final Map<String, Function> functions;
  private final Map<String, List<Node.Statement>> definitions = new HashMap<>();

  /** Index of the next token. */
  private int cursor;

  /** Index of the furthest token taken so far: errors are reported on its line. */
  private int furthest;

  /** Variables in scope; a definition has its own. */
  private List<String> variables = new ArrayList<>(List.of("$"));

  private int rangeDepth;
  private int depth;

  /** Line of the innermost open action, 0 outside of actions. */
  private int actionLine;

  private Parser(String name, String text, Map<String, Function> functions) {
    this.name = name;
    this.tokens = Lexer.tokens(text);
    this.functions = functions;
  }

  /**
   * Returns the statements of the template called {@code name} and of each definition in it.
   *
   * @param text a byte string
   * @throws TemplateException if the text is not a template
   */
  static Map<String, List<Node.Statement>> parse(
      String name, String text, Map<String, Function> functions) {
    Parser parser = new Parser(name, text, functions);
    List<Node.Statement> root = new ArrayList<>();
    Terminator end = parser.statements(root, true);
    if (end != Terminator.END_OF_INPUT) {
      throw parser.fail("unexpected " + end.text);
    }
    parser.define(name, root);
    return parser.definitions;
  }

  private void define(String definition, List<Node.Statement> body) {
    List<Node.Statement> present = definitions.get(definition);
    if (present == null || isBlank(present)) {
      definitions.put(definition, List.copyOf(body));
    } else if (!isBlank(body)) {
      throw fail("template: multiple definition of template " + GoQuote.quote(definition));
    }
  }

  private static boolean isBlank(List<Node.Statement> body) {
    return body.stream()
        .allMatch(node -> node instanceof Node.Text text && Runes.trimSpace(text.text()).isEmpty());
  }

  /**
   * Appends statements up to an end, an else or the end of the input.
   *
   * @param isTop whether definitions may stand here, and the end of the input is expected
   */
  private Terminator statements(List<Node.Statement> body, boolean isTop) {
    while (peekNonSpace().kind() != Kind.EOF) {
      Token token = nextNonSpace();
      if (token.kind() == Kind.TEXT) {
        body.add(new Node.Text(token.text()));
        continue;
      }
      if (token.kind() != Kind.LEFT_DELIMITER) {
        throw unexpected(token, "input");
      }
      if (isTop && peekNonSpace().kind() == Kind.DEFINE) {
        nextNonSpace();
        definition();
        continue;
      }
      actionLine = token.line();
      Terminator terminator = action(body);
      actionLine = 0;
      if (terminator != null) {
        return terminator;
      }
    }
    if (!isTop) {
      throw fail("unexpected EOF");
    }
    return Terminator.END_OF_INPUT;
  }

  /** Parses an action after its delimiter; returns non-null if it ends the list. */
  private @Nullable Terminator action(List<Node.Statement> body) {
    Token token = nextNonSpace();
    switch (token.kind()) {
      case BLOCK -> body.add(block());
      case BREAK -> {
        loopControl("{{break}}");
        body.add(new Node.Break());
      }
      case CONTINUE -> {
        loopControl("{{continue}}");
        body.add(new Node.Continue());
      }
      case ELSE -> {
        Kind next = peekNonSpace().kind();
        if (next != Kind.IF && next != Kind.WITH) {
          expect(Kind.RIGHT_DELIMITER, "else");
        }
        return Terminator.ELSE;
      }
      case END -> {
        expect(Kind.RIGHT_DELIMITER, "end");
        return Terminator.END;
      }
      case IF, WITH, RANGE -> body.add(control(token.kind(), token.text()));
      case TEMPLATE -> body.add(invocation());
      default -> {
        cursor--;
        body.add(new Node.Action(pipeline("command", Kind.RIGHT_DELIMITER)));
      }
    }
    return null;
  }

  private void loopControl(String action) {
    Token token = nextNonSpace();
    if (token.kind() != Kind.RIGHT_DELIMITER) {
      throw unexpected(token, action);
    }
    if (rangeDepth == 0) {
      throw fail(action + " outside {{range}}");
    }
  }

  private Node.Statement control(Kind kind, String context) {
    enter();
    int scope = variables.size();
    Node.Pipeline pipeline = pipeline(context, Kind.RIGHT_DELIMITER);
    List<Node.Statement> body = new ArrayList<>();
    List<Node.Statement> otherwise = new ArrayList<>();
    rangeDepth += kind == Kind.RANGE ? 1 : 0;
    Terminator terminator = statements(body, false);
    rangeDepth -= kind == Kind.RANGE ? 1 : 0;
    if (terminator == Terminator.ELSE) {
      // "else if" and "else with" share the end of the structure that they continue.
      Token next = peek();
      if (next.kind() == kind && kind != Kind.RANGE) {
        next();
        otherwise.add(control(kind, context));
      } else {
        terminator = statements(otherwise, false);
        if (terminator != Terminator.END) {
          throw fail("expected end; found " + terminator.text);
        }
      }
    }
    leaveScope(scope);
    depth--;
    return switch (kind) {
      case IF -> new Node.If(pipeline, body, otherwise);
      case WITH -> new Node.With(pipeline, body, otherwise);
      default -> new Node.Range(pipeline, body, otherwise);
    };
  }

  private void definition() {
    String context = "define clause";
    Token token = nextNonSpace();
    String definition = templateName(token, context);
    expect(Kind.RIGHT_DELIMITER, context);
    define(definition, separateBody(context));
  }

  private Node.Invocation block() {
    String context = "block clause";
    Token token = nextNonSpace();
    String definition = templateName(token, context);
    Node.Pipeline pipeline = pipeline(context, Kind.RIGHT_DELIMITER);
    define(definition, separateBody(context));
    return new Node.Invocation(token.position(), definition, pipeline);
  }

  /** Parses the body of a definition: it sees no variables and no loops of its surroundings. */
  private List<Node.Statement> separateBody(String context) {
    enter();
    List<String> outerVariables = variables;
    int outerRangeDepth = rangeDepth;
    variables = new ArrayList<>(List.of("$"));
    rangeDepth = 0;
    List<Node.Statement> body = new ArrayList<>();
    Terminator terminator = statements(body, false);
    if (terminator != Terminator.END) {
      throw fail("unexpected " + terminator.text + " in " + context);
    }
    variables = outerVariables;
    rangeDepth = outerRangeDepth;
    depth--;
    return body;
  }

  private Node.Invocation invocation() {
    String context = "template clause";
    Token token = nextNonSpace();
    String definition = templateName(token, context);
    if (nextNonSpace().kind() == Kind.RIGHT_DELIMITER) {
      return new Node.Invocation(token.position(), definition, null);
    }
    cursor--;
    Node.Pipeline pipeline = pipeline(context, Kind.RIGHT_DELIMITER);
    return new Node.Invocation(token.position(), definition, pipeline);
  }

  private String templateName(Token token, String context) {
    if (token.kind() != Kind.STRING && token.kind() != Kind.RAW_STRING) {
      throw unexpected(token, context);
    }
    return unquote(token);
  }

  private Node.Pipeline pipeline(String context, Kind end) {
    int position = peekNonSpace().position();
    List<String> declarations = new ArrayList<>(2);
    boolean isAssignment = declarations(context, declarations);
    List<Node.Command> commands = new ArrayList<>(2);
    while (true) {
      Token token = nextNonSpace();
      if (token.kind() == end) {
        break;
      }
      if (!startsOperand(token.kind())) {
        throw unexpected(token, context);
      }
      cursor--;
      commands.add(command());
    }
    if (commands.isEmpty()) {
      throw fail("missing value for " + context);
    }
    for (int i = 1; i < commands.size(); i++) {
      switch (commands.get(i).operands().getFirst()) {
        case Node.BoolLiteral _,
            Node.Dot _,
            Node.Nil _,
            Node.NumberLiteral _,
            Node.StringLiteral _ ->
            throw fail("non executable command in pipeline stage " + (i + 1));
        default -> {
          // a function, field or variable: may be given an argument
        }
      }
    }
    return new Node.Pipeline(position, declarations, isAssignment, commands);
  }

  /** Takes {@code $x :=}, {@code $x =} or, in a range, {@code $x, $y :=}; tells whether with =. */
  private boolean declarations(String context, List<String> declarations) {
    while (peekNonSpace().kind() == Kind.VARIABLE) {
      int before = cursor;
      Token variable = nextNonSpace();
      Token next = peekNonSpace();
      if (next.kind() == Kind.ASSIGN || next.kind() == Kind.DECLARE) {
        nextNonSpace();
        declare(variable, declarations);
        return next.kind() == Kind.ASSIGN;
      }
      if (next.kind() != Kind.CHARACTER || !next.text().equals(",")) {
        cursor = before;
        return false;
      }
      nextNonSpace();
      declare(variable, declarations);
      if (!context.equals("range") || declarations.size() > 1) {
        throw fail("too many declarations in " + context);
      }
      switch (peekNonSpace().kind()) {
        case VARIABLE, RIGHT_DELIMITER, RIGHT_PARENTHESIS -> {
          // the second variable of a range, or the missing one, which is reported later
        }
        default -> throw fail("range can only initialize variables");
      }
    }
    return false;
  }

  private void declare(Token variable, List<String> declarations) {
    declarations.add(variable.text());
    variables.add(variable.text());
  }

  private static boolean startsOperand(Kind kind) {
    return switch (kind) {
      case BOOL,
          CHAR_CONSTANT,
          COMPLEX,
          DOT,
          FIELD,
          IDENTIFIER,
          NUMBER,
          NIL,
          RAW_STRING,
          STRING,
          VARIABLE,
          LEFT_PARENTHESIS ->
          true;
      default -> false;
    };
  }

  private Node.Command command() {
    int position = peekNonSpace().position();
    List<Node.Operand> operands = new ArrayList<>(4);
    while (true) {
      peekNonSpace();
      Node.Operand operand = operand();
      if (operand != null) {
        operands.add(operand);
      }
      Token token = next();
      switch (token.kind()) {
        case SPACE -> {
          continue;
        }
        case RIGHT_DELIMITER, RIGHT_PARENTHESIS -> cursor--;
        case PIPE -> {
          // ends this command
        }
        default -> throw unexpected(token, "operand");
      }
      break;
    }
    if (operands.isEmpty()) {
      throw fail("empty command");
    }
    return new Node.Command(position, operands);
  }

  private Node.@Nullable Operand operand() {
    Node.Operand term = term();
    if (term == null || peek().kind() != Kind.FIELD) {
      return term;
    }
    int position = peek().position();
    List<String> path = new ArrayList<>(2);
    while (peek().kind() == Kind.FIELD) {
      path.add(next().text().substring(1));
    }
    return switch (term) {
      case Node.Field field -> new Node.Field(position, concat(field.path(), path));
      case Node.Variable variable -> new Node.Variable(position, concat(variable.path(), path));
      case Node.BoolLiteral _, Node.StringLiteral _, Node.NumberLiteral _, Node.Nil _, Node.Dot _ ->
          throw fail("unexpected . after term " + GoQuote.quote(term.text()));
      case Node.Identifier _, Node.Pipeline _, Node.Chain _ -> new Node.Chain(position, term, path);
    };
  }

  private static List<String> concat(List<String> first, List<String> second) {
    List<String> all = new ArrayList<>(first);
    all.addAll(second);
    return all;
  }

  /** Returns the next term, or null, with nothing taken, if there is none. */
  private Node.@Nullable Operand term() {
    Token token = nextNonSpace();
    int position = token.position();
    String text = token.text();
    return switch (token.kind()) {
      case IDENTIFIER -> {
        Function function = functions.get(text);
        if (function == null) {
          throw fail("function " + GoQuote.quote(text) + " not defined");
        }
        yield new Node.Identifier(position, function);
      }
      case DOT -> new Node.Dot(position);
      case NIL -> new Node.Nil(position);
      case VARIABLE -> {
        if (!variables.contains(text)) {
          throw fail("undefined variable " + GoQuote.quote(text));
        }
        yield new Node.Variable(position, List.of(text));
      }
      case FIELD -> new Node.Field(position, List.of(text.substring(1)));
      case BOOL -> new Node.BoolLiteral(position, text.equals("true"));
      case CHAR_CONSTANT, COMPLEX, NUMBER -> number(token);
      case LEFT_PARENTHESIS -> {
        enter();
        Node.Pipeline pipeline = pipeline(PARENTHESES, Kind.RIGHT_PARENTHESIS);
        depth--;
        yield pipeline;
      }
      case STRING, RAW_STRING -> new Node.StringLiteral(position, text, unquote(token));
      default -> {
        cursor--;
        yield null;
      }
    };
  }

  private Node.NumberLiteral number(Token token) {
    try {
      return new Node.NumberLiteral(token.position(), NumberConstant.parse(token));
    } catch (FunctionException e) {
      throw fail(e.text());
    }
  }

  private String unquote(Token token) {
    String value = GoQuote.unquote(token.text());
    if (value == null) {
      throw fail("invalid syntax");
    }
    return value;
  }

  private void enter() {
    depth++;
    if (depth > MAX_DEPTH) {
      throw fail("nested deeper than " + MAX_DEPTH + " levels");
    }
  }

  private void leaveScope(int size) {
    variables.subList(size, variables.size()).clear();
  }

  private Token next() {
    Token token = tokens.get(cursor);
    furthest = Math.max(furthest, cursor);
    // After the last token, which is EOF or an error, there is only that token.
    if (cursor < tokens.size() - 1) {
      cursor++;
    } else {
      cursor = tokens.size();
      tokens.add(token);
    }
    return token;
  }

  private Token peek() {
    Token token = next();
    cursor--;
    return token;
  }

  private Token nextNonSpace() {
    while (true) {
      Token token = next();
      if (token.kind() != Kind.SPACE) {
        return token;
      }
    }
  }

  private Token peekNonSpace() {
    Token token = nextNonSpace();
    cursor--;
    return token;
  }

  private void expect(Kind kind, String context) {
    Token token = nextNonSpace();
    if (token.kind() != kind) {
      throw unexpected(token, context);
    }
  }

  private TemplateException unexpected(Token token, String context) {
    if (token.kind() != Kind.ERROR) {
      return fail("unexpected " + token.describe() + " in " + context);
    }
    String message = token.text();
    if (actionLine != 0 && actionLine != token.line()) {
      String started = " started at " + name + ":" + actionLine;
      message += message.endsWith(" action") ? started : " in action" + started;
    }
    return fail(message);
  }

  private TemplateException fail(String message) {
    int line = tokens.get(furthest).line();
    return new TemplateException(
        ByteStrings.toText("template: " + name + ":" + line + ": " + message));
  }
}
