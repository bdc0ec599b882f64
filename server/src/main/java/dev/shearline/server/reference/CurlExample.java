package dev.shearline.server.reference;

import dev.shearline.server.reference.ApiDocument.Operation;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import tools.jackson.core.util.DefaultIndenter;
import tools.jackson.core.util.DefaultPrettyPrinter;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectWriter;
import tools.jackson.databind.json.JsonMapper;

/** How an operation is called from a shell, with the examples of the document. Executed by a test as the page prints it. */
final class CurlExample {

    private static final Pattern VARIABLE = Pattern.compile("\\{([^}]+)}");
    private static final DefaultIndenter LINES = new DefaultIndenter("  ", "\n");
    private static final ObjectWriter JSON =
            JsonMapper.shared().writer().with(new DefaultPrettyPrinter().withObjectIndenter(LINES));

    private final ApiDocument document;

    CurlExample(ApiDocument document) {
        this.document = document;
    }

    String render(Operation operation) {
        var lines = new ArrayList<String>();
        var method = operation.method().equals("GET") ? "" : "-X " + operation.method() + " ";
        lines.add("curl " + method + "\"$SHEARLINE_URL" + url(operation) + "\"");
        if (operation.hasVerifier()) {
            lines.add("  -H \"X-Shearline-Verifier-Key: $SHEARLINE_KEY\"");
            lines.add("  -H \"Authorization: Bearer shl_live_sk_…\"");
        } else if (operation.needsKey()) {
            lines.add("  -H \"Authorization: Bearer $SHEARLINE_KEY\"");
        }
        document.body(operation).flatMap(document::example).ifPresent(body -> addBody(lines, operation, body));
        return String.join(" \\\n", lines);
    }

    private static void addBody(List<String> lines, Operation operation, JsonNode body) {
        if (ApiDocument.isForm(operation)) {
            body.properties()
                    .forEach(field -> lines.add("  --data-urlencode \"" + field.getKey() + "="
                            + field.getValue().asString() + "\""));
            return;
        }
        lines.add("  -H \"Content-Type: application/json\"");
        lines.add("  -d '" + JSON.writeValueAsString(body).replace("'", "'\\''") + "'");
    }

    private String url(Operation operation) {
        var parameters = document.parameters(operation);
        var path = VARIABLE.matcher(operation.path())
                .replaceAll(variable -> parameters.stream()
                        .filter(each -> each.path("name").asString().equals(variable.group(1)))
                        .map(this::value)
                        .findFirst()
                        .orElseThrow());
        var query = new ArrayList<String>();
        for (var parameter : parameters) {
            if (parameter.path("in").asString().equals("query") && isShown(parameter)) {
                query.add(parameter.path("name").asString() + "=" + value(parameter));
            }
        }
        return path + (query.isEmpty() ? "" : "?" + String.join("&", query));
    }

    /** What must be there, and what the document shows. */
    private static boolean isShown(JsonNode parameter) {
        return parameter.path("required").asBoolean(false) || parameter.has("example");
    }

    private String value(JsonNode parameter) {
        var example = parameter.has("example")
                ? parameter.path("example")
                : document.example(parameter.path("schema"))
                        .orElseThrow(() -> new IllegalStateException(
                                "the parameter " + parameter.path("name").asString() + " has no example"));
        List<String> parts = example.isArray()
                ? example.valueStream().map(JsonNode::asString).toList()
                : List.of(example.asString());
        return String.join(",", parts.stream().map(CurlExample::encoded).toList());
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8)
                .replace("+", "%20")
                .replace("%3A", ":");
    }

    /** An example of an answer, or of anything else. */
    static String json(JsonNode example) {
        return JSON.writeValueAsString(example);
    }
}
