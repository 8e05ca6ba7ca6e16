package io.skald.logql.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class WorkCrewTest {
  @Test
  void run_onManyThreads_doesEachUnitOnceInAscendingOrderPerWorker() {
    try (ExecutorService executor = Executors.newFixedThreadPool(3)) {
      List<List<Integer>> workers =
          new WorkCrew(QueryThreads.of(executor), 4)
              .run(1000, ArrayList<Integer>::new, List::add).stream()
                  .map(worker -> (List<Integer>) worker)
                  .toList();

      for (List<Integer> units : workers) {
        assertThat(units).isSorted();
      }
      assertThat(workers.stream().flatMap(List::stream))
          .containsExactlyInAnyOrderElementsOf(IntStream.range(0, 1000).boxed().toList());
    }
  }

  @Test
  void run_withAnExecutorThatRefuses_doesTheWorkAlone() {
    WorkCrew crew =
        new WorkCrew(
            QueryThreads.of(_ -> {
              throw new RejectedExecutionException("full");
            }),
            4);

    assertThat(crew.run(3, ArrayList<Integer>::new, List::add)).containsExactly(list(0, 1, 2));
  }

  @Test
  void run_withAnExecutorThatNeverRuns_doesNotWaitForIt() {
    assertThat(new WorkCrew(QueryThreads.of(_ -> {}), 4).run(3, ArrayList<Integer>::new, List::add))
        .containsExactly(list(0, 1, 2));
  }

  @Test
  void run_withoutUnits_stillReturnsAWorker() {
    assertThat(
            new WorkCrew(QueryThreads.of(Runnable::run), 4)
                .run(0, ArrayList<Integer>::new, List::add))
        .containsExactly(list());
  }

  @Test
  void run_whenSeveralUnitsFail_throwsTheFailureOfTheFirst() throws Exception {
    try (ExecutorService executor = Executors.newFixedThreadPool(1)) {
      CountDownLatch laterFailed = new CountDownLatch(1);
      WorkCrew crew = new WorkCrew(QueryThreads.of(executor), 2);

      assertThatThrownBy(() ->
              crew.run(
                  2,
                  Object::new,
                  (_, unit) -> {
                    if (unit == 0) {
                      await(laterFailed);
                    }
                    try {
                      throw new QueryException(400, "unit " + unit);
                    } finally {
                      if (unit == 1) {
                        laterFailed.countDown();
                      }
                    }
                  }))
          .hasMessage("unit 0");
    }
  }

  @Test
  void run_whenAWorkerCannotBeMade_throwsThat() {
    WorkCrew crew = new WorkCrew(QueryThreads.of(Runnable::run), 2);

    assertThatThrownBy(() ->
            crew.run(
                5,
                () -> {
                  throw new QueryException(400, "no worker");
                },
                (_, _) -> {}))
        .hasMessage("no worker");
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static ArrayList<Integer> list(Integer... units) {
    return new ArrayList<>(List.of(units));
  }
}
