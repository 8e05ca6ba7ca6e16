package io.skald.storage.pattern;

import static org.assertj.core.api.Assertions.assertThat;

import io.skald.common.model.Labels;
import io.skald.common.pattern.PatternSamples;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PatternMinerTest {
  private static final PatternConfig CONFIG = config(300, 0.25, 1 << 20);

  private static PatternConfig config(int maxClusters, double maxEvictionRatio, long maxMemory) {
    return new PatternConfig(
        true, maxClusters, maxEvictionRatio, 3000, Duration.ofSeconds(10), maxMemory);
  }

  private static PatternMiner miner(PatternConfig config, PatternBudget budget) {
    return new PatternMiner(config, budget, Labels.of("app", "winch"));
  }

  private static PatternMiner miner() {
    return miner(CONFIG, new PatternBudget(CONFIG.maxMemory()));
  }

  private static List<PatternSamples> mine(List<String> lines) {
    return miner().mine(Lines.block(lines)).samples();
  }

  private static List<String> texts(List<PatternSamples> samples) {
    return samples.stream().map(PatternSamples::pattern).toList();
  }

  @ParameterizedTest
  @CsvSource(
      delimiterString = " -> ",
      quoteCharacter = '`',
      textBlock =
          """
          rope out metres=12 winch=w2 -> rope out metres=<_> winch=<_>
          GET /api/v1/users/17/cart HTTP/1.1 -> GET /api/<_>/users/<_>/cart HTTP/<_>
          at 2026-03-02T08:00:00.123Z from 10.0.0.7:8080 -> at <_> from <_>
          id 550e8400-e29b-41d4-a716-446655440000 done -> id <_> done
          id 550e8400-beef-41d4-a716-446655440000 done -> id <_> done
          [10/Oct/2000:13:55:36 -0700] x -> [<_>/Oct/<_> <_>] x
          delta=-5 up -> delta=<_> up
          ------ -> ------
          a <b> c -> a <<_>> c
          took 1.5. -> took <_>
          1.2.com3.com -> <_>
          größe=5 über -> größe=<_> über
          """)
  void mine_oneLine_showsNumbersAsVarying(String line, String pattern) {
    assertThat(texts(mine(List.of(line)))).containsExactly(pattern);
  }

  @Test
  void mine_wordThatDiffers_varies() {
    List<PatternSamples> mined =
        mine(List.of("user alice logged in", "user bob logged in", "user carol logged in"));

    assertThat(texts(mined)).containsExactly("user <_> logged in");
    assertThat(mined.getFirst().total()).isEqualTo(3);
  }

  @Test
  void mine_otherFirstWord_isAnotherPattern() {
    assertThat(texts(mine(List.of("starting pump motor now", "stopping pump motor now"))))
        .containsExactly("starting pump motor now", "stopping pump motor now");
  }

  @Test
  void mine_otherName_isAnotherPattern() {
    assertThat(texts(mine(List.of("a=x b=y c=z height=up", "a=x b=y c=z depth=up"))))
        .containsExactly("a=x b=y c=z height=up", "a=x b=y c=z depth=up");
  }

  @Test
  void mine_manyValuesOfOneWord_becomeOnePattern() {
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      lines.add("user=" + letters(i));
    }

    List<PatternSamples> mined = mine(lines);

    assertThat(texts(mined)).contains("user=<_>").hasSizeLessThan(30);
  }

  @Test
  void mine_numberThatIsAlwaysTheSame_isText() {
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      lines.add("GET /cart/" + i + " HTTP/1.1");
    }

    assertThat(texts(mine(lines))).containsExactly("GET /cart/<_> HTTP/1.1");
  }

  @Test
  void mine_numberThatChangesLater_variesInEarlierBlocksToo() {
    PatternMiner miner = miner();
    MinedPatterns first = miner.mine(Lines.block(Collections.nCopies(5, "zone 1 open")));
    assertThat(texts(first.samples())).containsExactly("zone 1 open");

    miner.mine(Lines.block(List.of("zone 2 open")));

    assertThat(texts(first.samples())).containsExactly("zone <_> open");
  }

  @Test
  void mine_levels_areKeptApart() {
    PatternMiner miner =
        new PatternMiner(CONFIG, new PatternBudget(1 << 20), Labels.of("detected_level", "debug"));

    List<PatternSamples> mined =
        miner
            .mine(Lines.block(List.of("pump 1", "pump 2", "pump 3"), List.of("info", "error")))
            .samples();

    assertThat(mined)
        .extracting(PatternSamples::pattern, PatternSamples::level)
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple("pump <_>", "info"),
            org.assertj.core.groups.Tuple.tuple("pump <_>", "error"),
            org.assertj.core.groups.Tuple.tuple("pump <_>", "debug"));
  }

  @Test
  void mine_time_isCountedInBuckets() {
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < 25; i++) {
      lines.add("beat " + i);
    }

    PatternSamples mined = mine(lines).getFirst();

    assertThat(mined.seconds()).containsExactly(0, 10, 20);
    assertThat(mined.counts()).containsExactly(10, 10, 5);
  }

  @Test
  void mine_longLine_endsInVarying() {
    String line = "head " + "word ".repeat(2000) + "end";

    assertThat(texts(mine(List.of(line, line)))).hasSize(1).first().asString().endsWith(" <_>");
  }

  @Test
  void mine_emptyLines_haveNoPattern() {
    PatternBudget budget = new PatternBudget(1 << 20);
    List<PatternSamples> mined =
        miner(CONFIG, budget).mine(Lines.block(List.of("", "x", ""))).samples();

    assertThat(texts(mined)).containsExactly("x");
    assertThat(budget.minedLines()).isEqualTo(1);
    assertThat(budget.skippedLines()).isEqualTo(2);
  }

  @Test
  void mine_moreThanMaxClusters_evictsTheOldestAndKeepsItsCounts() {
    PatternBudget budget = new PatternBudget(1 << 20);
    PatternMiner miner = miner(config(2, 0, 1 << 20), budget);

    List<PatternSamples> mined =
        miner.mine(Lines.block(List.of("alpha a", "beta, b", "alpha a", "gamma. g"))).samples();

    assertThat(texts(mined)).containsExactly("alpha a", "beta, b", "gamma. g");
    assertThat(mined.getFirst().total()).isEqualTo(2);
    assertThat(budget.clusters()).isEqualTo(2);
    assertThat(budget.evictions()).isEqualTo(1);
  }

  @Test
  void mine_linesWithoutPatterns_stopsAtTheEvictionRatio() {
    Random random = new Random(5);
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < 2000; i++) {
      lines.add(randomShape(random));
    }
    PatternBudget budget = new PatternBudget(1 << 20);

    miner(config(10, 0.25, 1 << 20), budget).mine(Lines.block(lines));

    assertThat(budget.skippedLines()).isGreaterThan(1000);
    assertThat(budget.evictions()).isLessThan(1000);
  }

  @Test
  void mine_memoryOfAllStreamsUsed_linesGoWithout() {
    PatternBudget budget = new PatternBudget(1200);
    PatternMiner first = miner(CONFIG, budget);
    first.mine(Lines.block(List.of("alpha a", "beta, b", "gamma. g")));
    assertThat(budget.usedBytes()).isBetween(600L, 1200L);

    List<PatternSamples> second =
        miner(CONFIG, budget).mine(Lines.block(List.of("x".repeat(900)))).samples();

    assertThat(second).isEmpty();
    assertThat(budget.skippedLines()).isEqualTo(1);
    first.clear();
    assertThat(budget.usedBytes()).isZero();
    assertThat(budget.clusters()).isZero();
  }

  @Test
  void mine_sameBlockTwice_countsEachByItself() {
    PatternMiner miner = miner();
    miner.mine(Lines.block(List.of("pump 1")));

    assertThat(miner.mine(Lines.block(List.of("pump 1"))).samples().getFirst().total())
        .isEqualTo(1);
  }

  private static String letters(int number) {
    return String.valueOf((char) ('g' + number % 10)) + (char) ('g' + number / 10) + "name";
  }

  private static String randomShape(Random random) {
    StringBuilder line = new StringBuilder();
    for (int i = 0; i < 12; i++) {
      line.append((char) ('g' + random.nextInt(15))).append(",;()[] ".charAt(random.nextInt(7)));
    }
    return line.toString();
  }
}
