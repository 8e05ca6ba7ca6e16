package io.skald.server;

import io.skald.storage.object.ObjectStore;
import io.skald.storage.read.PackRanges;
import io.skald.storage.read.PackSource;

/** Where queries read packs: a folder as it is, a bucket through caches. */
final class PackParts {
  private PackParts() {}

  static PackSource open(
      SkaldConfig config, ObjectStore objects, ServerMetrics metrics, StorageMetrics caches) {
    if (!config.common().storage().s3().isSet()) {
      return PackSource.direct(objects);
    }
    StorageSection sizes = config.storageConfig();
    PackRanges ranges =
        new PackRanges(
            objects,
            sizes.packCacheSize(),
            config.common().packCacheDirectory(),
            sizes.packDiskCacheSize());
    caches.bind("packs", ranges::memoryStatistics);
    caches.bind("packs_on_disk", ranges::diskStatistics);
    metrics.counter(
        "skald_s3_pack_fetches_total",
        "Stretches of packs fetched from the bucket.",
        ranges::fetches);
    metrics.counter(
        "skald_s3_pack_fetches_coalesced_total",
        "Fetches spared because one under way had what was wanted.",
        ranges::coalesced);
    return ranges;
  }
}
