package io.skald.common.limits;

import com.google.re2j.Pattern;
import io.skald.common.values.RegexErrors;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Queries that are refused.
 *
 * @param pattern the text of the query, or with {@code regex} an expression that is found in it;
 *     empty stands for every query
 * @param types {@code metric}, {@code filter} (a log query with stages) or {@code limited} (one
 *     without); empty stands for all
 * @param hash the 32-bit FNV-1 hash of the query's text, decimal, instead of a pattern; "" for none
 */
public record BlockedQuery(String pattern, boolean regex, List<String> types, String hash) {
  private static final List<String> TYPES = List.of("metric", "filter", "limited");
  private static final int FNV_OFFSET = 0x811C9DC5;
  private static final int FNV_PRIME = 0x01000193;

  public BlockedQuery {
    types = List.copyOf(types);
    for (String type : types) {
      if (!TYPES.contains(type)) {
        throw new IllegalArgumentException(
            "types of blocked_queries must be of " + String.join(", ", TYPES) + ": " + type);
      }
    }
    if (regex) {
      RegexErrors.compile(pattern);
    }
    if (!hash.isEmpty()) {
      parseHash(hash);
    }
  }

  /** Returns what an element in a file starts from. */
  public static BlockedQuery defaults() {
    return new BlockedQuery("", false, List.of(), "");
  }

  private static int parseHash(String hash) {
    try {
      return Integer.parseUnsignedInt(hash);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          "hash of blocked_queries must be a number from 0 to 4294967295: " + hash, e);
    }
  }

  /**
   * @param type one of those above
   */
  public boolean blocks(String query, String type) {
    if (!types.isEmpty() && !types.contains(type)) {
      return false;
    }
    if (!hash.isEmpty() && parseHash(hash) != 0) {
      return parseHash(hash) == fnv1(query.strip());
    }
    if (pattern.isEmpty()) {
      return true;
    }
    return regex
        ? RegexErrors.compile(pattern, Pattern.DOTALL).matcher(query).find()
        : pattern.strip().equals(query.strip());
  }

  /** FNV-1, 32 bits: RFC 9923. */
  private static int fnv1(String text) {
    int hash = FNV_OFFSET;
    for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
      hash *= FNV_PRIME;
      hash ^= b & 0xFF;
    }
    return hash;
  }
}
