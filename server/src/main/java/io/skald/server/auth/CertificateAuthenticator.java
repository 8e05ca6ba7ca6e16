package io.skald.server.auth;

import io.skald.common.http.Guard;
import io.skald.common.reload.FileReloads;
import io.skald.common.reload.FileValue;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;

/** Client certificates, which the handshake has verified, by the common name of their subject. */
final class CertificateAuthenticator implements Authenticator {
  private static final Outcome.Unknown MISSING =
      new Outcome.Unknown("a client certificate is needed");

  private final FileValue<Map<String, Grant>> grants;

  CertificateAuthenticator(String file, FileReloads reloads) {
    this.grants =
        reloads.watch(
            "subjects file", List.of(Path.of(file)), contents -> load(file, contents.getFirst()));
  }

  private static Map<String, Grant> load(String file, byte[] content) {
    CredentialsFile.Subjects read =
        CredentialsFile.read(file, content, CredentialsFile.Subjects.NONE);
    Map<String, Grant> result = new HashMap<>();
    CredentialsFile.byName(file, read.subjects(), CredentialsFile.Subject::commonName)
        .forEach((name, subject) -> result.put(name, subject.grant()));
    return result;
  }

  @Override
  public Optional<Outcome> identifyAtOnce(Guard.Attempt attempt) {
    return Optional.of(identify(attempt));
  }

  @Override
  public Outcome identify(Guard.Attempt attempt) {
    X509Certificate certificate = attempt.certificate();
    if (certificate == null) {
      return MISSING;
    }
    Grant grant = grants.get().get(commonName(certificate));
    return grant == null
        ? new Outcome.Forbidden("the subject of the client certificate is not one of this server's")
        : new Outcome.Known(grant);
  }

  /** Returns the one common name, or "": of several, nobody could say which counts. */
  private static String commonName(X509Certificate certificate) {
    try {
      List<String> names =
          new LdapName(certificate.getSubjectX500Principal().getName())
              .getRdns().stream()
                  .filter(rdn -> rdn.size() == 1 && rdn.getType().equalsIgnoreCase("CN"))
                  .map(Rdn::getValue)
                  .map(String::valueOf)
                  .toList();
      return names.size() == 1 ? names.getFirst() : "";
    } catch (InvalidNameException _) {
      return "";
    }
  }

  @Override
  public String challenge() {
    return "Certificate realm=\"skald\"";
  }
}
