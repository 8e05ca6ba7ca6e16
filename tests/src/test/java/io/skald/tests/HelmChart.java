package io.skald.tests;

import com.marcnuri.helm.Helm;
import com.marcnuri.helm.LintResult;
import com.marcnuri.helm.TemplateCommand;
import java.nio.file.Path;
import java.util.List;

/** The chart, by Helm itself. */
final class HelmChart {
  private static final Path FOLDER = SkaldProcess.root().resolve("deploy/helm/skald");

  /** Without a cluster Helm takes an old one, which the chart does not want. */
  private static final String KUBERNETES = "1.30.0";

  private HelmChart() {}

  /** Returns whether Helm's library is there for this machine. */
  static boolean isAvailable() {
    return System.getProperty("os.arch").equals("amd64")
        && System.getProperty("os.name").equals("Linux");
  }

  static LintResult lint() {
    return new Helm(FOLDER).lint().strict().call();
  }

  /**
   * Renders release {@code skald} in the namespace {@code skald}.
   *
   * @param files values, the later ones win
   * @throws IllegalStateException with Helm's own words if values are no good
   */
  static String render(List<Path> files) {
    TemplateCommand command =
        new Helm(FOLDER)
            .template()
            .withName("skald")
            .withNamespace("skald")
            .withKubeVersion(KUBERNETES);
    files.forEach(command::withValuesFile);
    return command.call();
  }
}
