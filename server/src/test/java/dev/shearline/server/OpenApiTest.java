package dev.shearline.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.shearline.server.http.ProblemCode;
import dev.shearline.server.testing.Repository;
import dev.shearline.server.verify.Reason;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.dataformat.yaml.YAMLMapper;

/** The OpenAPI document is whole, and says of the code what is true. */
class OpenApiTest {

    static final JsonNode DOCUMENT =
            new YAMLMapper().readTree(Repository.ofThisProject().read("spec/openapi.yaml"));

    private static final Set<String> METHODS = Set.of("get", "put", "post", "patch", "delete");
    private static final Set<String> FIELDS_OF_THE_DOCUMENT =
            Set.of("openapi", "info", "jsonSchemaDialect", "servers", "security", "tags", "paths", "components");
    private static final Pattern PATH_VARIABLE = Pattern.compile("\\{([^}]+)}");

    /** An operation with where it is. */
    private record Operation(String method, String path, JsonNode item, JsonNode content) {

        String name() {
            return method + " " + path;
        }

        List<JsonNode> parameters() {
            return Stream.of(item, content)
                    .flatMap(holder -> holder.path("parameters").valueStream())
                    .map(OpenApiTest::resolved)
                    .toList();
        }
    }

    private static List<Operation> operations() {
        var operations = new ArrayList<Operation>();
        DOCUMENT.path("paths")
                .properties()
                .forEach(path -> path.getValue().properties().stream()
                        .filter(entry -> METHODS.contains(entry.getKey()))
                        .forEach(entry -> operations.add(
                                new Operation(entry.getKey(), path.getKey(), path.getValue(), entry.getValue()))));
        return operations;
    }

    static JsonNode resolved(JsonNode node) {
        var reference = node.path("$ref").asString("");
        return reference.isEmpty() ? node : DOCUMENT.at(reference.substring(1));
    }

    private static void walk(String at, JsonNode node, BiConsumer<String, JsonNode> visit) {
        visit.accept(at, node);
        node.properties().forEach(entry -> walk(at + "/" + entry.getKey(), entry.getValue(), visit));
        for (int i = 0; node.isArray() && i < node.size(); i++) {
            walk(at + "/" + i, node.get(i), visit);
        }
    }

    @Test
    void it_is_a_document_of_openapi_3_1() {
        assertThat(DOCUMENT.path("openapi").asString()).startsWith("3.1.");
        assertThat(DOCUMENT.propertyNames()).allMatch(FIELDS_OF_THE_DOCUMENT::contains);
        assertThat(DOCUMENT.at("/info/title").asString()).isNotEmpty();
        assertThat(DOCUMENT.at("/info/version").asString()).isNotEmpty();
        assertThat(DOCUMENT.path("paths").propertyNames()).isNotEmpty().allMatch(path -> path.startsWith("/"));
    }

    @Test
    void every_reference_leads_somewhere() {
        var dead = new TreeSet<String>();
        walk("", DOCUMENT, (at, node) -> {
            var reference = node.path("$ref");
            if (reference.isString()
                    && (!reference.asString().startsWith("#/")
                            || DOCUMENT.at(reference.asString().substring(1)).isMissingNode())) {
                dead.add(at + " -> " + reference.asString());
            }
        });
        assertThat(dead).isEmpty();
    }

    @Test
    void every_component_is_used() {
        var used = new HashSet<String>();
        walk("", DOCUMENT, (_, node) -> used.add(node.path("$ref").asString("")));
        var unused = new TreeSet<String>();
        for (var kind : List.of("schemas", "parameters", "responses", "headers")) {
            DOCUMENT.at("/components/" + kind).propertyNames().stream()
                    .map(name -> "#/components/" + kind + "/" + name)
                    .filter(name -> !used.contains(name))
                    .forEach(unused::add);
        }
        assertThat(unused).isEmpty();
    }

    @Test
    void every_operation_has_a_name_of_its_own_a_known_tag_and_a_summary() {
        var tags = DOCUMENT.path("tags")
                .valueStream()
                .map(tag -> tag.path("name").asString())
                .collect(Collectors.toSet());
        assertThat(operations())
                .extracting(op -> op.content().path("operationId").asString(""))
                .doesNotHaveDuplicates();
        assertThat(operations()).allSatisfy(op -> {
            assertThat(op.content().path("operationId").asString(""))
                    .as(op.name())
                    .matches("[a-z][A-Za-z]+");
            assertThat(op.content().path("summary").asString("")).as(op.name()).isNotEmpty();
            assertThat(op.content().path("tags").valueStream().map(JsonNode::asString))
                    .as(op.name())
                    .hasSize(1)
                    .allMatch(tags::contains);
        });
    }

    @Test
    void every_variable_of_a_path_is_declared_and_none_other() {
        assertThat(operations()).allSatisfy(op -> {
            var declared = op.parameters().stream()
                    .filter(parameter -> parameter.path("in").asString().equals("path"))
                    .peek(parameter ->
                            assertThat(parameter.path("required").asBoolean()).isTrue())
                    .map(parameter -> parameter.path("name").asString())
                    .collect(Collectors.toSet());
            var inPath = PATH_VARIABLE
                    .matcher(op.path())
                    .results()
                    .map(found -> found.group(1))
                    .collect(Collectors.toSet());
            assertThat(declared).as(op.name()).isEqualTo(inPath);
        });
    }

    @Test
    void every_parameter_is_described_and_named_once() {
        assertThat(operations()).allSatisfy(op -> {
            assertThat(op.parameters())
                    .extracting(parameter -> parameter.path("in").asString() + " "
                            + parameter.path("name").asString())
                    .as(op.name())
                    .doesNotHaveDuplicates();
            assertThat(op.parameters())
                    .as(op.name())
                    .allMatch(parameter -> parameter.has("schema") && parameter.has("description"));
        });
    }

    @Test
    void every_operation_says_how_it_succeeds_and_how_it_fails() {
        assertThat(operations()).allSatisfy(op -> {
            var statuses = Set.copyOf(op.content().path("responses").propertyNames());
            assertThat(statuses).as(op.name()).contains("default").anyMatch(status -> status.startsWith("2"));
            // those for OAuth have one status for whatever is invalid
            assertThat(statuses).as(op.name()).contains(op.path().startsWith("/oauth/") ? "400" : "422");
            assertThat(op.content().path("responses").valueStream().map(OpenApiTest::resolved))
                    .as(op.name())
                    .allMatch(response ->
                            !response.path("description").asString("").isEmpty());
            if (!isPublic(op)) {
                assertThat(statuses).as(op.name()).contains("401", "503");
            }
            if (needsScope(op)) {
                assertThat(statuses).as(op.name()).contains("403");
            }
            if (op.content().has("requestBody")) {
                assertThat(statuses).as(op.name()).contains("400", "413");
            }
            if (takesJson(op)) {
                assertThat(statuses).as(op.name()).contains("415");
            }
        });
        assertThat(DOCUMENT.at("/components/responses/Unauthenticated/headers").propertyNames())
                .contains("WWW-Authenticate");
        assertThat(DOCUMENT.at("/components/responses/Unavailable/headers").propertyNames())
                .contains("Retry-After");
    }

    private static boolean takesJson(Operation op) {
        return op.content().at("/requestBody/content").has("application/json");
    }

    private static boolean isPublic(Operation op) {
        return op.content().path("security").isArray()
                && op.content().path("security").isEmpty();
    }

    private static boolean needsScope(Operation op) {
        return op.content()
                .path("security")
                .valueStream()
                .anyMatch(way -> way.valueStream().anyMatch(scopes -> !scopes.isEmpty()));
    }

    @Test
    void a_body_refuses_what_it_does_not_know_and_shows_an_example() {
        assertThat(operations()).filteredOn(OpenApiTest::takesJson).allSatisfy(op -> {
            var schema = resolved(op.content().at("/requestBody/content/application~1json/schema"));
            assertThat(schema.path("type").asString()).as(op.name()).isEqualTo("object");
            assertThat(schema.path("additionalProperties").isBoolean())
                    .as(op.name())
                    .isTrue();
            assertThat(schema.path("additionalProperties").asBoolean())
                    .as(op.name())
                    .isFalse();
        });
    }

    @Test
    void every_field_that_is_required_exists() {
        var missing = new TreeSet<String>();
        walk("", DOCUMENT.path("components").path("schemas"), (at, node) -> {
            if (node.path("required").isArray() && node.path("properties").isObject()) {
                node.path("required")
                        .valueStream()
                        .filter(field -> !node.path("properties").has(field.asString()))
                        .forEach(field -> missing.add(at + " " + field.asString()));
            }
        });
        assertThat(missing).isEmpty();
    }

    @Test
    void every_example_of_an_object_has_its_fields() {
        var faults = new TreeSet<String>();
        DOCUMENT.at("/components/schemas")
                .properties()
                .forEach(schema -> schema.getValue()
                        .path("examples")
                        .valueStream()
                        .filter(JsonNode::isObject)
                        .forEach(example -> fieldFaults(schema.getValue(), example)
                                .forEach(fault -> faults.add(schema.getKey() + ": " + fault))));
        assertThat(faults).isEmpty();
    }

    private static List<String> fieldFaults(JsonNode schema, JsonNode example) {
        var unknown = example.propertyNames().stream()
                .filter(field -> !schema.path("properties").has(field))
                .map(field -> "unknown " + field);
        var missing = schema.path("required")
                .valueStream()
                .map(JsonNode::asString)
                .filter(field -> !example.has(field))
                .map(field -> "missing " + field);
        return Stream.concat(unknown, missing).toList();
    }

    @Test
    void it_knows_every_problem_code() {
        assertThat(texts("/components/schemas/ProblemCode/enum"))
                .containsExactlyElementsOf(Arrays.stream(ProblemCode.values())
                        .map(ProblemCode::wire)
                        .toList());
    }

    @Test
    void it_knows_every_reason() {
        assertThat(texts("/components/schemas/VerdictCode/enum"))
                .containsExactlyElementsOf(Stream.concat(
                                Stream.of("allowed"),
                                Arrays.stream(Reason.values()).map(Reason::wire))
                        .toList());
    }

    private static List<String> texts(String pointer) {
        return DOCUMENT.at(pointer).valueStream().map(JsonNode::asString).toList();
    }

    /** {@code GET /v1/keys/{id}} as the route table writes it: {@code GET /v1/keys/:id}. */
    static Set<String> routes() {
        return operations().stream()
                .map(op -> op.method().toUpperCase(java.util.Locale.ROOT) + " "
                        + PATH_VARIABLE.matcher(op.path()).replaceAll(":$1"))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    static Set<String> operationNames() {
        return operations().stream().map(Operation::name).collect(Collectors.toSet());
    }

    @Test
    void no_two_paths_differ_in_the_names_of_variables_alone() {
        var shapes = operations().stream()
                .collect(Collectors.groupingBy(
                        op -> PATH_VARIABLE.matcher(op.path()).replaceAll(":"),
                        Collectors.mapping(Operation::path, Collectors.toSet())));
        assertThat(shapes.entrySet()).extracting(Map.Entry::getValue).allMatch(paths -> paths.size() == 1);
    }
}
