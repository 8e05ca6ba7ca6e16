package io.skald.server;

/** The version of this build. */
public final class Version {
  private Version() {}

  /** Returns the version in the jar's manifest, or {@code dev} when it runs from classes. */
  public static String current() {
    String version = Version.class.getPackage().getImplementationVersion();
    return version == null ? "dev" : version;
  }
}
