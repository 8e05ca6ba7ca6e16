package io.skald.common.client;

import io.skald.common.config.Secret;
import io.skald.common.tls.ClientTlsConfig;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.stream.Stream;

/**
 * The keys of a client about credentials and TLS. Files of secrets are read for every request, so
 * that a changed one holds at once.
 *
 * @param basicAuth name and password; at most one of this and the two that follow
 * @param bearerToken sent as it is
 * @param bearerTokenFile holds it
 * @param tlsConfig for https
 */
public record ClientAccess(
    BasicAuth basicAuth, Secret bearerToken, String bearerTokenFile, ClientTlsConfig tlsConfig) {
  public static final ClientAccess NONE =
      new ClientAccess(
          new BasicAuth("", Secret.NONE, ""), Secret.NONE, "", ClientTlsConfig.DEFAULTS);

  /**
   * @param passwordFile holds the password; at most one of both
   */
  public record BasicAuth(String username, Secret password, String passwordFile) {
    public BasicAuth {
      if (!password.isEmpty() && !passwordFile.isEmpty()) {
        throw new IllegalArgumentException("set only one of password and password_file");
      }
      if (username.isEmpty() && !(password.isEmpty() && passwordFile.isEmpty())) {
        throw new IllegalArgumentException("username is required beside a password");
      }
    }
  }

  public ClientAccess {
    long kinds =
        Stream.of(
                !basicAuth.username().isEmpty(), !bearerToken.isEmpty(), !bearerTokenFile.isEmpty())
            .filter(isSet -> isSet)
            .count();
    if (kinds > 1) {
      throw new IllegalArgumentException(
          "set only one of basic_auth, bearer_token and bearer_token_file");
    }
  }

  /**
   * Returns the value of the header {@code Authorization}, or "" to send none.
   *
   * @throws IOException if a file of a secret cannot be read
   */
  public String authorization() throws IOException {
    if (!basicAuth.username().isEmpty()) {
      String password =
          basicAuth.passwordFile().isEmpty()
              ? basicAuth.password().reveal()
              : read(basicAuth.passwordFile());
      byte[] pair = (basicAuth.username() + ":" + password).getBytes(StandardCharsets.UTF_8);
      return "Basic " + Base64.getEncoder().encodeToString(pair);
    }
    String token = bearerTokenFile.isEmpty() ? bearerToken.reveal() : read(bearerTokenFile);
    return token.isEmpty() ? "" : "Bearer " + token;
  }

  /** A line break at the end, as editors leave it, does not belong to the secret. */
  private static String read(String file) throws IOException {
    return Files.readString(Path.of(file)).strip();
  }
}
