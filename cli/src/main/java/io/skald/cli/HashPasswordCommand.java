package io.skald.cli;

import io.skald.server.auth.PasswordHash;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Makes the hash of a password for a file of users. */
@Command(
    name = "hash-password",
    mixinStandardHelpOptions = true,
    description = "Read a password from standard input, print its hash for the users file.")
final class HashPasswordCommand implements Callable<Integer> {
  @Spec CommandSpec spec = CommandSpec.forAnnotatedObject(this);

  @Override
  public Integer call() throws IOException {
    if (System.console() != null && Shell.isTerminal(1)) {
      spec.commandLine().getErr().println("password (shown while you type; end with Enter):");
    }
    String line =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8)).readLine();
    if (line == null || line.isEmpty()) {
      throw new UsageException(
          "no password on standard input: printf %s \"$PASSWORD\" | skald config hash-password");
    }
    spec.commandLine()
        .getOut()
        .println(PasswordHash.create(line, PasswordHash.ITERATIONS, new SecureRandom()));
    return 0;
  }
}
