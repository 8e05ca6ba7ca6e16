package io.skald.logql.template;

import static io.skald.logql.template.GoType.ANY;
import static io.skald.logql.template.GoType.STRING;

import java.util.Base64;
import java.util.List;

/** Functions that encode and decode: base64, URLs, JSON. */
final class EncodingFunctions {
  static final List<Function> ALL =
      List.of(
          Function.of("b64enc", STRING, a -> base64(a.string(0)), STRING),
          Function.of("b64dec", STRING, a -> Base64Text.decode(a.string(0)), STRING),
          Function.of("urlencode", STRING, a -> Escaping.urlQuery(a.string(0)), STRING),
          Function.of("urldecode", STRING, a -> Escaping.urlQueryDecoded(a.string(0)), STRING),
          Function.of("fromJson", ANY, a -> JsonText.parse(a.string(0)), STRING));

  private EncodingFunctions() {}

  private static String base64(String text) {
    return ByteStrings.ofBytes(Base64.getEncoder().encode(ByteStrings.toBytes(text)));
  }
}
