package dev.shearline.server.reference;

import dev.shearline.server.http.Html;
import io.vertx.core.buffer.Buffer;

/** Where the {@code type} of every problem leads: docs/problems.md, as a page. */
final class ProblemsPage {

    private ProblemsPage() {}

    static Buffer render(String markdown) {
        return Html.page("Problems · Shearline", ReferenceRoutes.STYLE)
                .open("main", "class", "prose")
                .open("p")
                .link(ReferenceRoutes.PATH, "API reference")
                .close("p")
                .rendered(Markdown.render(markdown))
                .close("main")
                .toBuffer();
    }
}
