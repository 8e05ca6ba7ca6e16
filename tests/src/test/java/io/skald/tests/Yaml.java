package io.skald.tests;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** YAML as trees, with merge keys carried out. Keys that stand twice are refused. */
final class Yaml {
  private static final JsonMapper MAPPER = JsonMapper.builder().build();

  private Yaml() {}

  /** Reads a file of one document. */
  static JsonNode read(Path file) throws IOException {
    return merged(
        MAPPER.valueToTree(loader(file.toString()).loadFromString(Files.readString(file))));
  }

  /** Reads all documents of a text, leaving out empty ones. */
  static List<JsonNode> readAll(String text) {
    List<JsonNode> documents = new ArrayList<>();
    for (Object document : loader("text").loadAllFromString(text)) {
      if (document != null) {
        documents.add(MAPPER.valueToTree(document));
      }
    }
    return documents;
  }

  /** Puts what stands below {@code <<} into the map around it, whose own keys win. */
  private static JsonNode merged(JsonNode node) {
    node.forEach(Yaml::merged);
    if (node instanceof ObjectNode map && map.remove("<<") instanceof ObjectNode base) {
      base.forEachEntry(map::putIfAbsent);
    }
    return node;
  }

  private static Load loader(String label) {
    return new Load(LoadSettings.builder().setLabel(label).build());
  }
}
