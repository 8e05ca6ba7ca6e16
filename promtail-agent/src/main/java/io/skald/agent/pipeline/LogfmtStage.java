package io.skald.agent.pipeline;

import io.skald.common.config.ConfigNode;
import io.skald.logql.pipeline.logfmt.LogfmtScanner;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** {@code logfmt}: extracts values by key; what stands before a syntax error counts. */
final class LogfmtStage implements Stage.Simple {
  /** The names of each key; two names may ask for the same one. */
  private final Map<String, List<String>> namesByKey = new HashMap<>();

  private final String source;
  private final LogfmtScanner scanner = new LogfmtScanner();

  private LogfmtStage(Map<String, String> mapping, String source) {
    mapping.forEach(
        (name, key) -> namesByKey.computeIfAbsent(key, _ -> new ArrayList<>()).add(name));
    this.source = source;
  }

  static Stage make(ConfigNode body, PipelineCompiler.Building building)
      throws StageConfigException {
    StageOptions options = new StageOptions(body);
    Map<String, String> mapping = options.map("mapping");
    if (mapping.isEmpty()) {
      throw options.wrong("'mapping' is required");
    }
    LogfmtStage stage = new LogfmtStage(mapping, options.text("source", ""));
    building.done(options);
    return stage;
  }

  @Override
  public boolean apply(Entry entry) {
    if (source.isEmpty()) {
      scan(entry, entry.lineBytes(), entry.lineFrom(), entry.lineLength());
      return true;
    }
    String text = entry.extractedText(source);
    if (text != null) {
      byte[] bytes = LineText.encode(text);
      scan(entry, bytes, 0, bytes.length);
    }
    return true;
  }

  private void scan(Entry entry, byte[] bytes, int from, int length) {
    scanner.reset(bytes, from, from + length);
    while (scanner.next() == LogfmtScanner.Step.PAIR) {
      String key =
          new String(
              bytes,
              scanner.keyStart(),
              scanner.keyEnd() - scanner.keyStart(),
              StandardCharsets.UTF_8);
      List<String> names = namesByKey.get(key);
      if (names != null) {
        String value = value(bytes);
        names.forEach(name -> entry.extract(name, value));
      }
    }
  }

  private String value(byte[] bytes) {
    int start = scanner.valueStart();
    int length = scanner.valueEnd() - start;
    if (!scanner.escaped()) {
      return LineText.decode(bytes, start, length);
    }
    byte[] out = new byte[length];
    int size = LogfmtScanner.unescape(bytes, start, start + length, out);
    return LineText.decode(out, 0, Math.max(0, size));
  }
}
