package dev.shearline.server.evidence;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * An event as it is shown.
 *
 * @param personal what names a person: who acted from where, and a user's name and e-mail
 * @param erased whether there was such, and it was erased
 * @param seq its place in the chain, once it is sealed
 */
record AuditEntry(
        String id,
        Instant at,
        String organization,
        ActorShown actor,
        String action,
        String target,
        Map<String, Object> details,
        Optional<String> request,
        Optional<Map<String, Object>> personal,
        boolean erased,
        boolean sealed,
        Optional<Long> seq,
        Optional<String> hash) {

    static final List<String> COLUMNS = List.of(
            "seq",
            "id",
            "at",
            "organization",
            "actor_kind",
            "actor",
            "action",
            "target",
            "details",
            "request",
            "address",
            "user_agent",
            "name",
            "email",
            "erased",
            "sealed",
            "hash");

    private static final JsonMapper BYTES = new JsonMapper();

    record ActorShown(String kind, String id) {}

    static AuditEntry of(StoredEvent event) {
        var content = BYTES.readTree(event.bytes().toBytes());
        var personal =
                event.personal().map(row -> fields(BYTES.readTree(row.fields().toBytes())));
        return new AuditEntry(
                event.id(),
                event.at(),
                text(content, "organization"),
                new ActorShown(text(content.path("actor"), "kind"), text(content.path("actor"), "id")),
                text(content, "action"),
                text(content, "target"),
                fields(content.path("details")),
                content.path("request").asStringOpt(),
                personal,
                content.has("personal") && personal.isEmpty(),
                event.seal().isPresent(),
                event.seal().map(StoredEvent.Seal::seq),
                event.seal().map(seal -> seal.hash().hex()));
    }

    private static String text(JsonNode node, String field) {
        return node.path(field).asString("");
    }

    private static Map<String, Object> fields(JsonNode node) {
        var fields = new TreeMap<String, Object>();
        node.properties().forEach(field -> fields.put(field.getKey(), field.getValue()));
        return fields;
    }

    /** Its values under {@link #COLUMNS}. */
    List<String> cells() {
        return List.of(
                seq.map(Object::toString).orElse(""),
                id,
                at.toString(),
                organization,
                actor.kind(),
                actor.id(),
                action,
                target,
                details.isEmpty() ? "" : BYTES.writeValueAsString(details),
                request.orElse(""),
                personal("address"),
                personal("user_agent"),
                personal("name"),
                personal("email"),
                Boolean.toString(erased),
                Boolean.toString(sealed),
                hash.orElse(""));
    }

    private String personal(String name) {
        return personal.map(fields -> fields.get(name) instanceof JsonNode value ? value.asString("") : "")
                .orElse("");
    }
}
