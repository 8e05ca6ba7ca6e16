package io.skald.server.auth;

import io.skald.common.http.Guard;
import io.skald.common.reload.FileReloads;
import io.skald.common.reload.FileValue;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * Fixed tokens (RFC 6750). The file holds their SHA-256: a token is random and long, nobody finds
 * it from its digest.
 */
final class BearerAuthenticator implements Authenticator {
  private static final String SCHEME = "Bearer";
  private static final Outcome.Unknown MISSING = new Outcome.Unknown("a bearer token is needed");
  private static final Outcome.Unknown WRONG = new Outcome.Unknown("unknown bearer token");
  private static final int SHA256_BYTES = 32;

  private final KeyedDigest digest;
  private final FileValue<Map<ByteBuffer, Token>> tokens;

  BearerAuthenticator(String file, FileReloads reloads, RandomGenerator random) {
    this.digest = new KeyedDigest(random);
    this.tokens =
        reloads.watch(
            "tokens file", List.of(Path.of(file)), contents -> load(file, contents.getFirst()));
  }

  private record Token(byte[] sha256, Grant grant) {}

  private Map<ByteBuffer, Token> load(String file, byte[] content) {
    CredentialsFile.Tokens read = CredentialsFile.read(file, content, CredentialsFile.Tokens.NONE);
    Map<ByteBuffer, Token> result = new HashMap<>();
    CredentialsFile.byName(file, read.tokens(), CredentialsFile.Token::name)
        .forEach((name, token) -> {
          byte[] sha256 = sha256(file, name, token.tokenSha256().reveal());
          if (result.put(digest.of(sha256), new Token(sha256, token.grant())) != null) {
            throw new IllegalArgumentException(
                file + ": the token of '" + name + "' has another name too");
          }
        });
    return result;
  }

  private static byte[] sha256(String file, String name, String hex) {
    if (!hex.toLowerCase(Locale.ROOT).matches("[0-9a-f]{" + 2 * SHA256_BYTES + "}")) {
      throw new IllegalArgumentException(
          file + ": token_sha256 of '" + name + "' must be 64 hexadecimal digits");
    }
    return HexFormat.of().parseHex(hex);
  }

  @Override
  public Optional<Outcome> identifyAtOnce(Guard.Attempt attempt) {
    return Optional.of(identify(attempt));
  }

  @Override
  public Outcome identify(Guard.Attempt attempt) {
    Optional<String> shown = AuthorizationHeader.credentials(attempt, SCHEME);
    if (shown.isEmpty()) {
      return MISSING;
    }
    byte[] sha256 = BearerToken.sha256(shown.get());
    Token token = tokens.get().get(digest.of(sha256));
    return token != null && MessageDigest.isEqual(token.sha256(), sha256)
        ? new Outcome.Known(token.grant())
        : WRONG;
  }

  @Override
  public String challenge() {
    return "Bearer realm=\"skald\"";
  }
}
