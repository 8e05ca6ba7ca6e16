package io.skald.tests;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.Error;
import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import io.swagger.v3.oas.models.OpenAPI;
import io.swagger.v3.oas.models.Operation;
import io.swagger.v3.oas.models.PathItem.HttpMethod;
import io.swagger.v3.oas.models.media.Content;
import io.swagger.v3.oas.models.media.MediaType;
import io.swagger.v3.oas.models.parameters.Parameter;
import io.swagger.v3.oas.models.responses.ApiResponse;
import io.swagger.v3.parser.OpenAPIV3Parser;
import io.swagger.v3.parser.core.models.ParseOptions;
import io.swagger.v3.parser.core.models.SwaggerParseResult;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;

/** The OpenAPI document that a running server hands out, held against what that server does. */
class OpenApiTest {
  private static final String DOCUMENT = "/skald/api/v1/openapi.yaml";

  @TempDir private static Path directory;
  private static SkaldProcess skald;
  private static String yaml;
  private static OpenAPI document;

  @BeforeAll
  static void start() throws IOException {
    int port = SkaldProcess.freePort();
    String settings =
        """
        compactor: {retention_enabled: true, delete_request_store: filesystem}
        pattern_ingester: {enabled: true}
        """;
    skald = SkaldProcess.serve(directory, port, settings);
    yaml = new SkaldClient(skald.address()).get(DOCUMENT).text();
    document = parse(true).getOpenAPI();
    push();
  }

  private static SwaggerParseResult parse(boolean resolve) {
    ParseOptions options = new ParseOptions();
    options.setResolveFully(resolve);
    options.setResolve(resolve);
    return new OpenAPIV3Parser().readContents(yaml, List.of(), options);
  }

  private static void push() {
    String body =
        "{\"streams\":[{\"stream\":{\"app\":\"api\"},\"values\":[[\""
            + System.currentTimeMillis() * 1_000_000L
            + "\",\"level=info msg=hello\"]]}]}";
    assertThat(
            new SkaldClient(skald.address())
                .post(
                    "/loki/api/v1/push", "application/json", body.getBytes(StandardCharsets.UTF_8))
                .status())
        .isEqualTo(204);
  }

  @AfterAll
  static void stop() {
    skald.close();
  }

  @Test
  void document_readByParser_hasNoComplaints() {
    assertThat(parse(false).getMessages()).isEmpty();
    assertThat(document.getPaths()).hasSizeGreaterThan(25);
  }

  @Test
  void everyOperation_calledWithItsExamples_answersAsDocumented() throws IOException {
    Map<String, String> wrong = new TreeMap<>();
    document
        .getPaths()
        .forEach((path, item) ->
            item.readOperationsMap()
                .forEach((method, operation) -> {
                  String complaint = call(path, method, operation);
                  if (!complaint.isEmpty()) {
                    wrong.put(method + " " + path, complaint);
                  }
                }));
    assertThat(wrong).isEmpty();
  }

  /** Returns what differs from the document, or "". */
  private static String call(String path, HttpMethod method, Operation operation) {
    SkaldClient.Answer answer =
        new SkaldClient(skald.address()).send(request(path, method, operation));
    ApiResponse response = operation.getResponses().get(Integer.toString(answer.status()));
    if (response == null) {
      return "status " + answer.status() + " is not documented: " + answer.text();
    }
    boolean unknown = answer.text().equals("404 page not found\n") || answer.status() == 405;
    if (unknown) {
      return "there is no such route: " + answer.status() + " " + answer.text();
    }
    Content content = response.getContent();
    if (content == null) {
      return answer.body().length == 0 ? "" : "a body is not documented: " + answer.text();
    }
    String type = answer.contentType().split(";", 2)[0];
    MediaType media = content.get(type);
    if (media == null) {
      return "media type '" + answer.contentType() + "' of status " + answer.status();
    }
    return type.equals("application/json") ? schemaErrors(response, answer.text()) : "";
  }

  private static HttpRequest.Builder request(String path, HttpMethod method, Operation operation) {
    StringBuilder query = new StringBuilder();
    String target = path;
    for (Parameter parameter : parameters(operation)) {
      Object example = parameter.getExample();
      if (example == null) {
        continue;
      }
      if (parameter.getIn().equals("path")) {
        target = target.replace("{" + parameter.getName() + "}", encode(text(example)));
      } else if (parameter.getIn().equals("query")) {
        query.append(query.isEmpty() ? '?' : '&').append(encode(parameter.getName()));
        query.append('=').append(encode(text(example)));
      }
    }
    boolean form =
        operation.getRequestBody() != null
            && operation
                .getRequestBody()
                .getContent()
                .containsKey("application/x-www-form-urlencoded");
    String contentType = "";
    String body = "";
    if (form && operation.getOperationId().endsWith("ByForm")) {
      contentType = "application/x-www-form-urlencoded";
      body = exampleForm(path);
    } else if (operation.getRequestBody() != null) {
      Map.Entry<String, MediaType> first =
          operation.getRequestBody().getContent().entrySet().iterator().next();
      contentType = first.getKey();
      body = first.getValue().getExample() == null ? "" : text(first.getValue().getExample());
    }
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(skald.address() + target + query))
            .method(method.name(), BodyPublishers.ofString(body));
    return contentType.isEmpty() ? request : request.header("Content-Type", contentType);
  }

  /** The parameters of the GET twin, as a form. */
  private static String exampleForm(String path) {
    StringBuilder form = new StringBuilder();
    var item = Objects.requireNonNull(document.getPaths().get(path), path);
    for (Parameter parameter : parameters(item.getGet())) {
      if (parameter.getIn().equals("query") && parameter.getExample() != null) {
        form.append(form.isEmpty() ? "" : "&").append(encode(parameter.getName())).append('=');
        form.append(encode(text(parameter.getExample())));
      }
    }
    return form.toString();
  }

  private static List<Parameter> parameters(Operation operation) {
    return operation.getParameters() == null ? List.of() : operation.getParameters();
  }

  /** An example as it is sent: the first of a list, JSON for an object. */
  private static String text(Object example) {
    return switch (example) {
      case List<?> list -> String.valueOf(list.getFirst());
      case com.fasterxml.jackson.databind.node.ArrayNode array -> array.get(0).asText();
      default -> example.toString();
    };
  }

  private static String schemaErrors(ApiResponse response, String json) {
    String name =
        document.getComponents().getResponses().entrySet().stream()
            .filter(entry -> entry.getValue().getDescription().equals(response.getDescription()))
            .map(Map.Entry::getKey)
            .findFirst()
            .orElseThrow();
    List<String> errors = new ArrayList<>();
    for (Error error : schema(name).validate(json, InputFormat.JSON)) {
      errors.add(error.toString());
    }
    return String.join("; ", errors);
  }

  private static Schema schema(String response) {
    String base = "http://127.0.0.1/openapi.yaml";
    SchemaRegistry registry =
        SchemaRegistry.withDefaultDialect(
            SpecificationVersion.DRAFT_2020_12, builder -> builder.schemas(Map.of(base, asJson())));
    return registry.getSchema(
        SchemaLocation.of(
            base + "#/components/responses/" + response + "/content/application~1json/schema"));
  }

  private static String asJson() {
    org.snakeyaml.engine.v2.api.Load load =
        new org.snakeyaml.engine.v2.api.Load(
            org.snakeyaml.engine.v2.api.LoadSettings.builder().build());
    return JsonMapper.shared().writeValueAsString(load.loadFromString(yaml));
  }

  private static String encode(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }
}
