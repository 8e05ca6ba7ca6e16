package io.skald.cli;

import io.skald.server.auth.BearerToken;
import java.io.PrintWriter;
import java.security.SecureRandom;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Makes a token and its hash for a file of tokens. */
@Command(
    name = "new-token",
    mixinStandardHelpOptions = true,
    description = "Print a random bearer token, and its hash for the tokens file.")
final class NewTokenCommand implements Callable<Integer> {
  @Spec CommandSpec spec = CommandSpec.forAnnotatedObject(this);

  @Override
  public Integer call() {
    String token = BearerToken.random(new SecureRandom());
    PrintWriter out = spec.commandLine().getOut();
    out.println("token: " + token);
    out.println("token_sha256: " + BearerToken.sha256Hex(token));
    return 0;
  }
}
