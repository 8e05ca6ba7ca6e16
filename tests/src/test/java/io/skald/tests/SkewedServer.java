package io.skald.tests;

import io.skald.common.time.Clock;
import io.skald.server.Logging;
import io.skald.server.ServerProcess;
import io.skald.server.SkaldConfig;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * {@code skald server} with a clock that is wrong: {@code SkewedServer SECONDS -config.file=FILE
 * -KEY=VALUE ...}
 */
final class SkewedServer {
  private static final String FILE = "-config.file=";

  private SkewedServer() {}

  /** Returns the command that starts one, without the flags of the server. */
  static List<String> command(Duration skew) {
    return List.of(
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "--enable-native-access=ALL-UNNAMED",
        "--add-modules",
        "jdk.incubator.vector",
        "-Xmx192m",
        "-cp",
        classPath(),
        SkewedServer.class.getName(),
        Long.toString(skew.toSeconds()));
  }

  /** It is started in another folder. */
  private static String classPath() {
    String own =
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    return Stream.of(own.split(File.pathSeparator))
        .map(entry -> Path.of(entry).toAbsolutePath().toString())
        .collect(Collectors.joining(File.pathSeparator));
  }

  public static void main(String[] arguments) throws IOException, InterruptedException {
    long skewNanos = Duration.ofSeconds(Long.parseLong(arguments[0])).toNanos();
    Map<String, String> keys = new HashMap<>();
    for (String flag : List.of(arguments).subList(2, arguments.length)) {
      int equals = flag.indexOf('=');
      keys.put(flag.substring(1, equals).replace('-', '_'), flag.substring(equals + 1));
    }
    String file = arguments[1].substring(FILE.length());
    SkaldConfig config = SkaldConfig.load(file, Files.readString(Path.of(file)), keys).config();
    Logging.configure("info", System.err);
    Clock real = Clock.system();
    Clock wrong =
        new Clock() {
          @Override
          public long nowNanos() {
            return real.nowNanos() + skewNanos;
          }

          @Override
          public long monotonicNanos() {
            return real.monotonicNanos();
          }
        };
    ServerProcess server = new ServerProcess(config, wrong, () -> {});
    Runtime.getRuntime().addShutdownHook(new Thread(server::close));
    server.start();
    new CountDownLatch(1).await();
  }
}
