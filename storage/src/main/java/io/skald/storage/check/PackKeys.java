package io.skald.storage.check;

import io.skald.storage.object.ObjectStore;
import java.util.List;

/** Which objects are packs in use. */
final class PackKeys {
  /** Where damaged objects are kept; no tenant is written so. */
  static final String ASIDE = "_damaged/";

  private PackKeys() {}

  static List<String> list(ObjectStore store) {
    return store.list("").stream().filter(PackKeys::isPack).toList();
  }

  private static boolean isPack(String key) {
    return !key.startsWith(ASIDE) && key.contains("/packs/") && key.endsWith(".pack");
  }
}
