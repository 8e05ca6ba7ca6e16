package io.skald.cli;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.exc.JacksonIOException;
import tools.jackson.core.json.JsonFactory;

/** JSON as maps, lists, strings; numbers and booleans stay text. */
final class Json {
  private static final JsonFactory FACTORY = new JsonFactory();

  private Json() {}

  /**
   * @throws IOException if the text cannot be read
   * @throws RefusedException if it is not JSON
   */
  static Object read(InputStream in) throws IOException {
    try (JsonParser parser = FACTORY.createParser(ObjectReadContext.empty(), in)) {
      Object value = value(parser, parser.nextToken());
      if (value == null) {
        throw new RefusedException("the answer is empty");
      }
      return value;
    } catch (JacksonIOException e) {
      throw e.getCause();
    } catch (JacksonException e) {
      throw new RefusedException("the answer is not JSON: " + e.getOriginalMessage());
    }
  }

  /** Reads a text, under the same conditions. */
  static Object read(String text) {
    try {
      return read(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)));
    } catch (IOException e) {
      throw new UncheckedIOException("reading from memory failed", e);
    }
  }

  private static @Nullable Object value(JsonParser parser, @Nullable JsonToken token) {
    if (token == null || token == JsonToken.VALUE_NULL) {
      return null;
    }
    if (token == JsonToken.START_OBJECT) {
      Map<String, Object> map = new LinkedHashMap<>();
      while (parser.nextToken() != JsonToken.END_OBJECT) {
        String name = parser.currentName();
        Object value = value(parser, parser.nextToken());
        if (value != null) {
          map.put(name, value);
        }
      }
      return map;
    }
    if (token == JsonToken.START_ARRAY) {
      List<Object> list = new ArrayList<>();
      for (JsonToken next = parser.nextToken();
          next != JsonToken.END_ARRAY;
          next = parser.nextToken()) {
        Object value = value(parser, next);
        list.add(value == null ? "" : value);
      }
      return list;
    }
    return parser.getString();
  }

  /** Returns the object at {@code keys}, or an empty one. */
  @SuppressWarnings("unchecked")
  static Map<String, Object> object(Object json, String... keys) {
    return at(json, keys) instanceof Map<?, ?> map ? (Map<String, Object>) map : Map.of();
  }

  @SuppressWarnings("unchecked")
  static List<Object> list(Object json, String... keys) {
    return at(json, keys) instanceof List<?> list ? (List<Object>) list : List.of();
  }

  static String text(Object json, String... keys) {
    return at(json, keys) instanceof String text ? text : "";
  }

  /** Returns the number that a text holds, 0 if it holds none. */
  static BigDecimal number(@Nullable Object json) {
    try {
      return json instanceof String text ? new BigDecimal(text) : BigDecimal.ZERO;
    } catch (NumberFormatException e) {
      return BigDecimal.ZERO;
    }
  }

  private static @Nullable Object at(Object json, String... keys) {
    Object at = json;
    for (String key : keys) {
      at = at instanceof Map<?, ?> map ? map.get(key) : null;
      if (at == null) {
        return null;
      }
    }
    return at;
  }
}
