package io.skald.querier.replica;

import static org.assertj.core.api.Assertions.assertThat;

import io.skald.common.ring.InMemoryRing;
import io.skald.common.ring.Instance;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class ReadRingTest {
  private final InMemoryRing ring = new InMemoryRing();
  private final AtomicInteger expired = new AtomicInteger();
  private final ReadRing read = new ReadRing(ring, expired::incrementAndGet);

  private void join(String id, int token) {
    ring.put(new Instance(id, "", Instance.State.ACTIVE, List.of(token)));
  }

  @Test
  void get_ingestersComeAndStay_expiresNothing() {
    join("a", 1);
    read.get();
    join("b", 2);

    read.get();
    read.get();

    assertThat(expired).hasValue(0);
  }

  @Test
  void get_oneHasLeft_expiresOnce() {
    join("a", 1);
    join("b", 2);
    read.get();
    ring.remove("a");

    read.get();
    read.get();

    assertThat(expired).hasValue(1);
  }

  @Test
  void get_oneLeavesBeforeAReadAndIsBackBehindIt_expires() {
    join("a", 1);
    join("b", 2);
    read.get();
    ring.remove("a");

    assertThat(read.get()).isSameAs(ring.get());
    join("a", 1);
    read.get();

    assertThat(expired).hasValue(1);
  }

  @Test
  void get_oneComesAndLeavesBetweenTwoReads_expires() {
    join("a", 1);
    read.get();
    join("b", 2);
    ring.remove("b");

    read.get();

    assertThat(expired).hasValue(1);
  }
}
