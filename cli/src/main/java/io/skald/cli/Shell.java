package io.skald.cli;

import io.skald.common.time.Clock;
import java.io.Console;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneId;
import java.util.Map;

/**
 * What a client command is called from.
 *
 * @param out standard output, not buffered
 * @param isOutTerminal whether a person looks at {@code out}
 * @param zone the local time zone
 */
record Shell(
    OutputStream out,
    PrintStream err,
    boolean isOutTerminal,
    boolean isErrTerminal,
    Map<String, String> environment,
    Clock clock,
    ZoneId zone) {

  /** Returns the surroundings of this process. */
  static Shell ofProcess() {
    return new Shell(
        new FileOutputStream(FileDescriptor.out),
        System.err,
        isTerminal(1),
        isTerminal(2),
        System.getenv(),
        Clock.system(),
        ZoneId.systemDefault());
  }

  /** Prints a note, unless there is nothing to say. */
  void note(String text) {
    if (!text.isEmpty()) {
      byte[] bytes = (text + System.lineSeparator()).getBytes(StandardCharsets.UTF_8);
      err.write(bytes, 0, bytes.length);
      err.flush();
    }
  }

  /**
   * Returns whether a person looks at standard output (1) or standard error (2).
   *
   * <p>Java tells only whether standard input and output are both a terminal, so Linux is asked
   * first: {@code skald query ... < file} still writes to the screen.
   */
  @SuppressWarnings("SystemConsoleNull") // never null on this JDK, but declared to be
  static boolean isTerminal(int descriptor) {
    try {
      String target = Files.readSymbolicLink(Path.of("/proc/self/fd/" + descriptor)).toString();
      return target.startsWith("/dev/pts/")
          || target.startsWith("/dev/tty")
          || target.equals("/dev/console");
    } catch (IOException | UnsupportedOperationException e) {
      // Not Linux: the console is the best guess.
      Console console = System.console();
      return console != null && console.isTerminal();
    }
  }
}
