package dev.shearline.server.console;

import dev.shearline.server.http.Html;
import dev.shearline.server.http.Request;
import dev.shearline.server.http.Response;
import dev.shearline.server.http.Routes;
import dev.shearline.token.KeyDigest;
import dev.shearline.token.Secret;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * A link that works once and shows an operator key, for whoever has started the process and sits before its terminal.
 *
 * <p>Opening it changes nothing: previews and scanners open links too. The button on the page makes the key; until then there is none, so
 * no secret waits here for anybody. The link lives in the process that printed it and ends with it.
 */
public final class OneTimeLink {

    public static final Duration LIFE = Duration.ofMinutes(15);

    private static final String PATH = "/welcome/";
    private static final String STYLE = "/docs/style.css";
    private static final int TOKEN_BYTES = 32;

    private record Pending(KeyDigest token, Instant until) {}

    private final Supplier<Secret> issue;
    private final SecureRandom random;
    private final InstantSource clock;
    private Optional<Pending> pending = Optional.empty();

    /** @param issue makes the key that is shown */
    public OneTimeLink(Supplier<Secret> issue, SecureRandom random, InstantSource clock) {
        this.issue = issue;
        this.random = random;
        this.clock = clock;
    }

    public void addTo(Routes routes) {
        routes.get(PATH + ":token", this::ask);
        routes.post(PATH + ":token", this::show);
    }

    /** Makes a link, as a path; one that was made before works no more. */
    public synchronized String open() {
        var bytes = new byte[TOKEN_BYTES];
        random.nextBytes(bytes);
        var token = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
        pending = Optional.of(new Pending(KeyDigest.of(token), clock.instant().plus(LIFE)));
        return PATH + token;
    }

    private Response ask(Request request) {
        request.queryOnly();
        var token = request.path("token");
        if (!works(token)) {
            return ended();
        }
        return page("An operator key for you")
                .element(
                        "p",
                        "An operator key may do everything on this instance. It is shown once, and this link works once.")
                .open("form", "method", "post", "action", PATH + token)
                .element("button", "Show the operator key", "type", "submit")
                .close("form")
                .close("main")
                .toResponse(200);
    }

    private Response show(Request request) {
        request.queryOnly();
        var token = request.path("token");
        var taken = take(token);
        if (taken.isEmpty()) {
            return ended();
        }
        var key = issued(taken.get());
        return page("Your operator key")
                .element("p", "Copy it now: nobody can show it again.")
                .element("pre", key.reveal(), "class", "secret", "dir", "ltr")
                .open("p")
                .text("What you can do with it: ")
                .link("/docs", "API reference")
                .text(". To end it: ")
                .element("code", "shearline keys list --type operator")
                .text(", then ")
                .element("code", "shearline keys revoke ID")
                .text(".")
                .close("p")
                .close("main")
                .toResponse(200);
    }

    private static Response ended() {
        return page("This link does not work")
                .element(
                        "p",
                        "It has been used, or is older than " + LIFE.toMinutes()
                                + " minutes, or the server was started again since. Start shearline dev again for another.")
                .close("main")
                .toResponse(404);
    }

    private static Html page(String title) {
        return Html.page(title + " · Shearline", STYLE)
                .open("main", "class", "prose")
                .element("h1", title);
    }

    synchronized boolean works(String token) {
        var digest = KeyDigest.of(token);
        return pending.filter(link -> link.token().equals(digest))
                .filter(link -> link.until().isAfter(clock.instant()))
                .isPresent();
    }

    private Secret issued(Pending link) {
        try {
            return issue.get();
        } catch (RuntimeException e) {
            putBack(link);
            throw e;
        }
    }

    private synchronized Optional<Pending> take(String token) {
        var taken = works(token) ? pending : Optional.<Pending>empty();
        if (taken.isPresent()) {
            pending = Optional.empty();
        }
        return taken;
    }

    /** No key was made, so the link has not been used; unless a newer one has taken its place. */
    private synchronized void putBack(Pending link) {
        if (pending.isEmpty()) {
            pending = Optional.of(link);
        }
    }
}
