package io.skald.server;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.skald.common.http.HttpResponse;
import java.util.Arrays;
import java.util.List;

/** Plain pages: a heading and tables. What comes from outside goes through {@link #text}. */
final class Html {
  private static final String PAGE =
      """
      <!DOCTYPE html>
      <html lang="en">
      <head><meta charset="utf-8"><title>%1$s</title></head>
      <body>
      <h1>%1$s</h1>
      %2$s</body>
      </html>
      """;

  private Html() {}

  /** Returns text that stands for itself between tags. */
  static String text(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
  }

  /** Returns a table; all cells are plain text. */
  static String table(String[] heads, List<String[]> rows) {
    return markupTable(
        heads,
        rows.stream()
            .map(cells -> Arrays.stream(cells).map(Html::text).toArray(String[]::new))
            .toList());
  }

  /**
   * Returns a table.
   *
   * @param rows cells as they are to stand there
   */
  static String markupTable(String[] heads, List<String[]> rows) {
    StringBuilder out = new StringBuilder("<table>\n");
    row(out, "th", heads);
    rows.forEach(cells -> row(out, "td", cells));
    return out.append("</table>\n").toString();
  }

  private static void row(StringBuilder out, String tag, String[] cells) {
    out.append("<tr>");
    for (String cell : cells) {
      out.append('<').append(tag).append('>').append(cell);
      out.append("</").append(tag).append('>');
    }
    out.append("</tr>\n");
  }

  /**
   * Returns a page.
   *
   * @param body as it is to stand there
   */
  static HttpResponse page(String title, String body) {
    return HttpResponse.of(
        200, "text/html; charset=utf-8", PAGE.formatted(text(title), body).getBytes(UTF_8));
  }
}
