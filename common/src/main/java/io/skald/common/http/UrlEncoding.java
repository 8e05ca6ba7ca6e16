package io.skald.common.http;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/** Percent-encoding of paths and of {@code application/x-www-form-urlencoded} pairs. */
final class UrlEncoding {
  private UrlEncoding() {}

  /**
   * @param plusIsSpace as in forms and query strings
   * @throws HttpException 400 for a bad escape
   */
  static String decode(String text, boolean plusIsSpace) {
    if (text.indexOf('%') < 0 && (!plusIsSpace || text.indexOf('+') < 0)) {
      return text;
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream(text.length());
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '%') {
        int high = i + 2 < text.length() ? Character.digit(text.charAt(i + 1), 16) : -1;
        int low = i + 2 < text.length() ? Character.digit(text.charAt(i + 2), 16) : -1;
        if (high < 0 || low < 0) {
          String escape = text.substring(i, Math.min(i + 3, text.length()));
          throw new HttpException(400, "invalid URL escape \"" + escape + "\"");
        }
        out.write(high << 4 | low);
        i += 2;
      } else if (c == '+' && plusIsSpace) {
        out.write(' ');
      } else {
        out.writeBytes(Character.toString(c).getBytes(StandardCharsets.UTF_8));
      }
    }
    return out.toString(StandardCharsets.UTF_8);
  }

  /** Adds the pairs of a query string or form to {@code parameters}. */
  static void decodePairs(String text, Map<String, List<String>> parameters) {
    for (int start = 0; start < text.length(); ) {
      int end = text.indexOf('&', start);
      if (end < 0) {
        end = text.length();
      }
      if (end > start) {
        String pair = text.substring(start, end);
        int equals = pair.indexOf('=');
        String name = equals < 0 ? pair : pair.substring(0, equals);
        String value = equals < 0 ? "" : pair.substring(equals + 1);
        HttpRequest.add(parameters, decode(name, true), decode(value, true));
      }
      start = end + 1;
    }
  }
}
