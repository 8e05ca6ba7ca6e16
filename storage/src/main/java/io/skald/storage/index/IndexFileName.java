package io.skald.storage.index;

import io.skald.common.block.StorageException;
import io.skald.common.model.TenantId;
import io.skald.storage.object.ObjectKey;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.format.DateTimeFormatter;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The name of an index file: an object with sorted keys of one tenant and day. The name tells how
 * long it is and its checksum, so that whoever has the name can tell whether a copy is whole.
 *
 * <pre>
 *  key  := "_index/" tenant "/" ("new" | "merged") "/" (YYYYMMDD | "wide") "/" file
 *  file := milliseconds (12 hex digits) "-" random (16) "-" writer "-" length (8) "-" crc32c (8) ".v1.sst"
 * </pre>
 *
 * @param merged whether the compactor wrote it: such a file counts only if the manifest names it
 * @param day UTC day since 1970, or {@link #WIDE_DAY}
 * @param writtenMillis when it was written, since 1970
 * @param writer who wrote it, for people
 * @param length bytes
 * @param file the last segment of the key
 */
public record IndexFileName(
    TenantId tenant,
    boolean merged,
    int day,
    long writtenMillis,
    String writer,
    int length,
    int crc,
    String file) {
  /** Where chunks that touch very many days are listed. */
  public static final int WIDE_DAY = IndexKeys.WIDE_DAY;

  /** What all objects of the index start with; no tenant is written so. */
  public static final String ROOT = "_index/";

  private static final String NEW = "new";
  private static final String MERGED = "merged";
  private static final String WIDE = "wide";
  private static final int MAX_WRITER_LENGTH = 64;
  private static final Pattern KEY =
      Pattern.compile(
          "_index/(?<tenant>.+)/(?<kind>new|merged)/(?<day>[0-9]{8}|wide)/"
              + "(?<file>(?<millis>[0-9a-f]{12})-[0-9a-f]{16}-(?<writer>[A-Za-z0-9._]+)"
              + "-(?<length>[0-9a-f]{8})-(?<crc>[0-9a-f]{8})\\.v(?<version>[0-9]+)\\.sst)");

  /** Returns the name of a file with these bytes. */
  static IndexFileName of(
      TenantId tenant, boolean merged, int day, long millis, long random, String writer, int length, int crc) {
    String shown = writer.replaceAll("[^A-Za-z0-9._]", "_");
    shown = shown.substring(0, Math.min(shown.length(), MAX_WRITER_LENGTH));
    String file =
        "%012x-%016x-%s-%08x-%08x.v1.sst"
            .formatted(millis, random, shown.isEmpty() ? "_" : shown, length, crc);
    return new IndexFileName(tenant, merged, day, millis, shown, length, crc, file);
  }

  /**
   * Reads a key of an object; empty if it is no index file.
   *
   * @throws StorageException if it is one of a version that is not known
   */
  public static Optional<IndexFileName> parse(String key) {
    Matcher matcher = KEY.matcher(key);
    if (!matcher.matches()) {
      return Optional.empty();
    }
    if (!matcher.group("version").equals("1")) {
      throw new StorageException(
          "index file %s has format version %s; this reader knows version 1"
              .formatted(key, matcher.group("version")));
    }
    try {
      return Optional.of(
          new IndexFileName(
              ObjectKey.tenantOf(matcher.group("tenant")),
              matcher.group("kind").equals(MERGED),
              readDay(matcher.group("day")),
              Long.parseLong(matcher.group("millis"), 16),
              matcher.group("writer"),
              Integer.parseInt(matcher.group("length"), 16),
              Integer.parseUnsignedInt(matcher.group("crc"), 16),
              matcher.group("file")));
    } catch (IllegalArgumentException | DateTimeException _) {
      return Optional.empty();
    }
  }

  private static int readDay(String day) {
    return day.equals(WIDE)
        ? WIDE_DAY
        : (int) LocalDate.parse(day, DateTimeFormatter.BASIC_ISO_DATE).toEpochDay();
  }

  /** Returns the start of the keys of a tenant's index. */
  public static String prefix(TenantId tenant) {
    return ROOT + ObjectKey.ofTenant(tenant) + "/";
  }

  /** Returns the start of the keys of the files that ingesters wrote for a tenant. */
  static String newFiles(TenantId tenant) {
    return prefix(tenant) + NEW + "/";
  }

  /** Returns the key of the object. */
  public String key() {
    String written =
        day == WIDE_DAY
            ? WIDE
            : DateTimeFormatter.BASIC_ISO_DATE.format(LocalDate.ofEpochDay(day));
    return prefix(tenant) + (merged ? MERGED : NEW) + "/" + written + "/" + file;
  }
}
