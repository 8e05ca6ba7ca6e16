package io.skald.logql.pipeline.match;

import com.google.re2j.Pattern;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Engines that could decide {@code |~} on a line, over lines of 200 bytes: one operation is a line,
 * so 1 M/s is 0.2 GB/s. See docs/performance.md for the command.
 */
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 3, time = 1)
@Fork(
    value = 1,
    jvmArgsAppend = {"--add-modules", "jdk.incubator.vector"})
@State(Scope.Thread)
public class RegexBenchmark {
  private static final int LINES = 1000;
  private static final int LINE_BYTES = 200;

  @Param({"(?i)timeout.*(backend|sockettimeout)", "user-1[0-9]+ ", "[a-z]+=[0-9.]+ms", "\\d+$"})
  public String expression = "";

  private byte[] area = {};
  private LineTest filter = LineTest.contains("");
  private RegexAutomaton automaton = automaton("x");
  private Pattern re2 = Pattern.compile("");
  private java.util.regex.Pattern backtracking = java.util.regex.Pattern.compile("");

  /** Compiles the expression for every engine. */
  @Setup
  public void compile() {
    SplittableRandom random = new SplittableRandom(42);
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < LINES; i++) {
      String line =
          "ts=2026-01-01T12:00:00Z level=info caller=client.go:%d msg=\"retrying upstream call\" trace_id=%016x%016x duration=%d.5ms user=user-%d err=\"%s\""
              .formatted(
                  random.nextInt(300),
                  random.nextLong(),
                  random.nextLong(),
                  random.nextInt(2000),
                  random.nextInt(20_000),
                  random.nextInt(30) == 0 ? "timeout: backend gone" : "");
      lines.append(line).append(" ".repeat(LINE_BYTES - line.length()));
    }
    area = lines.toString().getBytes(StandardCharsets.ISO_8859_1);
    filter = LineTest.matches(expression);
    automaton = automaton(expression);
    re2 = Pattern.compile(expression);
    backtracking = java.util.regex.Pattern.compile(expression);
  }

  private static RegexAutomaton automaton(String expression) {
    return RegexReader.read(expression)
        .flatMap(RegexProgram::of)
        .map(RegexAutomaton::new)
        .orElseThrow();
  }

  /** The line filter: literals first, then the automaton. */
  @Benchmark
  @OperationsPerInvocation(LINES)
  public int filter() {
    int found = 0;
    for (int start = 0; start < area.length; start += LINE_BYTES) {
      found += filter.test(area, start, start + LINE_BYTES) ? 1 : 0;
    }
    return found;
  }

  /** The automaton alone. */
  @Benchmark
  @OperationsPerInvocation(LINES)
  public int automaton() {
    int found = 0;
    for (int start = 0; start < area.length; start += LINE_BYTES) {
      boolean match = automaton.run(area, start, start + LINE_BYTES) == RegexAutomaton.Result.MATCH;
      found += match ? 1 : 0;
    }
    return found;
  }

  /** RE2J on the bytes. */
  @Benchmark
  @OperationsPerInvocation(LINES)
  public int re2j() {
    int found = 0;
    for (int start = 0; start < area.length; start += LINE_BYTES) {
      byte[] line = Arrays.copyOfRange(area, start, start + LINE_BYTES);
      found += re2.matcher(line).find() ? 1 : 0;
    }
    return found;
  }

  /** The JDK's engine, which backtracks: for comparison only. */
  @Benchmark
  @OperationsPerInvocation(LINES)
  public int backtracking() {
    int found = 0;
    for (int start = 0; start < area.length; start += LINE_BYTES) {
      String line = new String(area, start, LINE_BYTES, StandardCharsets.ISO_8859_1);
      found += backtracking.matcher(line).find() ? 1 : 0;
    }
    return found;
  }
}
