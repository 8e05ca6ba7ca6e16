package io.skald.server.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.skald.common.http.Guard;
import io.skald.common.http.Permission;
import io.skald.common.reload.FileReloads;
import io.skald.common.time.Clock;
import io.skald.server.auth.Authenticator.Outcome;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BasicAuthenticatorTest {
  private static final int ITERATIONS = 10_000;

  @TempDir private Path directory;
  private final AtomicLong nanos = new AtomicLong();
  private final FileReloads reloads = new FileReloads();
  private Path file;
  private BasicAuthenticator authenticator;

  @BeforeEach
  void make() throws IOException {
    file = directory.resolve("users.yaml");
    write("pass");
    authenticator = open(file);
  }

  private BasicAuthenticator open(Path users) {
    Clock clock =
        new Clock() {
          @Override
          public long nowNanos() {
            return nanos.get();
          }

          @Override
          public long monotonicNanos() {
            return nanos.get();
          }
        };
    return new BasicAuthenticator(users.toString(), reloads, clock, new Random(1));
  }

  private void write(String password) throws IOException {
    Files.writeString(
        file,
        "users: [{name: alice, password_hash: "
            + PasswordHash.create(password, ITERATIONS, new Random(2))
            + ", tenants: [a], permissions: [read]}]");
  }

  private static Guard.Attempt attempt(String pair) {
    byte[] bytes = pair.getBytes(StandardCharsets.UTF_8);
    return new Guard.Attempt(
        Permission.READ,
        List.of("basic " + Base64.getEncoder().encodeToString(bytes)),
        List.of(),
        null);
  }

  @Test
  void identify_rightPassword_isRememberedForAMinute() {
    assertThat(authenticator.identifyAtOnce(attempt("alice:pass"))).isEmpty();
    assertThat(authenticator.identify(attempt("alice:pass"))).isInstanceOf(Outcome.Known.class);
    assertThat(authenticator.identifyAtOnce(attempt("alice:pass")))
        .hasValueSatisfying(outcome -> assertThat(outcome).isInstanceOf(Outcome.Known.class));

    nanos.addAndGet(Duration.ofSeconds(61).toNanos());
    assertThat(authenticator.identifyAtOnce(attempt("alice:pass"))).isEmpty();
  }

  @Test
  void identify_wrongPassword_isRememberedForAMoment() {
    assertThat(authenticator.identify(attempt("alice:no"))).isInstanceOf(Outcome.Unknown.class);
    assertThat(authenticator.identifyAtOnce(attempt("alice:no"))).isPresent();

    nanos.addAndGet(Duration.ofSeconds(11).toNanos());
    assertThat(authenticator.identifyAtOnce(attempt("alice:no"))).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"bob:pass", "alice:", ":pass", ":", "alice:pass:", "Alice:pass", "'alice :pass'"})
  void identify_otherPair_isUnknown(String pair) {
    assertThat(authenticator.identify(attempt(pair))).isInstanceOf(Outcome.Unknown.class);
  }

  @Test
  void identify_unknownName_costsAsMuchAsAWrongPassword() {
    // The same function with as many iterations; the shares of time only say that it ran at all.
    long wrong = nanosOf("alice:wrong");
    long unknown = nanosOf("nobody:wrong");

    assertThat(unknown).isGreaterThan(wrong / 10);
  }

  private long nanosOf(String pair) {
    long best = Long.MAX_VALUE;
    for (int i = 0; i < 5; i++) {
      long began = System.nanoTime();
      assertThat(authenticator.identify(attempt(pair + i))).isInstanceOf(Outcome.Unknown.class);
      best = Math.min(best, System.nanoTime() - began);
    }
    return best;
  }

  @Test
  void reload_changedPassword_holdsAtOnce() throws IOException {
    assertThat(authenticator.identify(attempt("alice:pass"))).isInstanceOf(Outcome.Known.class);
    write("new");
    reloads.refresh();

    assertThat(authenticator.identify(attempt("alice:pass"))).isInstanceOf(Outcome.Unknown.class);
    assertThat(authenticator.identify(attempt("alice:new"))).isInstanceOf(Outcome.Known.class);
  }

  @Test
  void reload_badFile_keepsTheOldOne() throws IOException {
    Files.writeString(file, "users: []");
    reloads.refresh();

    assertThat(authenticator.identify(attempt("alice:pass"))).isInstanceOf(Outcome.Known.class);
    assertThat(reloads.stale()).isEqualTo(1);
  }

  @ParameterizedTest
  @CsvSource(
      delimiterString = "->",
      quoteCharacter = '`',
      textBlock =
          """
          {name: a, password_hash: s3cret, tenants: [a], permissions: [read]} -> user 'a': password_hash must be as 'skald config hash-password' prints it
          {name: a, password_hash: HASH, tenants: [], permissions: [read]} -> user 'a': 'a' needs tenants: a list of ids, or ["*"]
          {name: a, password_hash: HASH, tenants: ['*', b], permissions: [read]} -> user 'a': 'a' needs tenants: a list of ids, or ["*"]
          {name: a, password_hash: HASH, tenants: [../x], permissions: [read]} -> user 'a': tenant ID '../x' contains unsupported character '/'
          {name: a, password_hash: HASH, tenants: [a], permissions: []} -> user 'a': 'a' needs permissions: some of read, write, admin
          {name: a, password_hash: HASH, tenants: [a], permissions: [open]} -> user 'a': 'a' needs permissions: some of read, write, admin
          {name: 'a:b', password_hash: HASH, tenants: [a], permissions: [read]} -> a name cannot hold a colon: 'a:b'
          {name: a, pasword_hash: s3cret, tenants: [a], permissions: [read]} -> did you mean 'password_hash'?
          {name: a, password_hash: [s3cret], tenants: [a], permissions: [read]} -> must be a single value
          """)
  void open_badEntry_saysWhatIsWrongWithoutTheSecret(String entry, String message)
      throws IOException {
    String hash = PasswordHash.create("x", ITERATIONS, new Random(3)).toString();
    Path bad =
        Files.writeString(
            directory.resolve("bad.yaml"), "users: [" + entry.replace("HASH", hash) + "]");

    assertThatThrownBy(() -> open(bad))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message)
        .hasMessageNotContaining("s3cret")
        .hasMessageNotContaining(hash);
  }

  @Test
  void hash_parsedAndPrinted_isTheSame() {
    PasswordHash hash = PasswordHash.create("pässwörd", ITERATIONS, new Random(4));
    PasswordHash parsed = PasswordHash.parse(hash.toString());

    assertThat(parsed.matches("pässwörd")).isTrue();
    assertThat(parsed.matches("password")).isFalse();
    assertThat(parsed).hasToString(hash.toString());
  }

  /** Made by Python's hashlib.pbkdf2_hmac. */
  @Test
  void hash_ofKnownInput_isThatOfOtherPrograms() {
    PasswordHash known =
        PasswordHash.parse(
            "$pbkdf2-sha256$i=10000$MDEyMzQ1Njc4OWFiY2RlZg$6umsHhz0yhb+YIJ/FUgCrsOB+tK+gGdB+tvI2KPIHns");

    assertThat(known.matches("secret")).isTrue();
  }
}
