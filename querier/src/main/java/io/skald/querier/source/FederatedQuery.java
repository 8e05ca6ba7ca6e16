package io.skald.querier.source;

import io.skald.common.model.LabelMatcher;
import io.skald.logql.syntax.Expr;
import io.skald.logql.syntax.LabelFilter;
import io.skald.logql.syntax.LogExpr;
import io.skald.logql.syntax.LogRange;
import io.skald.logql.syntax.MetricExpr;
import io.skald.logql.syntax.Stage;
import java.util.ArrayList;
import java.util.List;

/**
 * Rewrites a query over several tenants. By contract the tenant label is attached behind the
 * pipeline; here it comes with the stream, which is the same once stages that name it mean the
 * label of the data, and none takes it away.
 */
public final class FederatedQuery {
  private FederatedQuery() {}

  public static Expr rewrite(Expr expression) {
    return switch (expression) {
      case LogExpr log -> log(log);
      case MetricExpr metric -> metric(metric);
      case Expr.Variants variants -> variants;
    };
  }

  private static LogExpr log(LogExpr log) {
    return new LogExpr(log.selector(), log.stages().stream().map(FederatedQuery::stage).toList());
  }

  private static MetricExpr metric(MetricExpr expression) {
    return switch (expression) {
      case MetricExpr.Literal literal -> literal;
      case MetricExpr.Vector vector -> vector;
      case MetricExpr.RangeAggregation range ->
          new MetricExpr.RangeAggregation(
              range.function(), range.parameter(), range(range.range()), range.grouping());
      case MetricExpr.VectorAggregation outer ->
          new MetricExpr.VectorAggregation(
              outer.function(), outer.parameter(), metric(outer.inner()), outer.grouping());
      case MetricExpr.Binary binary ->
          new MetricExpr.Binary(
              binary.operator(),
              binary.returnBool(),
              binary.matching(),
              metric(binary.left()),
              metric(binary.right()));
      case MetricExpr.LabelReplace replace ->
          new MetricExpr.LabelReplace(
              metric(replace.inner()),
              replace.target(),
              replace.replacement(),
              replace.source(),
              replace.regex());
    };
  }

  private static LogRange range(LogRange range) {
    LogRange.Unwrap unwrap = range.unwrap();
    LogRange.Unwrap rewritten =
        unwrap == null
            ? null
            : new LogRange.Unwrap(
                name(unwrap.label()),
                unwrap.conversion(),
                unwrap.filters().stream().map(FederatedQuery::filter).toList());
    return new LogRange(log(range.log()), rewritten, range.rangeNanos(), range.offsetNanos());
  }

  private static Stage stage(Stage stage) {
    return switch (stage) {
      case Stage.Filter(LabelFilter filter) -> new Stage.Filter(filter(filter));
      case Stage.Drop(List<Stage.LabelPick> picks) -> new Stage.Drop(picks(picks));
      case Stage.Keep(List<Stage.LabelPick> picks) -> {
        List<Stage.LabelPick> kept = new ArrayList<>(picks(picks));
        kept.add(new Stage.LabelPick(ReadTenants.LABEL, null));
        yield new Stage.Keep(kept);
      }
      case Stage.LabelFormat(List<Stage.LabelAssignment> assignments) ->
          new Stage.LabelFormat(
              assignments.stream()
                  .map(one ->
                      new Stage.LabelAssignment(
                          name(one.target()),
                          one.rename() ? name(one.text()) : one.text(),
                          one.rename()))
                  .toList());
      case Stage.LineFilter _,
          Stage.Json _,
          Stage.Logfmt _,
          Stage.Regexp _,
          Stage.Pattern _,
          Stage.Unpack _,
          Stage.LineFormat _,
          Stage.Decolorize _ ->
          stage;
    };
  }

  private static List<Stage.LabelPick> picks(List<Stage.LabelPick> picks) {
    return picks.stream()
        .map(pick -> {
          LabelMatcher matcher = pick.matcher();
          return new Stage.LabelPick(name(pick.name()), matcher == null ? null : matcher(matcher));
        })
        .toList();
  }

  private static LabelFilter filter(LabelFilter filter) {
    return switch (filter) {
      case LabelFilter.Text(LabelMatcher matcher) -> new LabelFilter.Text(matcher(matcher));
      case LabelFilter.Number f ->
          new LabelFilter.Number(name(f.name()), f.comparison(), f.value(), f.literal());
      case LabelFilter.Duration f ->
          new LabelFilter.Duration(name(f.name()), f.comparison(), f.nanos(), f.literal());
      case LabelFilter.Bytes f ->
          new LabelFilter.Bytes(name(f.name()), f.comparison(), f.bytes(), f.literal());
      case LabelFilter.Ip f -> new LabelFilter.Ip(name(f.name()), f.negated(), f.pattern());
      case LabelFilter.And(LabelFilter left, LabelFilter right) ->
          new LabelFilter.And(filter(left), filter(right));
      case LabelFilter.Or(LabelFilter left, LabelFilter right) ->
          new LabelFilter.Or(filter(left), filter(right));
    };
  }

  private static LabelMatcher matcher(LabelMatcher matcher) {
    return matcher.name().equals(ReadTenants.LABEL)
        ? new LabelMatcher(ReadTenants.ORIGINAL, matcher.operator(), matcher.value())
        : matcher;
  }

  private static String name(String name) {
    return name.equals(ReadTenants.LABEL) ? ReadTenants.ORIGINAL : name;
  }
}
