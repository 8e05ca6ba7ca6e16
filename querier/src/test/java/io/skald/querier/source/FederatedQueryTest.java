package io.skald.querier.source;

import static org.assertj.core.api.Assertions.assertThat;

import io.skald.common.block.ReadRoom;
import io.skald.common.block.StreamBlocks;
import io.skald.common.model.LabelMatcher;
import io.skald.common.model.Labels;
import io.skald.common.model.TenantId;
import io.skald.logql.syntax.LogExpr;
import io.skald.logql.syntax.Parser;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FederatedQueryTest {
  private static final TenantId A = new TenantId("a");
  private static final TenantId B = new TenantId("b");

  @ParameterizedTest
  @CsvSource(
      delimiterString = "->",
      textBlock =
          """
          {x="y"} | __tenant_id__="a"                -> {x="y"} | original___tenant_id__="a"
          {x="y"} | (__tenant_id__="a" or n > 1)     -> {x="y"} | ( original___tenant_id__="a" or n>1 )
          {x="y"} | drop __tenant_id__, n            -> {x="y"} | drop original___tenant_id__,n
          {x="y"} | keep n                           -> {x="y"} | keep n,__tenant_id__
          {x="y"} | label_format t=__tenant_id__     -> {x="y"} | label_format t=original___tenant_id__
          {__tenant_id__="a"} |= "x" | json          -> {__tenant_id__="a"} |= "x" | json
          sum by (__tenant_id__) (rate({x="y"} | keep n [1m])) -> sum by (__tenant_id__)(rate({x="y"} | keep n,__tenant_id__[1m]))
          """)
  void rewrite_stagesThatNameTheTenant_meanTheLabelOfTheData(String query, String rewritten) {
    assertThat(FederatedQuery.rewrite(Parser.parse(query)).toString()).isEqualTo(rewritten);
  }

  @Test
  void select_matchersOnTheTenant_chooseTenantsAndAreNotPassedOn() {
    List<LabelMatcher> passedOn = new ArrayList<>();
    FederatedLogSource source =
        new FederatedLogSource(
            new ReadTenants(List.of(A, B), true),
            tenant ->
                (matchers, _, _, _) -> {
                  passedOn.addAll(matchers);
                  Labels labels = Labels.of("app", "of-" + tenant.value(), "__tenant_id__", "own");
                  return List.of(new StreamBlocks(labels, List.of()));
                });
    LogExpr query = Parser.parseLog("{app=~\".+\", __tenant_id__!=\"a\"}");

    List<StreamBlocks> streams = source.select(query.selector(), 0, 1, ReadRoom.UNBOUNDED);

    assertThat(streams)
        .extracting(StreamBlocks::labels)
        .containsExactly(
            Labels.of("__tenant_id__", "b", "app", "of-b", "original___tenant_id__", "own"));
    assertThat(passedOn).extracting(LabelMatcher::name).containsExactly("app");
  }
}
