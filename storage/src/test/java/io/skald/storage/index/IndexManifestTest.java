package io.skald.storage.index;

import static org.assertj.core.api.Assertions.assertThat;

import io.skald.common.model.TenantId;
import io.skald.storage.object.FaultyObjectStore;
import io.skald.storage.object.InMemoryObjectStore;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class IndexManifestTest {
  private static final TenantId TENANT = new TenantId("acme");

  @Test
  void read_isReplacedByALongerOneBetweenSizeAndBytes_givesTheNewOne() {
    InMemoryObjectStore store = new InMemoryObjectStore();
    IndexManifest longer =
        new IndexManifest(
            2, 6, List.of(), List.of(), List.of(new IndexManifest.Retired("acme/p.pack", 5)));
    new IndexManifest(1, 5, List.of(), List.of(), List.of()).write(store, TENANT);
    AtomicInteger calls = new AtomicInteger();
    FaultyObjectStore slow =
        FaultyObjectStore.watched(
            store,
            call -> {
              calls.set(call);
              if (call == 2) {
                longer.write(store, TENANT);
              }
            });

    assertThat(IndexManifest.read(slow, TENANT)).isEqualTo(longer);
    assertThat(calls).hasValue(4);
  }
}
