package io.skald.server;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.core.AppenderBase;
import ch.qos.logback.core.Context;
import java.io.PrintStream;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import org.slf4j.LoggerFactory;

/** Structured logs, one logfmt line an event, on standard error. */
public final class Logging {
  /** The levels that can be set. */
  static final List<String> LEVELS = List.of("debug", "info", "warn", "error");

  private Logging() {}

  /** Replaces whatever logging was set up. */
  public static void configure(String level, PrintStream out) {
    LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
    context.reset();
    LogfmtAppender appender = new LogfmtAppender(context, out);
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

  /** Writes {@code ts=... level=... component=... msg="..."}. */
  private static final class LogfmtAppender extends AppenderBase<ILoggingEvent> {
    private final PrintStream out;

    LogfmtAppender(Context context, PrintStream out) {
      this.out = out;
      setContext(context);
    }

    @Override
    protected void append(ILoggingEvent event) {
      StringBuilder line = new StringBuilder(200);
      line.append("ts=").append(Instant.ofEpochMilli(event.getTimeStamp()));
      line.append(" level=").append(event.getLevel().toString().toLowerCase(Locale.ROOT));
      line.append(" component=").append(component(event.getLoggerName()));
      line.append(" msg=");
      quote(line, event.getFormattedMessage());
      IThrowableProxy thrown = event.getThrowableProxy();
      if (thrown != null) {
        line.append(" err=");
        quote(line, thrown.getClassName() + ": " + thrown.getMessage());
      }
      out.println(line);
    }

    /** {@code io.skald.storage.wal.SegmentWriter} is the component {@code storage.wal}. */
    private static String component(String logger) {
      String own = logger.startsWith("io.skald.") ? logger.substring(9) : logger;
      int type = own.lastIndexOf('.');
      return type > 0 ? own.substring(0, type) : own;
    }

    private static void quote(StringBuilder out, String text) {
      out.append('"');
      for (int i = 0; i < text.length(); i++) {
        char c = text.charAt(i);
        switch (c) {
          case '"' -> out.append("\\\"");
          case '\\' -> out.append("\\\\");
          case '\n' -> out.append("\\n");
          case '\r' -> out.append("\\r");
          case '\t' -> out.append("\\t");
          default -> {
            if (c < ' ') {
              out.append(String.format("\\u%04x", (int) c));
            } else {
              out.append(c);
            }
          }
        }
      }
      out.append('"');
    }
  }
}
