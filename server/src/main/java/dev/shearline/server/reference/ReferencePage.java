package dev.shearline.server.reference;

import dev.shearline.server.http.Html;
import dev.shearline.server.reference.ApiDocument.Operation;
import io.vertx.core.buffer.Buffer;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;

/** The reference of the API: every operation with its parameters, bodies, answers and a call that works. */
final class ReferencePage {

    /** Every answer may be one of these; the table on the page of problems says the rest. */
    private static final Set<String> EVERYWHERE = Set.of("default");

    private final ApiDocument document;
    private final CurlExample curl;
    private final SchemaTable schemas;

    ReferencePage(JsonNode root) {
        document = new ApiDocument(root);
        curl = new CurlExample(document);
        schemas = new SchemaTable(document);
    }

    Buffer render() {
        var page = Html.page("API reference · Shearline", ReferenceRoutes.STYLE);
        page.element("a", "To the operations", "class", "skip", "href", "#content");
        page.open("div", "class", "columns").add(navigation()).open("main", "id", "content");
        page.element("h1", document.text("/info/title") + " API " + document.text("/info/version"));
        page.open("div", "class", "prose")
                .rendered(Markdown.render(document.text("/info/description")))
                .close("div");
        page.add(beginning());
        for (var tag : document.tags()) {
            page.add(section(tag));
        }
        page.add(shapes());
        return page.close("main").close("div").toBuffer();
    }

    private Html navigation() {
        var nav = Html.part().open("nav", "aria-label", "Contents").open("ul");
        for (var tag : document.tags()) {
            var name = tag.path("name").asString();
            nav.open("li").link("#" + anchor(name), name).open("ul");
            for (var operation : operations(name)) {
                nav.open("li")
                        .link(
                                "#" + operation.id(),
                                operation.content().path("summary").asString())
                        .close("li");
            }
            nav.close("ul").close("li");
        }
        nav.open("li").link("#shapes", "Objects").close("li");
        nav.open("li").link(ReferenceRoutes.PROBLEMS, "Problems").close("li");
        nav.open("li").link("/openapi.json", "openapi.json").close("li");
        return nav.close("ul").close("nav");
    }

    private static Html beginning() {
        return Html.part()
                .open("section", "id", "begin")
                .element("h2", "To begin")
                .open("p")
                .text("The examples are for a shell with these two variables:")
                .close("p")
                .element("pre", "export SHEARLINE_URL=https://keys.example.com\nexport SHEARLINE_KEY=shl_live_op_…")
                .close("section");
    }

    private List<Operation> operations(String tag) {
        return document.operations().stream()
                .filter(operation -> operation.hasTag(tag))
                .toList();
    }

    private Html section(JsonNode tag) {
        var name = tag.path("name").asString();
        var section = Html.part().open("section", "id", anchor(name)).element("h2", name);
        section.rendered(Markdown.render(tag.path("description").asString()));
        operations(name).forEach(operation -> section.add(operation(operation)));
        return section.close("section");
    }

    private Html operation(Operation operation) {
        var content = operation.content();
        var part = Html.part()
                .open("article", "id", operation.id())
                .open("h3")
                .link("#" + operation.id(), content.path("summary").asString())
                .close("h3");
        part.open("p", "class", "route")
                .element("code", operation.method(), "class", "method")
                .text(" ")
                .element("code", operation.path())
                .close("p");
        part.rendered(Markdown.render(content.path("description").asString("")));
        part.add(rights(operation));
        var parameters = document.parameters(operation);
        if (!parameters.isEmpty()) {
            part.element("h4", "Parameters").add(schemas.parameters(parameters));
        }
        document.body(operation).ifPresent(body -> part.element("h4", "Body").add(schemas.fields(body)));
        part.element("h4", "Example")
                .element("pre", curl.render(operation), "class", "example", "data-operation", operation.id());
        part.add(answers(operation));
        return part.close("article");
    }

    private static Html rights(Operation operation) {
        var part = Html.part().open("p", "class", "rights");
        if (!operation.needsKey()) {
            return part.text("Needs no credential.").close("p");
        }
        if (operation.scopes().isEmpty()) {
            return part.text("Needs a credential; any will do.").close("p");
        }
        part.text("Needs the scope ");
        for (var scope : operation.scopes()) {
            part.element("code", scope).text(" ");
        }
        return part.close("p");
    }

    private Html answers(Operation operation) {
        var part = Html.part().element("h4", "Answers").open("dl", "class", "answers");
        for (var entry : operation.content().path("responses").properties()) {
            if (EVERYWHERE.contains(entry.getKey())) {
                continue;
            }
            part.element("dt", entry.getKey()).open("dd");
            part.rendered(Markdown.render(
                    document.resolved(entry.getValue()).path("description").asString("")));
            if (entry.getKey().startsWith("2")) {
                part.add(content(document.resolved(entry.getValue()).path("content")));
            }
            part.close("dd");
        }
        return part.close("dl");
    }

    private Html content(JsonNode contents) {
        var part = Html.part();
        for (var content : contents.properties()) {
            var schema = content.getValue().path("schema");
            part.open("p")
                    .element("code", content.getKey())
                    .text(" ")
                    .add(schemas.type(schema))
                    .close("p");
            document.example(schema).ifPresent(example -> part.element("pre", CurlExample.json(example)));
        }
        return part;
    }

    private Html shapes() {
        var part = Html.part().open("section", "id", "shapes").element("h2", "Objects");
        for (var schema : document.schemas()) {
            part.open("article", "id", SchemaTable.anchor(schema.name()));
            part.element("h3", schema.name());
            part.rendered(Markdown.render(schema.content().path("description").asString("")));
            part.add(schemas.fields(schema.content()));
            document.example(schema.content()).ifPresent(example -> part.element("pre", CurlExample.json(example)));
            part.close("article");
        }
        return part.close("section");
    }

    private static String anchor(String tag) {
        return "tag-"
                + tag.toLowerCase(Locale.ROOT)
                        .chars()
                        .mapToObj(c -> Character.isLetterOrDigit(c) ? Character.toString(c) : "-")
                        .collect(Collectors.joining());
    }
}
