package io.skald.cli;

import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Prints metric results: on a terminal a table, and for ranges a small bar chart per series; elsewhere
 * tab-separated lines (time, labels, value).
 */
final class MetricPrinter {
  private static final String BARS = " \u2581\u2582\u2583\u2584\u2585\u2586\u2587\u2588";
  private static final int CHART_WIDTH = 60;

  private final LineOutput out;
  private final Terminal terminal;
  private final DateTimeFormatter times;

  MetricPrinter(LineOutput out, Terminal terminal, boolean utc) {
    this.out = out;
    this.terminal = terminal;
    this.times =
        DateTimeFormatter.ISO_OFFSET_DATE_TIME.withZone(
            utc ? ZoneOffset.UTC : ZoneId.systemDefault());
  }

  private record Point(String time, String value) {}

  private record Row(String labels, List<Point> points) {
    String last() {
      return points.isEmpty() ? "" : points.getLast().value();
    }
  }

  void print(Object answer) {
    List<Row> rows = rows(answer);
    boolean range = Json.text(answer, "data", "resultType").equals("matrix");
    if (!terminal.interactive()) {
      printTabs(rows);
    } else if (range) {
      printCharts(rows);
    } else {
      printTable(rows);
    }
  }

  private static List<Row> rows(Object answer) {
    if (Json.text(answer, "data", "resultType").equals("scalar")) {
      return List.of(new Row("{}", List.of(point(Json.list(answer, "data", "result")))));
    }
    List<Row> rows = new ArrayList<>();
    for (Object series : Json.list(answer, "data", "result")) {
      Map<String, Object> labels = Json.object(series, "metric");
      List<Point> points = new ArrayList<>();
      List<Object> single = Json.list(series, "value");
      if (!single.isEmpty()) {
        points.add(point(single));
      }
      Json.list(series, "values").forEach(pair -> points.add(point((List<?>) pair)));
      rows.add(new Row(LabelText.of(labels), points));
    }
    return rows;
  }

  private static Point point(List<?> pair) {
    return new Point(pair.get(0).toString(), pair.get(1).toString());
  }

  private void printTabs(List<Row> rows) {
    for (Row row : rows) {
      for (Point point : row.points()) {
        out.line(time(point.time()) + "\t" + row.labels() + "\t" + point.value());
      }
    }
  }

  private void printTable(List<Row> rows) {
    int width = rows.stream().mapToInt(row -> row.labels().length()).max().orElse(0);
    for (Row row : rows) {
      String padding = " ".repeat(width - row.labels().length() + 2);
      out.line(terminal.cyan(terminal.harmless(row.labels())) + padding + row.last());
    }
  }

  private void printCharts(List<Row> rows) {
    double highest = 0;
    for (Row row : rows) {
      for (Point point : row.points()) {
        double value = number(point.value());
        highest = Double.isFinite(value) ? Math.max(highest, value) : highest;
      }
    }
    for (Row row : rows) {
      out.line(terminal.cyan(terminal.harmless(row.labels())));
      out.line("  " + chart(row.points(), highest) + "  last " + row.last());
    }
    if (!rows.isEmpty()) {
      List<Point> points = rows.getFirst().points();
      out.line(
          terminal.dim(
              "  "
                  + time(points.getFirst().time())
                  + " to "
                  + time(points.getLast().time())
                  + ", highest "
                  + highest));
    }
  }

  /** Draws at most {@link #CHART_WIDTH} bars, each the highest of its points. */
  private static String chart(List<Point> points, double highest) {
    int width = Math.min(CHART_WIDTH, points.size());
    StringBuilder bars = new StringBuilder();
    for (int i = 0; i < width; i++) {
      double top = 0;
      for (int j = i * points.size() / width; j < (i + 1) * points.size() / width; j++) {
        double value = number(points.get(j).value());
        top = Double.isFinite(value) ? Math.max(top, value) : top;
      }
      int height = highest <= 0 ? 0 : (int) Math.ceil(top / highest * (BARS.length() - 1));
      bars.append(BARS.charAt(Math.clamp(height, 0, BARS.length() - 1)));
    }
    return bars.toString();
  }

  private static double number(String text) {
    return switch (text) {
      case "+Inf" -> Double.POSITIVE_INFINITY;
      case "-Inf" -> Double.NEGATIVE_INFINITY;
      default -> Double.parseDouble(text);
    };
  }

  private String time(String seconds) {
    double value = Double.parseDouble(seconds);
    return times.format(Instant.ofEpochMilli(Math.round(value * 1000)));
  }
}
