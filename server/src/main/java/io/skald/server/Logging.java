package io.skald.server;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import ch.qos.logback.core.Context;
import java.io.PrintStream;
import java.util.List;
import java.util.Locale;
import org.slf4j.LoggerFactory;

/** Structured logs, one line an event, on standard error. */
public final class Logging {
  /** The levels that can be set. */
  static final List<String> LEVELS = List.of("debug", "info", "warn", "error");

  private Logging() {}

  /** Replaces whatever logging was set up, by lines in logfmt. */
  public static void configure(String level, PrintStream out) {
    configure(level, LogFormat.LOGFMT.text(), out);
  }

  /**
   * Replaces whatever logging was set up.
   *
   * @param format logfmt or json
   */
  public static void configure(String level, String format, PrintStream out) {
    LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
    context.reset();
    LineAppender appender = new LineAppender(context, LogFormat.of(format), out);
    appender.start();
    Logger root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    root.setLevel(Level.WARN);
    root.addAppender(appender);
    setLevel(level);
  }

  /** Sets the level of the project's own loggers: debug, info, warn or error. */
  public static void setLevel(String level) {
    LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
    context.getLogger("io.skald").setLevel(Level.toLevel(level, Level.INFO));
  }

  /** Returns the level of the project's own loggers: debug, info, warn or error. */
  static String level() {
    LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
    Level level = context.getLogger("io.skald").getEffectiveLevel();
    return level.toString().toLowerCase(Locale.ROOT);
  }

  /** Writes a line an event. */
  private static final class LineAppender extends AppenderBase<ILoggingEvent> {
    private final LogFormat format;
    private final PrintStream out;

    LineAppender(Context context, LogFormat format, PrintStream out) {
      this.format = format;
      this.out = out;
      setContext(context);
    }

    @Override
    protected void append(ILoggingEvent event) {
      out.println(format.print(LogFields.of(event)));
    }
  }
}
