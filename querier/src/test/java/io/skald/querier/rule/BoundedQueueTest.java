package io.skald.querier.rule;

import static org.assertj.core.api.Assertions.assertThat;

import io.skald.common.model.TenantId;
import java.util.List;
import org.junit.jupiter.api.Test;

class BoundedQueueTest {
  private static final TenantId A = new TenantId("a");
  private static final TenantId B = new TenantId("b");

  private final BoundedQueue<Integer> queue = new BoundedQueue<>(3);

  @Test
  void add_queueIsFull_oldestGivesWay() throws InterruptedException {
    queue.add(A, List.of(1, 2, 3, 4, 5));

    assertThat(queue.dropped()).isEqualTo(2);
    assertThat(queue.take(10).items()).containsExactly(3, 4, 5);
  }

  @Test
  void take_ofSeveralTenants_isOfOneAtATime() throws InterruptedException {
    queue.add(A, List.of(1, 2));
    queue.add(B, List.of(3));

    assertThat(queue.take(10)).isEqualTo(new BoundedQueue.Batch<>(A, List.of(1, 2)));
    assertThat(queue.take(10)).isEqualTo(new BoundedQueue.Batch<>(B, List.of(3)));
  }

  @Test
  void take_moreThanTheMost_leavesTheRest() throws InterruptedException {
    queue.add(A, List.of(1, 2, 3));

    assertThat(queue.take(2).items()).containsExactly(1, 2);
    assertThat(queue.size()).isEqualTo(1);
  }

  @Test
  void take_closed_givesWhatIsLeftAndThenNothing() throws InterruptedException {
    queue.add(A, List.of(1));
    queue.close();

    assertThat(queue.take(2).items()).containsExactly(1);
    assertThat(queue.take(2).items()).isEmpty();
  }
}
