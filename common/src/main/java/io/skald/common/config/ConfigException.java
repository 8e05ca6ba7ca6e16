package io.skald.common.config;

import java.util.List;

/** A configuration that cannot be used. The message lists every problem, one a line. */
public final class ConfigException extends RuntimeException {
  private static final long serialVersionUID = 1;

  public ConfigException(List<String> problems) {
    super(String.join("\n", problems));
  }
}
