package io.skald.agent.pipeline;

import io.skald.common.config.ConfigNode;

/** {@code eventlogmessage}: extracts the {@code Key: value} lines of a Windows event message. */
record EventLogMessageStage(String source, boolean dropsInvalid, boolean overwrites)
    implements Stage.Simple {
  private static final String COLLISION_SUFFIX = "_extracted";

  static Stage make(ConfigNode body, PipelineCompiler.Building building)
      throws StageConfigException {
    StageOptions options = new StageOptions(body);
    EventLogMessageStage stage =
        new EventLogMessageStage(
            options.text("source", "message"),
            options.flag("drop_invalid_labels", false),
            options.flag("overwrite_existing", false));
    building.done(options);
    return stage;
  }

  @Override
  public boolean apply(Entry entry) {
    String text = entry.extractedText(source);
    if (text == null) {
      return true;
    }
    for (String line : text.split("\r\n", -1)) {
      int colon = line.indexOf(':');
      if (colon <= 0) {
        continue;
      }
      String key = line.substring(0, colon).strip();
      String name = sanitized(key);
      if (key.isEmpty() || (dropsInvalid && !name.equals(key))) {
        continue;
      }
      if (!overwrites && entry.hasExtracted(name)) {
        name += COLLISION_SUFFIX;
      }
      entry.extract(name, line.substring(colon + 1).strip());
    }
    return true;
  }

  private static String sanitized(String key) {
    StringBuilder out = new StringBuilder(key.length());
    for (int i = 0; i < key.length(); i++) {
      char c = key.charAt(i);
      boolean letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
      boolean digit = c >= '0' && c <= '9';
      if (i == 0 && digit) {
        out.append('_');
      }
      out.append(letter || digit ? c : '_');
    }
    return out.toString();
  }
}
