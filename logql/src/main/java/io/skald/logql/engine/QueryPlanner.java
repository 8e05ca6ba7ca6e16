package io.skald.logql.engine;

import io.skald.common.values.GoDuration;
import io.skald.logql.pipeline.Pipeline;
import io.skald.logql.pipeline.StageCounts;
import io.skald.logql.syntax.Expr;
import io.skald.logql.syntax.Grouping;
import io.skald.logql.syntax.LogExpr;
import io.skald.logql.syntax.LogRange;
import io.skald.logql.syntax.MetricExpr;
import io.skald.logql.syntax.Stage;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Describes how the engine evaluates a query, and what it counted if it was analysed. Asks the same
 * classes that evaluate it.
 */
final class QueryPlanner {
  private final QueryRequest request;
  private final EngineLimits limits;
  private final @Nullable QueryProfile profile;

  QueryPlanner(QueryRequest request, EngineLimits limits, @Nullable QueryProfile profile) {
    this.request = request;
    this.limits = limits;
    this.profile = profile;
  }

  PlanNode plan() {
    Map<String, Object> details = new LinkedHashMap<>();
    details.put("start", request.startNanos());
    details.put("end", request.endNanos());
    PlanNode body;
    if (request.expression() instanceof LogExpr log) {
      details.put("direction", request.forward() ? "forward" : "backward");
      details.put("limit", request.limit());
      if (request.intervalNanos() > 0) {
        details.put("interval", GoDuration.format(request.intervalNanos()));
      }
      body = log(log);
    } else {
      if (!request.isInstant()) {
        details.put("step", GoDuration.format(request.stepNanos()));
        details.put("steps", StepGrid.of(request).count());
      }
      details.put("max series", limits.maxSeries());
      body = metric(request.expression());
    }
    details.put("max memory bytes", limits.maxMemoryBytes());
    if (profile != null) {
      details.put("peak memory bytes", profile.peakMemoryBytes());
      details.put("time ms", millis(profile.totalNanos()));
    }
    String kind =
        request.expression() instanceof LogExpr
            ? "log query"
            : request.isInstant() ? "instant query" : "range query";
    return new PlanNode(kind, details, List.of(body));
  }

  private PlanNode metric(Expr expression) {
    return switch (expression) {
      case MetricExpr.Literal(double value) -> leaf("number", "value", value);
      case MetricExpr.Vector(double value) -> leaf("vector", "value", value);
      case MetricExpr.RangeAggregation range -> range(RangePlan.of(range), "");
      case MetricExpr.VectorAggregation outer -> vectorAggregation(outer);
      case MetricExpr.Binary binary -> binary(binary);
      case MetricExpr.LabelReplace replace ->
          new PlanNode(
              "label_replace", Map.of("sets", replace.target()), List.of(metric(replace.inner())));
      case LogExpr log -> log(log);
      case Expr.Variants _ ->
          throw new QueryException(400, "multi variant queries are disabled for this instance");
    };
  }

  private static PlanNode leaf(String operator, String name, Object value) {
    return new PlanNode(operator, Map.of(name, value), List.of());
  }

  private PlanNode vectorAggregation(MetricExpr.VectorAggregation node) {
    RangePlan pushed = RangePlan.pushedDown(node);
    if (pushed != null) {
      return range(pushed, node.function().text() + " of ");
    }
    Map<String, Object> details = new LinkedHashMap<>();
    if (node.parameter() > 0) {
      details.put("k", node.parameter());
    }
    details.put("groups", groups(node.grouping()));
    return new PlanNode(node.function().text(), details, List.of(metric(node.inner())));
  }

  private PlanNode binary(MetricExpr.Binary node) {
    Map<String, Object> details = new LinkedHashMap<>();
    if (node.matching().explicit()) {
      details.put(node.matching().on() ? "on" : "ignoring", node.matching().labels());
    }
    if (node.matching().cardinality() != MetricExpr.Cardinality.ONE_TO_ONE) {
      boolean left = node.matching().cardinality() == MetricExpr.Cardinality.MANY_TO_ONE;
      details.put("many", left ? "left" : "right");
    }
    if (node.returnBool()) {
      details.put("bool", true);
    }
    return new PlanNode(
        "operator " + node.operator().text(),
        details,
        List.of(metric(node.left()), metric(node.right())));
  }

  private static String groups(@Nullable Grouping grouping) {
    if (grouping == null) {
      return "one";
    }
    return (grouping.without() ? "without " : "by ") + grouping.labels();
  }

  /**
   * @param outer the aggregation that is evaluated in the same pass, or ""
   */
  private PlanNode range(RangePlan plan, String outer) {
    Map<String, Object> details = new LinkedHashMap<>();
    LogRange range = plan.range();
    details.put("window", GoDuration.format(range.rangeNanos()));
    if (range.offsetNanos() != 0) {
      details.put("offset", GoDuration.format(range.offsetNanos()));
    }
    Grouping grouping = plan.grouping();
    details.put("series", grouping == null ? "of each label set" : groups(grouping));
    LogRange.Unwrap unwrap = range.unwrap();
    if (unwrap != null) {
      details.put("value of", unwrap.label());
    }
    EntryStages stages = EntryStages.compile(plan);
    details.put("reads", reads(plan, stages));
    return new PlanNode(
        outer + plan.function().text(),
        details,
        List.of(source(stages, range.log(), profileOf(plan.node()))));
  }

  /** Says which columns of a block the worker asks for. */
  private static String reads(RangePlan plan, EntryStages stages) {
    if (stages.filtersBlocks() || stages.processesEntries() || plan.range().unwrap() != null) {
      return "lines of blocks that may match";
    }
    String metadata = plan.hasOneSeries() ? "" : ", metadata where it differs";
    return plan.ofBytes()
        ? "footers, timestamps, line lengths" + metadata
        : "footers, timestamps" + metadata;
  }

  private PlanNode log(LogExpr log) {
    return source(EntryStages.compile(log.stages()), log, profileOf(log));
  }

  private @Nullable ScanProfile profileOf(Expr node) {
    return profile == null ? null : profile.of(node);
  }

  /** The stages from the last to the first, and the selector they begin with. */
  private static PlanNode source(EntryStages stages, LogExpr log, @Nullable ScanProfile scan) {
    PlanNode node = selector(log, scan);
    Pipeline pipeline = stages.pipeline();
    List<StageCounts.Count> counts = scan == null ? List.of() : scan.stageCounts();
    List<Stage> ordered = pipeline.stagesInOrder();
    int overBlocks = (int) ordered.stream().takeWhile(Stage.LineFilter.class::isInstance).count();
    for (int i = 0; i < ordered.size(); i++) {
      Map<String, Object> details = new LinkedHashMap<>();
      Stage stage = ordered.get(i);
      if (extracts(stage)) {
        details.put(
            "extracts",
            pipeline.extractedLabels().<Object>map(names -> names).orElse("every label"));
      }
      if (i < counts.size()) {
        StageCounts.Count count = counts.get(i);
        details.put("lines in", count.linesIn());
        details.put("lines out", count.linesOut());
        if (i < overBlocks) {
          details.put("blocks skipped", count.blocksSkipped());
          details.put("bytes skipped", count.bytesSkipped());
        }
      }
      String where = i < overBlocks ? "over blocks " : "by line ";
      node = new PlanNode(where + stage, details, List.of(node));
    }
    List<Stage> unneeded = new ArrayList<>(log.stages());
    unneeded.removeAll(ordered);
    if (!unneeded.isEmpty()) {
      String texts = unneeded.stream().map(Stage::toString).collect(Collectors.joining(" "));
      node = new PlanNode("left out, nothing depends on it: " + texts, Map.of(), List.of(node));
    }
    return node;
  }

  private static boolean extracts(Stage stage) {
    return switch (stage) {
      case Stage.Json _, Stage.Logfmt _, Stage.Regexp _, Stage.Pattern _, Stage.Unpack _ -> true;
      case Stage.LineFilter _,
          Stage.Filter _,
          Stage.LineFormat _,
          Stage.LabelFormat _,
          Stage.Decolorize _,
          Stage.Drop _,
          Stage.Keep _ ->
          false;
    };
  }

  private static PlanNode selector(LogExpr log, @Nullable ScanProfile scan) {
    Map<String, Object> details = new LinkedHashMap<>();
    if (scan != null) {
      details.put("streams", scan.streams());
      details.put("blocks", scan.blocks());
      details.put("lines", scan.lines());
      details.put("bytes", scan.lineBytes());
      details.put("select ms", millis(scan.selectNanos()));
      details.put("scan ms", millis(scan.scanNanos()));
      details.put("merge ms", millis(scan.mergeNanos()));
    }
    String text = new LogExpr(log.selector(), List.of()).toString();
    return new PlanNode("select " + text, details, List.of());
  }

  private static double millis(long nanos) {
    return Math.round(nanos / 1e4) / 100.0;
  }
}
