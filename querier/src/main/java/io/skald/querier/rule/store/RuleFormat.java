package io.skald.querier.rule.store;

import io.skald.common.block.StorageException;
import io.skald.common.model.TenantId;
import io.skald.querier.rule.InvalidRulesException;
import io.skald.querier.rule.RuleNamespace;
import io.skald.querier.rule.RuleReader;
import io.skald.querier.rule.RuleYaml;
import io.skald.storage.object.ObjectKey;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.CRC32C;

/**
 * A namespace of rules as an object: a rule file behind a line that makes it safe to read.
 *
 * <pre>
 *  object := "# skald rules " version " crc32c=" crc32c (8 hex digits, of file) "\n" file
 *  file   := "# tenant " tenant "\n" YAML: "namespace" and "groups", as Prometheus' rule files
 *  key    := "_rules/" tenant "/" SHA-256 of the namespace's name (64 hex digits)
 * </pre>
 *
 * <p>A name can hold any character and be of any length, so its digest is the key; the name stands
 * in the file. No tenant's own objects can lie below {@code _rules}: see {@link ObjectKey}.
 */
final class RuleFormat {
  static final String PREFIX = "_rules/";
  static final int VERSION = 1;

  /** A store that is read must be small enough to be parsed. */
  static final int MAX_BYTES = RuleReader.MAX_BYTES;

  private static final Pattern HEAD =
      Pattern.compile("# skald rules ([0-9]{1,4}) crc32c=([0-9a-f]{8})");

  private RuleFormat() {}

  static String key(TenantId tenant, String namespace) {
    return PREFIX + ObjectKey.ofTenant(tenant) + "/" + digest(namespace);
  }

  private static String digest(String namespace) {
    try {
      byte[] name = namespace.getBytes(StandardCharsets.UTF_8);
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(name));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  static byte[] encode(TenantId tenant, RuleNamespace namespace) {
    String file = "# tenant " + tenant + "\n" + RuleYaml.file(namespace);
    return ("# skald rules " + VERSION + " crc32c=" + crc(file) + "\n" + file)
        .getBytes(StandardCharsets.UTF_8);
  }

  /** A namespace and whose it is. */
  record Decoded(TenantId tenant, RuleNamespace namespace) {}

  /**
   * @throws StorageException if the object is damaged, of an unknown version or of another key
   */
  static Decoded decode(String key, byte[] bytes) {
    String text = new String(bytes, StandardCharsets.UTF_8);
    int end = text.indexOf('\n');
    Matcher head = HEAD.matcher(end < 0 ? "" : text.substring(0, end));
    if (!head.matches()) {
      throw damaged(key, "it does not start with '# skald rules'");
    }
    if (Integer.parseInt(head.group(1)) != VERSION) {
      throw damaged(
          key, "version " + head.group(1) + " is unknown; this reader knows version " + VERSION);
    }
    String file = text.substring(end + 1);
    if (!crc(file).equals(head.group(2))) {
      throw damaged(key, "CRC32C is " + crc(file) + ", expected " + head.group(2));
    }
    try {
      TenantId tenant = tenant(file);
      RuleNamespace namespace = RuleReader.file(RuleReader.namespaceOf(file), file);
      if (!key(tenant, namespace.name()).equals(key)) {
        throw damaged(key, "it belongs to another key");
      }
      return new Decoded(tenant, namespace);
    } catch (InvalidRulesException | IllegalArgumentException e) {
      throw damaged(key, String.valueOf(e.getMessage()));
    }
  }

  private static TenantId tenant(String file) {
    String line = file.substring(0, Math.max(0, file.indexOf('\n')));
    return new TenantId(line.replaceFirst("^# tenant ", ""));
  }

  private static String crc(String file) {
    CRC32C crc = new CRC32C();
    crc.update(file.getBytes(StandardCharsets.UTF_8));
    return HexFormat.of().toHexDigits((int) crc.getValue());
  }

  private static StorageException damaged(String key, String why) {
    return new StorageException("object " + key + ": the rules are damaged: " + why);
  }
}
