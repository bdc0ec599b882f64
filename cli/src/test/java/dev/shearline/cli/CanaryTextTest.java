package dev.shearline.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Names, notes and addresses are no secrets, but nobody reads a log to learn them: what is written into a field is in the columns that
 * are there for it and in the audit log, and neither in what the process or its PostgreSQL say nor in a metric.
 */
class CanaryTextTest {
    /** How a field may take a text: as it is, as an address, as a scope, in a list, in an object, or as something new. */
    private static final List<String> SHAPES = List.of(
            "\"%s\"",
            "\"%s@example.com\"",
            "\"%s:read\"",
            "[\"%s\"]",
            "[\"note/%s\"]",
            "{\"note\":\"%s\"}",
            "{\"external_id\":\"%s\",\"name\":\"%s\"}");

    /** Where text of callers is kept. A column that is missing here is one that nobody has thought of. */
    private static final List<String> COLUMNS = List.of(
            "access_session.forced",
            "access_session.origins",
            "api_key.description",
            "api_key.metadata",
            "api_key.name",
            "api_key.name_key",
            "api_key.resources",
            "api_key.revoked_reason",
            "api_key.verified_metadata",
            "api_key.word_key",
            "api_key_word.word",
            "app_user.email",
            "app_user.external_id",
            "app_user.name",
            "audit_event.bytes",
            // of a scope or a plan, whose name is its id
            "audit_event.target",
            "audit_personal.fields",
            "feed_entry.target",
            "invitation.email",
            "invitation.name",
            "organization.external_id",
            "organization.name",
            "plan.id",
            "plan.title",
            "resource.name",
            "scope.description",
            "scope.name",
            "scope.title",
            "unit.external_id",
            "unit.name",
            "usage_caller.route",
            "usage_caller.user_agent",
            "webhook_endpoint.description");

    private final Map<String, String> markers = new TreeMap<>();
    private final List<String> taken = new ArrayList<>();
    private CanaryInstance instance;
    private int count;

    @BeforeEach
    void start() throws Exception {
        instance = CanaryInstance.start();
    }

    @AfterEach
    void tidyUp() throws IOException {
        instance.close();
    }

    @Test
    void what_is_written_into_a_field_is_in_its_column_and_in_no_log() throws Exception {
        var document = instance.document();
        for (var path : document.path("paths").properties()) {
            for (var operation : path.getValue().properties()) {
                var schema = CanaryInstance.resolved(
                        document, operation.getValue().at("/requestBody/content/application~1json/schema"));
                if (!schema.isMissingNode() && !path.getKey().endsWith("-self")) {
                    var method = operation.getKey().toUpperCase(Locale.ROOT);
                    for (var field : fields(document, schema)) {
                        write(method, path.getKey(), schema.path("examples").path(0), field);
                    }
                }
            }
        }
        assertThat(taken)
                .as("fields that take a text")
                .contains(
                        "POST /v1/keys name",
                        "POST /v1/keys metadata",
                        "POST /v1/keys resources",
                        "POST /v1/keys/{id}/revoke reason",
                        "POST /v1/users email",
                        "PATCH /v1/scopes/{name} title");
        throughAFault();
        var texts = new ArrayList<>(markers.keySet());
        assertThat(instance.columnsWith(texts))
                .contains("api_key.name", "audit_event.bytes")
                .isSubsetOf(COLUMNS);
        assertThat(List.of(instance.managed("/metrics"), instance.managed("/readyz")))
                .noneMatch(text -> texts.stream().anyMatch(text::contains));
        var said = instance.kill();
        assertThat(said).noneMatch(line -> texts.stream().anyMatch(line::contains));
        // what dev would send by mail lies there instead
        assertThat(instance.filesWith(
                        texts, file -> !file.startsWith("data/postgres/cluster") && !file.startsWith("data/mail")))
                .isEmpty();
        assertThat(instance.filesWith(texts, file -> file.startsWith("data/postgres/cluster")))
                .isNotEmpty();
    }

    /** The example of the operation with a text of its own in the field, in the first shape that is taken. */
    private void write(String method, String path, JsonNode example, String field) throws Exception {
        for (var shape : SHAPES) {
            var marker = marker(method + " " + path + " " + field);
            var body = example.isObject() ? (ObjectNode) example.deepCopy() : ApiClient.JSON.createObjectNode();
            body.remove("external_id");
            if (path.equals("/v1/scopes")) {
                body.put("name", marker + ":write");
            }
            body.set(field, ApiClient.JSON.readTree(shape.replace("%s", marker)));
            var answer = instance.send(method, place(path), body.toString(), instance.operator());
            assertThat(answer.statusCode()).as(answer.body()).isLessThan(500);
            if (answer.statusCode() < 300) {
                taken.add(method + " " + path + " " + field);
                return;
            }
        }
    }

    private String marker(String what) {
        var marker = "canarytext%04dx".formatted(++count);
        markers.put(marker, what);
        return marker;
    }

    private String place(String path) throws Exception {
        if (path.startsWith("/v1/keys/{id}")) {
            var made = instance.created(
                    instance.operator(),
                    "{\"type\":\"team\",\"name\":\"bot\",\"organization\":\"ext:acme\",\"scopes\":[\"keys:read\"]}");
            return path.replace("{id}", "key_" + made.substring(12, 24));
        }
        return path.replaceAll("\\{[^}]+}", CanaryInstance.idOn(path))
                + (path.matches("/v1/(departments|teams)/\\{id}") ? "?organization=ext:acme" : "");
    }

    /** An error that nobody has thought of says what PostgreSQL says of it, and not of which row. */
    private void throughAFault() throws Exception {
        var table = Map.of("api_key", "/v1/keys", "app_user", "/v1/users", "organization", "/v1/organizations");
        for (var faulty : table.entrySet()) {
            instance.execute("ALTER TABLE shearline." + faulty.getKey()
                    + " ADD CONSTRAINT fault CHECK (name NOT LIKE 'canarytext%') NOT VALID");
            var marker = marker("fault in " + faulty.getKey());
            var body = faulty.getKey().equals("api_key")
                    ? "{\"type\":\"team\",\"name\":\"%s\",\"organization\":\"ext:acme\",\"scopes\":[\"keys:read\"]}"
                    : "{\"name\":\"%s\"}";
            var answer = instance.send("POST", faulty.getValue(), body.formatted(marker), instance.operator());
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(500);
            assertThat(answer.body()).doesNotContain(marker);
        }
    }

    private static Set<String> fields(JsonNode document, JsonNode schema) {
        var fields = new TreeSet<String>(schema.path("properties").propertyNames());
        schema.path("allOf")
                .valueStream()
                .forEach(part -> fields.addAll(fields(document, CanaryInstance.resolved(document, part))));
        return fields;
    }
}
