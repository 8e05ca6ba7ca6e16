package io.skald.logql.template;

/**
 * A template that cannot be compiled, or that failed while it ran. The message is complete and in
 * the words of Go's text/template, for example {@code template: line:1: unclosed action} or {@code
 * template: line:1:2: executing "line" at <div .a 0>: error calling div: runtime error: integer
 * divide by zero}.
 */
public final class TemplateException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  TemplateException(String message) {
    super(message);
  }

  TemplateException(String message, Throwable cause) {
    super(message, cause);
  }

  /** A bad template or line is ordinary input: no stack trace, this is thrown once per line. */
  @Override
  public synchronized Throwable fillInStackTrace() {
    return this;
  }
}
