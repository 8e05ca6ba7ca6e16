package io.skald.logql.template;

import io.skald.common.values.GoFloat;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;

/** JSON as values of a template, as Go's encoding/json reads it into an {@code interface {}}. */
final class JsonText {
  /** Deeper documents count as broken. */
  private static final int MAX_DEPTH = 500;

  private static final JsonFactory FACTORY =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(MAX_DEPTH)
                  // The texts themselves are bounded already.
                  .maxNumberLength(Integer.MAX_VALUE)
                  .maxNameLength(Integer.MAX_VALUE)
                  .maxStringLength(Integer.MAX_VALUE)
                  .build())
          .build();

  private JsonText() {}

  /**
   * Returns a bare value: byte string, {@code Double}, {@code Boolean}, {@code List}, {@link
   * GoMap.Json}, or null for null and for a text that is not one JSON value.
   */
  static @Nullable Object parse(String byteString) {
    String text = ByteStrings.toText(byteString);
    if (text.startsWith("\uFEFF")) {
      return null;
    }
    try (JsonParser parser = FACTORY.createParser(ObjectReadContext.empty(), text)) {
      JsonToken first = parser.nextToken();
      if (first == null) {
        return null;
      }
      Object value = value(parser, first);
      return parser.nextToken() == null ? value : null;
    } catch (JacksonException e) {
      // Broken JSON is nil by contract.
      return null;
    }
  }

  private static @Nullable Object value(JsonParser parser, JsonToken token) {
    return switch (token) {
      case START_OBJECT -> object(parser);
      case START_ARRAY -> array(parser);
      case VALUE_STRING -> string(parser.getString());
      case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> number(parser.getString());
      case VALUE_TRUE -> true;
      case VALUE_FALSE -> false;
      default -> null;
    };
  }

  private static GoMap object(JsonParser parser) {
    SortedMap<String, @Nullable Object> entries = new TreeMap<>();
    while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
      String name = string(parser.currentName());
      entries.put(name, value(parser, parser.nextToken()));
    }
    return new GoMap.Json(entries);
  }

  private static List<@Nullable Object> array(JsonParser parser) {
    List<@Nullable Object> elements = new ArrayList<>();
    for (JsonToken token = parser.nextToken();
        token != JsonToken.END_ARRAY;
        token = parser.nextToken()) {
      elements.add(value(parser, token));
    }
    return elements;
  }

  /** Returns the bytes; half of a surrogate pair, which an escape can make, becomes U+FFFD. */
  private static String string(String text) {
    if (ByteStrings.isAscii(text)) {
      return text;
    }
    StringBuilder out = new StringBuilder(text.length() + 16);
    text.codePoints().forEach(rune -> ByteStrings.appendRune(out, rune));
    return out.toString();
  }

  /** Returns a float; a number that is too large for one is nil. */
  private static @Nullable Double number(String text) {
    try {
      return GoFloat.parse(text);
    } catch (NumberFormatException e) {
      return null;
    }
  }
}
