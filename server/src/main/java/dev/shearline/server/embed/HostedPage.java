package dev.shearline.server.embed;

import dev.shearline.server.http.Html;
import dev.shearline.server.http.Problem;
import dev.shearline.server.http.Request;
import dev.shearline.server.http.Response;
import dev.shearline.server.http.Routes;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The page behind the link of an embed session, and the component that it and other pages show. The code of the link stands in the fragment
 * of its address, which no browser sends: no log on the way has it, and a preview that runs no script does not use it up.
 */
final class HostedPage {

    static final String PATH = "/embed";
    static final String COMPONENT = "shearline-api-keys.js";

    private static final String STYLE = "/docs/style.css";
    private static final String SCRIPT = "hosted-page.js";
    private static final int NONCE_BYTES = 16;

    private final Optional<WebFile> component;
    private final List<WebFile> languages;
    private final SecureRandom random;
    private final String script = read(SCRIPT);

    /** @param languages files of texts, which the component loads from beside itself */
    HostedPage(Optional<WebFile> component, List<WebFile> languages, SecureRandom random) {
        this.component = component;
        this.languages = List.copyOf(languages);
        this.random = random;
    }

    void addTo(Routes routes) {
        routes.get(PATH, this::show);
        routes.get(PATH + "/:file", this::file);
    }

    private Response show(Request request) {
        request.queryOnly();
        return component.map(this::page).orElseGet(HostedPage::withoutComponent);
    }

    private Response page(WebFile file) {
        var nonce = nonce();
        return head().element("p", "Loading your API keys…", "id", "state", "role", "status")
                .open("noscript")
                .element("p", "This page needs JavaScript. Your link has not been used yet.")
                .close("noscript")
                .close("main")
                .script(nonce, PATH + "/" + file.hashedName())
                .scriptText(nonce, script)
                .toResponse(200, nonce);
    }

    private static Response withoutComponent() {
        return head().element(
                        "p",
                        "This build of Shearline has no component to show here: it was made without web/. Your link"
                                + " has not been used; ask whoever runs this instance for a whole build.")
                .close("main")
                .toResponse(503);
    }

    private static Html head() {
        return Html.page("API keys · Shearline", STYLE).open("main").element("h1", "API keys");
    }

    private Response file(Request request) {
        request.queryOnly();
        var asked = request.path("file");
        var known = request.header("If-None-Match");
        return Stream.concat(component.stream(), languages.stream())
                .flatMap(file -> file.answer(asked, known).stream())
                .findFirst()
                .orElseThrow(() -> Problem.notFound().asException());
    }

    private String nonce() {
        var bytes = new byte[NONCE_BYTES];
        random.nextBytes(bytes);
        return Base64.getEncoder().encodeToString(bytes);
    }

    private static String read(String name) {
        try (var resource = HostedPage.class.getResourceAsStream(name)) {
            if (resource == null) {
                throw new IllegalStateException("no " + name + " on the class path");
            }
            return new String(resource.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
