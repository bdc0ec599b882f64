package dev.shearline.server.reference;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/** The OpenAPI document, read by what a page needs of it. */
final class ApiDocument {

    private static final Set<String> METHODS = Set.of("get", "put", "post", "patch", "delete");

    private final JsonNode root;

    ApiDocument(JsonNode root) {
        this.root = root;
    }

    /** One method of one path. */
    record Operation(String method, String path, JsonNode item, JsonNode content) {

        String id() {
            return content.path("operationId").asString();
        }

        boolean hasTag(String tag) {
            return content.path("tags")
                    .valueStream()
                    .anyMatch(each -> each.asString().equals(tag));
        }

        /** The scopes of which one is needed; empty for none. */
        List<String> scopes() {
            return content.path("security")
                    .valueStream()
                    .filter(way -> way.has("bearer"))
                    .flatMap(way -> way.valueStream().flatMap(JsonNode::valueStream))
                    .map(JsonNode::asString)
                    .toList();
        }

        /** Whether somebody asks about a key that comes in the place of their own, which then has a place of its own. */
        boolean hasVerifier() {
            return content.path("security").valueStream().anyMatch(way -> way.has("verifier"));
        }

        boolean needsKey() {
            var ways = content.path("security");
            // a way that asks for nothing is open to everybody
            return ways.isMissingNode()
                    || (!ways.isEmpty() && ways.valueStream().noneMatch(JsonNode::isEmpty));
        }
    }

    /** A name with what the document says of it. */
    record Named(String name, JsonNode content) {}

    String text(String pointer) {
        return root.at(pointer).asString("");
    }

    List<JsonNode> tags() {
        return root.path("tags").valueStream().toList();
    }

    List<Operation> operations() {
        var operations = new ArrayList<Operation>();
        root.path("paths")
                .properties()
                .forEach(path -> path.getValue().properties().stream()
                        .filter(entry -> METHODS.contains(entry.getKey()))
                        .map(entry -> new Operation(
                                entry.getKey().toUpperCase(Locale.ROOT),
                                path.getKey(),
                                path.getValue(),
                                entry.getValue()))
                        .forEach(operations::add));
        return operations;
    }

    List<Named> schemas() {
        return root.at("/components/schemas").properties().stream()
                .map(entry -> new Named(entry.getKey(), entry.getValue()))
                .toList();
    }

    JsonNode resolved(JsonNode node) {
        var reference = node.path("$ref").asString("");
        return reference.isEmpty() ? node : root.at(reference.substring(1));
    }

    List<JsonNode> parameters(Operation operation) {
        return Stream.of(operation.item(), operation.content())
                .flatMap(holder -> holder.path("parameters").valueStream())
                .map(this::resolved)
                .toList();
    }

    /** What is sent, as JSON or as a form. */
    Optional<JsonNode> body(Operation operation) {
        return operation
                .content()
                .at("/requestBody/content")
                .valueStream()
                .map(content -> content.path("schema"))
                .findFirst();
    }

    static boolean isForm(Operation operation) {
        return operation.content().at("/requestBody/content").has("application/x-www-form-urlencoded");
    }

    /** What a successful answer holds, with its status. */
    Optional<Named> success(Operation operation) {
        return operation.content().path("responses").properties().stream()
                .filter(entry -> entry.getKey().startsWith("2"))
                .map(entry -> new Named(entry.getKey(), resolved(entry.getValue())))
                .findFirst();
    }

    /** The first example that the schema, or the one that it refers to, gives. */
    Optional<JsonNode> example(JsonNode schema) {
        return Stream.of(schema, resolved(schema))
                .map(each -> each.path("examples").path(0))
                .filter(example -> !example.isMissingNode())
                .findFirst();
    }

    /** The name of the schema that is referred to. */
    static Optional<String> referred(JsonNode schema) {
        var reference = schema.path("$ref").asString("");
        return reference.isEmpty()
                ? Optional.empty()
                : Optional.of(reference.substring(reference.lastIndexOf('/') + 1));
    }
}
