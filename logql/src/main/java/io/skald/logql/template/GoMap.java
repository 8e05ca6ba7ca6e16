package io.skald.logql.template;

import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A map with string keys. Keys are byte strings. */
sealed interface GoMap {
  GoType type();

  /** Returns the value of a key as the template sees it; the zero of the value type if absent. */
  Object get(String key);

  /** Returns the bare values in the order of the bytes of the keys. */
  SortedMap<String, @Nullable Object> entries();

  /** A JSON object. */
  record Json(SortedMap<String, @Nullable Object> entries) implements GoMap {
    public Json {
      entries = Collections.unmodifiableSortedMap(entries);
    }

    @Override
    public GoType type() {
      return GoType.MAP;
    }

    @Override
    public Object get(String key) {
      return new Interface(entries.get(key));
    }
  }

  /**
   * Labels that are no entry's.
   *
   * @param texts byte strings
   */
  record Texts(SortedMap<String, String> texts) implements GoMap {
    public Texts {
      texts = Collections.unmodifiableSortedMap(texts);
    }

    @Override
    public GoType type() {
      return GoType.LABELS;
    }

    @Override
    public Object get(String key) {
      return texts.getOrDefault(key, "");
    }

    @Override
    public SortedMap<String, @Nullable Object> entries() {
      return new TreeMap<>(texts);
    }
  }

  /** The labels of an entry. */
  record EntryLabels(TemplateData data) implements GoMap {
    @Override
    public GoType type() {
      return GoType.LABELS;
    }

    @Override
    public Object get(String key) {
      String value = data.label(ByteStrings.toText(key));
      return value == null ? "" : ByteStrings.ofText(value);
    }

    @Override
    public SortedMap<String, @Nullable Object> entries() {
      SortedMap<String, @Nullable Object> entries = new TreeMap<>();
      data.labels()
          .forEach(
              (name, value) -> entries.put(ByteStrings.ofText(name), ByteStrings.ofText(value)));
      return entries;
    }
  }
}
