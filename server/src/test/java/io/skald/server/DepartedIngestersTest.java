package io.skald.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.skald.common.ring.InMemoryRing;
import io.skald.common.ring.Instance;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class DepartedIngestersTest {
  private final InMemoryRing ring = new InMemoryRing();
  private final AtomicInteger expired = new AtomicInteger();
  private final DepartedIngesters departed = new DepartedIngesters(ring, expired::incrementAndGet);

  private void join(String id, int token) {
    ring.put(new Instance(id, "", Instance.State.ACTIVE, List.of(token)));
  }

  @Test
  void run_ingestersComeAndStay_expiresNothing() {
    join("a", 1);
    departed.run();
    join("b", 2);

    departed.run();
    departed.run();

    assertThat(expired).hasValue(0);
  }

  @Test
  void run_oneHasLeft_expiresOnce() {
    join("a", 1);
    join("b", 2);
    departed.run();
    ring.remove("a");

    departed.run();
    departed.run();

    assertThat(expired).hasValue(1);
  }
}
