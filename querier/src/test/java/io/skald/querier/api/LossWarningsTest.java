package io.skald.querier.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.skald.common.block.StorageException;
import io.skald.common.model.LabelMatcher;
import io.skald.common.model.TenantId;
import io.skald.common.time.Clock;
import io.skald.querier.source.ReadTenants;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class LossWarningsTest {
  private static final long NOW = 1_795_200_000_000_000_000L;
  private static final ReadTenants TENANT = ReadTenants.of(new TenantId("t"));
  private static final List<List<LabelMatcher>> ANY =
      List.of(List.of(new LabelMatcher("app", LabelMatcher.Operator.EQUAL, "a")));

  private final List<LossWarnings.Told> told = new ArrayList<>();
  private long now = NOW;
  private int reads;
  private final LossWarnings warnings =
      new LossWarnings(
          new Clock() {
            @Override
            public long nowNanos() {
              return now;
            }

            @Override
            public long monotonicNanos() {
              return now;
            }
          });

  private void tell(String line) {
    told.add(new LossWarnings.Told("n1.default", NOW, line.getBytes(StandardCharsets.UTF_8)));
  }

  private List<String> of(List<List<LabelMatcher>> selectors, long start, long end) {
    return warnings.of(
        TENANT,
        selectors,
        start,
        end,
        (_, _, _, _, _) -> {
          reads++;
          return List.copyOf(told);
        });
  }

  private void tellOfOne() {
    tell(
        "{\"hop\":\"agent\",\"reason\":\"buffer_full\",\"file\":\"/a.log\",\"id\":\"x\",\"lines\":12,"
            + "\"first\":\"2026-11-20T18:39:00Z\",\"last\":\"2026-11-20T18:39:30Z\"}");
  }

  @Test
  void of_lossInTheRange_saysWhatIsMissing() {
    tellOfOne();

    assertThat(of(ANY, NOW - 60_000_000_000L, NOW))
        .containsExactly(
            "12 lines of /a.log from 2026-11-20T18:39:00Z to 2026-11-20T18:39:30Z are missing:"
                + " dropped by agent n1.default (buffer_full)");
  }

  @Test
  void of_lossOfAnotherTime_saysNothing() {
    tellOfOne();

    assertThat(of(ANY, NOW - 10_000_000_000L, NOW)).isEmpty();
  }

  @Test
  void of_queryOfAnotherFile_saysNothing() {
    tellOfOne();
    LabelMatcher same = new LabelMatcher("filename", LabelMatcher.Operator.EQUAL, "/a.log");
    LabelMatcher other = new LabelMatcher("filename", LabelMatcher.Operator.EQUAL, "/b.log");

    assertThat(of(List.of(List.of(other)), 0, NOW)).isEmpty();
    assertThat(of(List.of(List.of(other), List.of(same)), 0, NOW)).hasSize(1);
  }

  @Test
  void of_refusalOfTheServer_namesItsStream() {
    tell(
        "{\"hop\":\"server\",\"reason\":\"line_too_long\",\"lines\":1,\"stream\":\"{a=\\\"b\\\"}\"}");

    assertThat(of(ANY, 0, NOW))
        .containsExactly(
            "1 lines of {a=\"b\"} from ? to ? are missing: the server refused them of agent"
                + " n1.default (line_too_long)");
  }

  @Test
  void of_manyLosses_tellsAFewAndCountsTheRest() {
    for (int i = 0; i < 8; i++) {
      tellOfOne();
    }

    assertThat(of(ANY, 0, NOW))
        .hasSize(6)
        .last()
        .isEqualTo("3 more losses in this time; skald query --gaps shows all");
  }

  @Test
  void of_linesThatAreNoLosses_saysNothing() {
    tell("not json");
    tell("[1]");
    tell("{\"a\":{\"b\":[1]}");

    assertThat(of(ANY, 0, NOW)).isEmpty();
  }

  @Test
  void of_againSoon_readsOnce() {
    of(ANY, 0, NOW);
    tellOfOne();
    assertThat(of(ANY, 0, NOW)).isEmpty();
    assertThat(reads).isEqualTo(1);

    now += LossWarnings.REFRESH.toNanos();

    assertThat(of(ANY, 0, NOW)).hasSize(1);
    assertThat(reads).isEqualTo(2);
  }

  @Test
  void of_notesThatCannotBeRead_saysNothing() {
    assertThat(
            warnings.of(
                TENANT,
                ANY,
                0,
                NOW,
                (_, _, _, _, _) -> {
                  throw new StorageException("the store is away");
                }))
        .isEmpty();
  }
}
