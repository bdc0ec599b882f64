package dev.shearline.server.verify;

import dev.shearline.server.feed.Epoch;
import dev.shearline.server.feed.FeedNode;
import dev.shearline.server.http.Authentication;
import dev.shearline.server.http.EventStream;
import dev.shearline.server.http.HotAuthenticator;
import dev.shearline.server.http.HotRequest;
import dev.shearline.server.http.Problem;
import dev.shearline.server.http.Request;
import dev.shearline.server.http.Response;
import dev.shearline.server.http.Routes;
import dev.shearline.server.identity.Actor;
import dev.shearline.server.identity.Scope;
import dev.shearline.server.net.IpAddress;
import dev.shearline.token.Secret;
import io.vertx.core.Future;
import java.util.Optional;

/** {@code GET /v1/changes}: the feed as server-sent events, for those who remember answers, and how far it is. */
final class ChangeRoutes {

    private static final String LAST_EVENT_ID = "Last-Event-ID";

    private final ChangeStreams streams;
    private final Directory directory;
    private final FeedNode feed;
    private final HotAuthenticator authenticator;

    ChangeRoutes(ChangeStreams streams, Directory directory, FeedNode feed, HotAuthenticator authenticator) {
        this.streams = streams;
        this.directory = directory;
        this.feed = feed;
        this.authenticator = authenticator;
    }

    void addTo(Routes routes) {
        routes.stream("/v1/changes", this::follow);
        routes.hot().get("/v1/changes/head", this::head);
    }

    /** How far this node is: a listener that has come as far has missed nothing that was there when it asked. */
    private Future<Response> head(HotRequest request) {
        var _ = request.require(Scope.KEYS_VERIFY);
        if (!feed.freshness().isFresh()) {
            throw Problem.unavailable(KeyVerifier.RETRY_AFTER).asException();
        }
        var at = feed.position();
        return Future.succeededFuture(Response.ok(new Head(at.number(), at.tagWire())));
    }

    private record Head(long epoch, String tag) {}

    private void follow(Request request, EventStream events) {
        var caller = request.require(Scope.KEYS_VERIFY);
        request.queryOnly();
        var last = request.header(LAST_EVENT_ID).map(ChangeRoutes::epoch);
        var credential = request.credential().orElseThrow();
        var address = request.remoteAddress();
        if (authenticator.authenticate(credential, address) instanceof Authentication.Later(var known)) {
            known.join();
        }
        var stream = new ChangeStream(events, directory, caller, () -> findCaller(credential, address));
        events.onDrain(() -> stream.drained(feed.position()));
        events.onClose(() -> streams.remove(stream));
        streams.add(stream, last);
        if (!events.isOpen()) {
            streams.remove(stream);
        }
    }

    private Optional<Actor> findCaller(Secret credential, IpAddress address) {
        return switch (authenticator.authenticate(credential, address)) {
            case Authentication.Authenticated authenticated -> Optional.of(authenticated.actor());
            case Authentication.Refused _ -> Optional.empty();
            // a caller that the directory has forgotten comes again: what its key may do now is not known here
            case Authentication.Later _ -> Optional.empty();
        };
    }

    private static Epoch epoch(String text) {
        return Epoch.find(text)
                .orElseThrow(() -> Problem.invalidParameter(
                                LAST_EVENT_ID, "Send the id of an event that this stream has sent, or leave it out.")
                        .asException());
    }
}
