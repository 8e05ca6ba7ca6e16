package io.skald.tests;

import static org.assertj.core.api.Assertions.assertThat;

import io.skald.server.SkaldConfig;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.spi.ToolProvider;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The steps of deploy/Dockerfile, done without Docker: what it installs runs as a user without
 * rights from a folder that cannot be written to. That the base images exist, and that Docker
 * itself builds it, is not tested.
 */
class DockerImageTest {
  private static final Path ROOT = SkaldProcess.root();
  private static final Path LIB = ROOT.resolve("cli/target/lib");

  /** Classes of beans, which the MinIO client would ask for certificates that nothing here has. */
  private static final String LEFT_OUT = "java.desktop";

  private static final String USER = "10001";

  @TempDir private static Path directory;

  @BeforeAll
  static void build() throws Exception {
    // The launcher builds the jars where they are missing or old.
    assertThat(Tool.run(ROOT, "./skald", "--version").exitCode()).isZero();
    // Others have to reach what lies in it.
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  /** Returns the instructions of the last stage, each with its continued lines. */
  private static List<String> lastStage() throws IOException {
    String text =
        Files.readString(ROOT.resolve("deploy/Dockerfile"))
            .replaceAll("(?m)^#.*\n", "")
            .replaceAll("\\\\\n\\s*", " ");
    List<String> stage = new ArrayList<>();
    for (String line : text.lines().filter(line -> !line.isBlank()).toList()) {
      if (line.startsWith("FROM ")) {
        stage.clear();
      }
      stage.add(line);
    }
    return stage;
  }

  private static Set<String> modules() throws IOException {
    Matcher list =
        Pattern.compile("(?m)^MODULES=(\\S+)$")
            .matcher(Files.readString(ROOT.resolve("deploy/docker/install")));
    assertThat(list.find()).isTrue();
    return new TreeSet<>(List.of(list.group(1).split(",")));
  }

  @Test
  void modules_areThoseThatTheJarsNeed() throws IOException {
    List<String> jars;
    try (Stream<Path> files = Files.list(LIB)) {
      jars = files.map(Path::toString).toList();
    }
    StringWriter said = new StringWriter();
    PrintWriter out = new PrintWriter(said);
    int code =
        ToolProvider.findFirst("jdeps")
            .orElseThrow()
            .run(
                out,
                out,
                "--ignore-missing-deps",
                "--multi-release",
                "25",
                "--recursive",
                "--print-module-deps",
                "--class-path",
                String.join(":", jars),
                ROOT.resolve("cli/target/skald.jar").toString());
    assertThat(code).as(said.toString()).isZero();
    Set<String> needed =
        new TreeSet<>(List.of(said.toString().lines().toList().getLast().split(",")));

    assertThat(needed.remove(LEFT_OUT)).isTrue();
    assertThat(modules()).isEqualTo(needed);
  }

  @Test
  void lastStage_runsWithoutRights() throws IOException {
    List<String> stage = lastStage();

    assertThat(stage)
        .contains("USER 10001:10001", "VOLUME /var/lib/skald", "ENTRYPOINT [\"skald\"]")
        .anySatisfy(
            line -> assertThat(line).startsWith("HEALTHCHECK ").endsWith("[\"skald\", \"ready\"]"))
        .noneSatisfy(line -> assertThat(line).matches("^(ADD|MAINTAINER) .*"));
    int user = stage.indexOf("USER 10001:10001");
    assertThat(stage.subList(user, stage.size()))
        .as("nothing is done as root after it")
        .noneMatch(line -> line.startsWith("RUN ") || line.startsWith("COPY "));
    assertThat(Files.readString(ROOT.resolve("deploy/Dockerfile")))
        .contains("ARG BASE_IMAGE=debian:trixie-slim");
  }

  @Test
  void context_holdsEveryModuleAndNoMore() throws IOException {
    List<String> lines = Files.readAllLines(ROOT.resolve("deploy/Dockerfile.dockerignore"));
    Matcher module =
        Pattern.compile("<module>(.+)</module>").matcher(Files.readString(ROOT.resolve("pom.xml")));
    List<String> modules =
        module
            .results()
            .map(result -> result.group(1))
            .map(name -> name.equals("tests") ? "tests/pom.xml" : name)
            .toList();

    assertThat(lines)
        .contains("*", "**/target")
        .containsAll(modules.stream().map(m -> "!" + m).toList());
    assertThat(lines.stream().filter(line -> line.startsWith("!")).map(line -> line.substring(1)))
        .allSatisfy(path -> assertThat(ROOT.resolve(path)).exists());
  }

  @Test
  void configuration_isRead_withoutWarnings() throws IOException {
    SkaldConfig.Loaded loaded =
        SkaldConfig.load(
            "skald.yaml", Files.readString(ROOT.resolve("deploy/docker/skald.yaml")), Map.of());

    assertThat(loaded.warnings()).isEmpty();
    assertThat(loaded.config().common().pathPrefix()).isEqualTo(Path.of("/var/lib/skald"));
  }

  @Test
  void installation_cannotBeWrittenToAndUserHasNoRights_serves() throws Exception {
    Path installed = directory.resolve("skald");
    Tool install =
        Tool.run(
            ROOT,
            "env",
            "JAVA_HOME=" + System.getProperty("java.home"),
            "deploy/docker/install",
            installed.toString());
    assertThat(install.exitCode()).as(install.output()).isZero();
    String skald = installed.resolve("skald").toString();
    String home = "JAVA_HOME=" + installed.resolve("jre");
    for (List<String> profile :
        List.of(List.of("--version"), List.of("server", "--help"), List.of("agent", "--help"))) {
      List<String> command = new ArrayList<>(List.of("env", home, skald));
      command.addAll(profile);
      Tool warm = Tool.run(directory, command.toArray(String[]::new));
      assertThat(warm.exitCode()).as(warm.output()).isZero();
      assertThat(warm.output()).doesNotContain("no start-up cache");
    }
    assertThat(files(installed, ".aot")).hasSize(3);
    assertThat(Tool.run(directory, "chmod", "-R", "a-w", installed.toString()).exitCode()).isZero();

    Path data = Files.createDirectory(directory.resolve("data"));
    int port = SkaldProcess.freePort();
    List<String> command = new ArrayList<>();
    if (System.getProperty("user.name").equals("root")) {
      assertThat(Tool.run(directory, "chown", USER, data.toString()).exitCode()).isZero();
      command.addAll(List.of("setpriv", "--reuid", USER, "--regid", USER, "--clear-groups"));
    }
    command.addAll(
        List.of(
            skald,
            "server",
            "-config.file=" + ROOT.resolve("deploy/docker/skald.yaml"),
            "-server.http-listen-address=127.0.0.1",
            "-server.http-listen-port=" + port,
            "-common.path-prefix=" + data));
    // Where nothing can be unpacked to, natives come from the installation.
    Map<String, String> environment =
        Map.of(
            "JAVA_HOME",
            installed.resolve("jre").toString(),
            "SKALD_JAVA_OPTS",
            "-Djava.io.tmpdir=/nonexistent");
    try (SkaldProcess server = SkaldProcess.run(directory, port, command, environment)) {
      SkaldClient client = new SkaldClient(server.address());
      long now = System.currentTimeMillis() * 1_000_000;
      client.push("{\"app\":\"dock\"}", "[\"" + now + "\",\"a ship\"]");
      assertThat(client.post("/flush", "text/plain", new byte[0]).status()).isEqualTo(204);

      assertThat(
              client.get("/loki/api/v1/query_range", "query", "{app=\"dock\"} |= \"ship\"").text())
          .contains("a ship");
      Tool ready = Tool.run(directory, "env", home, skald, "ready", "--addr", server.address());
      assertThat(ready.exitCode()).as(ready.output()).isZero();
      assertThat(ready.output()).isEqualTo("ready\n");
      assertThat(Files.readString(Path.of("/proc/" + server.pid() + "/maps")))
          .contains(
              installed.resolve("native") + "/librocksdbjni",
              installed.resolve("native") + "/libzstd");
    }
    assertThat(files(installed, ".aot")).as("nothing was made again").hasSize(3);
  }

  private static List<Path> files(Path installed, String end) throws IOException {
    try (Stream<Path> files = Files.list(installed.resolve("cli/target"))) {
      return files.filter(file -> file.toString().endsWith(end)).toList();
    }
  }
}
