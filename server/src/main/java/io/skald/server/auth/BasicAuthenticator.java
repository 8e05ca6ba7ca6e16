package io.skald.server.auth;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.skald.common.http.Guard;
import io.skald.common.reload.FileReloads;
import io.skald.common.reload.FileValue;
import io.skald.common.time.Clock;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Names and passwords (RFC 7617).
 *
 * <p>To check a password is made to be slow. So what was found is remembered for a short time under
 * a keyed digest of name and password; only few are checked at the same time; and a name that is
 * not there costs a check all the same, or its absence could be heard from the time of the answer.
 */
final class BasicAuthenticator implements Authenticator {
  private static final String SCHEME = "Basic";
  private static final Outcome.Unknown MISSING =
      new Outcome.Unknown("a name and a password are needed");
  private static final Outcome.Unknown WRONG = new Outcome.Unknown("wrong name or password");

  private static final Duration REMEMBER_RIGHT = Duration.ofMinutes(1);

  /** A client with a wrong password asks again and again; each time costs only now and then. */
  private static final Duration REMEMBER_WRONG = Duration.ofSeconds(10);

  private static final long MAX_REMEMBERED = 10_000;
  private static final long MAX_WAIT_SECONDS = 5;

  private final FileValue<Users> users;
  private final KeyedDigest digest;
  private final Semaphore checks =
      new Semaphore(Math.max(1, Runtime.getRuntime().availableProcessors() / 2));

  BasicAuthenticator(String file, FileReloads reloads, Clock clock, RandomGenerator random) {
    this.digest = new KeyedDigest(random);
    this.users =
        reloads.watch(
            "users file",
            List.of(Path.of(file)),
            contents -> Users.of(file, contents.getFirst(), clock, random));
  }

  /** A user and how to check it. */
  private record User(Grant grant, PasswordHash hash) {}

  /** One reading of the file, with what is remembered of it. */
  private record Users(
      Map<String, User> byName,
      PasswordHash decoy,
      Cache<ByteBuffer, Grant> right,
      Cache<ByteBuffer, Outcome> wrong) {
    static Users of(String file, byte[] content, Clock clock, RandomGenerator random) {
      CredentialsFile.Users read = CredentialsFile.read(file, content, CredentialsFile.Users.NONE);
      Map<String, User> byName = new HashMap<>();
      CredentialsFile.byName(file, read.users(), CredentialsFile.User::name)
          .forEach((name, user) -> byName.put(name, user(file, name, user)));
      int iterations =
          byName.values().stream()
              .map(user -> user.hash().iterations())
              .max(Comparator.naturalOrder())
              .orElse(PasswordHash.ITERATIONS);
      return new Users(
          byName,
          PasswordHash.create("nobody", iterations, random),
          remembered(REMEMBER_RIGHT, clock),
          remembered(REMEMBER_WRONG, clock));
    }

    private static User user(String file, String name, CredentialsFile.User user) {
      if (name.indexOf(':') >= 0) {
        throw new IllegalArgumentException(file + ": a name cannot hold a colon: '" + name + "'");
      }
      try {
        return new User(user.grant(), PasswordHash.parse(user.passwordHash().reveal()));
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException(file + ": user '" + name + "': " + e.getMessage(), e);
      }
    }

    private static <V> Cache<ByteBuffer, V> remembered(Duration time, Clock clock) {
      return Caffeine.newBuilder()
          .maximumSize(MAX_REMEMBERED)
          .expireAfterWrite(time)
          .ticker(clock::monotonicNanos)
          .build();
    }

    @Nullable Outcome recall(ByteBuffer key) {
      Grant grant = right.getIfPresent(key);
      return grant != null ? new Outcome.Known(grant) : wrong.getIfPresent(key);
    }

    Outcome check(String name, String password, ByteBuffer key) {
      User user = byName.get(name);
      boolean matches = (user == null ? decoy : user.hash()).matches(password);
      if (user == null || !matches) {
        wrong.put(key, WRONG);
        return WRONG;
      }
      right.put(key, user.grant());
      return new Outcome.Known(user.grant());
    }
  }

  @Override
  public Optional<Outcome> identifyAtOnce(Guard.Attempt attempt) {
    Optional<String> pair = pair(attempt);
    return pair.isEmpty()
        ? Optional.of(MISSING)
        : Optional.ofNullable(users.get().recall(digest.of(pair.get())));
  }

  @Override
  public Outcome identify(Guard.Attempt attempt) {
    String pair = pair(attempt).orElse("");
    int colon = pair.indexOf(':');
    if (colon < 0) {
      return MISSING;
    }
    try {
      if (!checks.tryAcquire(MAX_WAIT_SECONDS, TimeUnit.SECONDS)) {
        return new Outcome.Unavailable("too many passwords are being checked, try again later");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return new Outcome.Unavailable("the server is stopping");
    }
    try {
      Users now = users.get();
      ByteBuffer key = digest.of(pair);
      // Others with the same password may have waited for the same check.
      Outcome recalled = now.recall(key);
      return recalled != null
          ? recalled
          : now.check(pair.substring(0, colon), pair.substring(colon + 1), key);
    } finally {
      checks.release();
    }
  }

  /** Returns name, colon and password; empty if they are not there. */
  private static Optional<String> pair(Guard.Attempt attempt) {
    return AuthorizationHeader.credentials(attempt, SCHEME)
        .flatMap(BasicAuthenticator::decode)
        .filter(pair -> pair.indexOf(':') >= 0);
  }

  private static Optional<String> decode(String base64) {
    try {
      return Optional.of(new String(Base64.getDecoder().decode(base64), StandardCharsets.UTF_8));
    } catch (IllegalArgumentException _) {
      return Optional.empty();
    }
  }

  @Override
  public String challenge() {
    return "Basic realm=\"skald\", charset=\"UTF-8\"";
  }
}
