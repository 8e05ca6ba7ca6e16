package io.skald.cli;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/**
 * Prints metric results: on a terminal a table, and for ranges a small bar chart per series;
 * elsewhere tab-separated lines (time, labels, value) or JSON objects.
 */
final class MetricPrinter {
  private static final String BARS = " \u2581\u2582\u2583\u2584\u2585\u2586\u2587\u2588";
  private static final int CHART_WIDTH = 60;
  private static final JsonFactory JSON = new JsonFactory();

  private final LineOutput out;
  private final QueryCommand.Output output;
  private final Terminal terminal;

  MetricPrinter(LineOutput out, QueryCommand.Output output, Terminal terminal) {
    this.out = out;
    this.output = output;
    this.terminal = terminal;
  }

  /**
   * @param value as sent: a decimal, NaN, +Inf or -Inf
   */
  private record Point(long epochMillis, String value) {
    double number() {
      return switch (value) {
        case "+Inf" -> Double.POSITIVE_INFINITY;
        case "-Inf" -> Double.NEGATIVE_INFINITY;
        default -> Double.parseDouble(value);
      };
    }
  }

  private record Row(Map<String, Object> labels, List<Point> points) {
    String last() {
      return points.isEmpty() ? "" : points.getLast().value();
    }
  }

  void print(Object answer) {
    List<Row> rows = rows(answer);
    if (output == QueryCommand.Output.JSONL) {
      printJson(rows);
    } else if (!terminal.interactive()) {
      printTabs(rows);
    } else if (Json.text(answer, "data", "resultType").equals("matrix")) {
      printCharts(rows);
    } else {
      printTable(rows);
    }
  }

  private static List<Row> rows(Object answer) {
    if (Json.text(answer, "data", "resultType").equals("scalar")) {
      return List.of(new Row(Map.of(), List.of(point(Json.list(answer, "data", "result")))));
    }
    List<Row> rows = new ArrayList<>();
    for (Object series : Json.list(answer, "data", "result")) {
      List<Point> points = new ArrayList<>();
      List<Object> single = Json.list(series, "value");
      if (!single.isEmpty()) {
        points.add(point(single));
      }
      Json.list(series, "values").forEach(pair -> points.add(point((List<?>) pair)));
      rows.add(new Row(new LinkedHashMap<>(Json.object(series, "metric")), points));
    }
    return rows;
  }

  private static Point point(List<?> pair) {
    double seconds = Double.parseDouble(pair.get(0).toString());
    return new Point(Math.round(seconds * 1000), pair.get(1).toString());
  }

  private void printTabs(List<Row> rows) {
    for (Row row : rows) {
      String labels = LabelText.of(row.labels());
      for (Point point : row.points()) {
        out.line(terminal.sampleTime(point.epochMillis()) + "\t" + labels + "\t" + point.value());
      }
    }
  }

  private void printJson(List<Row> rows) {
    for (Row row : rows) {
      for (Point point : row.points()) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(128);
        try (JsonGenerator json = JSON.createGenerator(ObjectWriteContext.empty(), bytes)) {
          json.writeStartObject();
          // Nanoseconds, as in the objects of log lines.
          json.writeStringProperty("timestamp", point.epochMillis() + "000000");
          json.writeObjectPropertyStart("labels");
          row.labels().forEach((name, value) -> json.writeStringProperty(name, value.toString()));
          json.writeEndObject();
          json.writeStringProperty("value", point.value());
          json.writeEndObject();
        }
        out.line(bytes.toByteArray());
      }
    }
  }

  private void printTable(List<Row> rows) {
    List<String> labels = rows.stream().map(row -> LabelText.of(row.labels())).toList();
    int width = labels.stream().mapToInt(String::length).max().orElse(0);
    for (int i = 0; i < rows.size(); i++) {
      String padding = " ".repeat(width - labels.get(i).length() + 2);
      out.line(terminal.cyan(labels.get(i)) + padding + rows.get(i).last());
    }
  }

  private void printCharts(List<Row> rows) {
    TreeSet<Long> times = new TreeSet<>();
    Point highest = new Point(0, "0");
    for (Row row : rows) {
      for (Point point : row.points()) {
        times.add(point.epochMillis());
        if (Double.isFinite(point.number()) && point.number() > highest.number()) {
          highest = point;
        }
      }
    }
    if (times.isEmpty()) {
      return;
    }
    Axis axis = Axis.of(times);
    for (Row row : rows) {
      out.line(terminal.cyan(LabelText.of(row.labels())));
      out.line("  " + chart(row.points(), axis, highest.number()) + "  last " + row.last());
    }
    out.line(
        terminal.dim(
            "  "
                + terminal.sampleTime(times.first())
                + " to "
                + terminal.sampleTime(times.last())
                + ", highest "
                + highest.value()));
  }

  /**
   * The columns of a chart: one per step, as long as they fit.
   *
   * @param stepMillis the smallest distance of two points
   */
  private record Axis(long from, long to, long stepMillis, int columns) {
    static Axis of(TreeSet<Long> times) {
      long step = Math.max(1, times.last() - times.first());
      Long before = null;
      for (Long time : times) {
        step = before == null ? step : Math.min(step, time - before);
        before = time;
      }
      long steps = (times.last() - times.first()) / step + 1;
      return new Axis(times.first(), times.last(), step, (int) Math.min(CHART_WIDTH, steps));
    }

    /** Returns the column of a time: that of the step whose middle it is nearest to. */
    int column(long time) {
      double share = (time - from + stepMillis / 2.0) / (to - from + stepMillis);
      return Math.min(columns - 1, (int) (share * columns));
    }
  }

  /** Draws bars, each the highest of the points of its column. */
  private static String chart(List<Point> points, Axis axis, double highest) {
    double[] tops = new double[axis.columns()];
    for (Point point : points) {
      int column = axis.column(point.epochMillis());
      if (Double.isFinite(point.number())) {
        tops[column] = Math.max(tops[column], point.number());
      }
    }
    StringBuilder bars = new StringBuilder();
    for (double top : tops) {
      int height = highest <= 0 ? 0 : (int) Math.ceil(top / highest * (BARS.length() - 1));
      bars.append(BARS.charAt(Math.clamp(height, 0, BARS.length() - 1)));
    }
    return bars.toString();
  }
}
