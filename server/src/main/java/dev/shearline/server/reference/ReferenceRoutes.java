package dev.shearline.server.reference;

import dev.shearline.server.http.Html;
import dev.shearline.server.http.Request;
import dev.shearline.server.http.Response;
import dev.shearline.server.http.Routes;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.function.Supplier;
import tools.jackson.databind.JsonNode;

/**
 * {@code GET /docs} and what belongs to it. The pages say nothing of this instance, so nobody has to say who they are, and they load
 * nothing from elsewhere. They are made when somebody asks for the first time, and kept.
 */
public final class ReferenceRoutes {

    public static final String PATH = "/docs";

    static final String PROBLEMS = "/docs/problems";
    static final String STYLE = "/docs/style.css";

    private static final String STYLE_RESOURCE = "style.css";
    private static final String PROBLEMS_RESOURCE = "problems.md";

    private final Page reference;
    private final Page problems;
    private final Page style;

    /** @param document the OpenAPI document */
    public ReferenceRoutes(Supplier<JsonNode> document) {
        reference = new Page(() -> new ReferencePage(document.get()).render());
        problems = new Page(() -> ProblemsPage.render(read(PROBLEMS_RESOURCE)));
        style = new Page(() -> Buffer.buffer(read(STYLE_RESOURCE)));
    }

    public void addTo(Routes routes) {
        routes.get(PATH, request -> page(request, reference));
        routes.get(PROBLEMS, request -> page(request, problems));
        routes.get(STYLE, request -> {
            request.queryOnly();
            return Response.rendered(200, "text/css; charset=utf-8", style.get())
                    .withHeader("Cache-Control", "max-age=300");
        });
    }

    private static Response page(Request request, Page page) {
        request.queryOnly();
        return Html.respond(200, page.get());
    }

    static String read(String name) {
        try (var resource = ReferenceRoutes.class.getResourceAsStream(name)) {
            if (resource == null) {
                throw new IllegalStateException("no " + name + " on the class path");
            }
            return new String(resource.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Made once. */
    private static final class Page {

        private final Supplier<Buffer> render;
        private byte[] bytes = new byte[0];

        Page(Supplier<Buffer> render) {
            this.render = render;
        }

        synchronized Buffer get() {
            if (bytes.length == 0) {
                bytes = render.get().getBytes();
            }
            return Buffer.buffer(bytes);
        }
    }
}
