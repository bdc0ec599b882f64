package dev.shearline.server.http;

import dev.shearline.server.identity.Actor;
import dev.shearline.server.identity.Caller;
import dev.shearline.server.identity.Origin;
import dev.shearline.server.identity.Scope;
import dev.shearline.server.net.IpAddress;
import dev.shearline.token.Secret;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** What a request says, whichever thread answers it. One thread at a time may use it. */
public abstract sealed class IncomingRequest permits Request, HotRequest {

    static final CharSequence REQUEST_ID = HttpHeaders.createOptimized("X-Request-Id");
    private static final CharSequence CONTENT_TYPE = HttpHeaders.createOptimized("Content-Type");
    static final CharSequence FORWARDED_FOR = HttpHeaders.createOptimized("X-Forwarded-For");
    private static final String FORM = "application/x-www-form-urlencoded";
    private static final Buffer NO_BODY = Buffer.buffer(0);

    final Edge edge;
    private final HttpServerRequest raw;
    private final MultiMap headers;
    private final SocketAddress from;
    private Buffer body = NO_BODY;
    private @Nullable String requestId;
    private @Nullable Actor actor;
    private @Nullable IpAddress peer;

    IncomingRequest(Edge edge, HttpServerRequest raw) {
        this.edge = edge;
        this.raw = raw;
        // taken here, on the event loop: a virtual thread reads them later
        this.headers = raw.headers();
        // and a connection that has ended does not know any more
        this.from = raw.remoteAddress();
    }

    abstract Authentication authenticate(Secret credential, IpAddress from);

    abstract Map<String, String> query();

    /** Whether embed sessions may call it. */
    boolean isEmbedded() {
        return false;
    }

    HttpServerRequest raw() {
        return raw;
    }

    void bodyArrived(Buffer whole) {
        body = whole;
    }

    public HttpMethod method() {
        return raw.method();
    }

    /** Who asks, if it may do this; otherwise the request ends with 401 or 403. */
    public Actor require(Scope scope) {
        return holding(actor(), scope);
    }

    /** The same of who authenticates as OAuth's clients do: with a key as usual, or as the password of {@code Basic}. */
    public Actor requireClient(Scope scope) {
        return holding(findClient().orElseThrow(Credentials::missing), scope);
    }

    /**
     * The same of who presents a credential that stands elsewhere than usual.
     *
     * @param from where it comes from
     */
    public Actor require(Scope scope, Secret credential, IpAddress from) {
        return holding(actor(credential, from), scope);
    }

    private static Actor holding(Actor who, Scope scope) {
        if (!who.scopes().covers(scope)) {
            throw Problem.insufficientScope(scope).asException();
        }
        return who;
    }

    /** Who authenticates as OAuth's clients do; empty when nobody does, 401 when the credential is no good. */
    public Optional<Actor> findClient() {
        return Credentials.findOfClient(headers).map(credential -> actor(credential, remoteAddress()));
    }

    /** Who asks; 401 when nobody does. */
    public Actor actor() {
        if (actor != null) {
            return actor;
        }
        return actor(credential().orElseThrow(Credentials::missing), remoteAddress());
    }

    private Actor actor(Secret credential, IpAddress from) {
        if (Credentials.isTooLong(credential)) {
            throw Credentials.refused("This is no key of ours: it is too long.");
        }
        var found = switch (authenticate(credential, from)) {
            case Authentication.Authenticated authenticated -> authenticated.actor();
            case Authentication.Refused refused -> throw Credentials.refused(refused.reason());
            case Authentication.Later(var known) -> throw new CallerLaterException(known);
        };
        Embedding.requireAllowed(found, isEmbedded(), headers.getAll(HttpHeaders.ORIGIN));
        actor = found;
        return found;
    }

    /** Asks again, where a long answer leaves: false once who asks may not do all any more that it could when it asked. */
    boolean isStillAuthenticated() {
        var before = actor;
        if (before == null) {
            return true;
        }
        return switch (authenticate(credential().orElseThrow(Credentials::missing), remoteAddress())) {
            case Authentication.Authenticated(var now) -> now.mayWhatCould(before);
            case Authentication.Refused _, Authentication.Later _ -> false;
        };
    }

    /** Whose part of a shared room this takes: an organization's, an operator's, and before anybody is known that of an address. */
    String share() {
        return knownActor().map(Actor::share).orElseGet(() -> remoteAddress().toString());
    }

    /** Who asks, if the answer has needed to know that. */
    Optional<Actor> knownActor() {
        return Optional.ofNullable(actor);
    }

    /** Who asks and from where, if it may do this: what every method that changes something takes first. */
    public Caller caller(Scope scope) {
        return new Caller(require(scope), origin());
    }

    /** Who asks and from where; 401 when nobody does. */
    public Caller caller() {
        return new Caller(actor(), origin());
    }

    /** Where the request comes from, for the audit log. */
    public Origin origin() {
        var agent = userAgent()
                .filter(text -> !edge.format().isContainedIn(text))
                .map(text -> text.substring(0, Math.min(text.length(), HttpLimits.USER_AGENT_CHARACTERS_MAX)));
        return new Origin(Optional.of(requestId()), Optional.of(remoteAddress().toString()), agent);
    }

    /** The key that came with the request, whatever it is worth. */
    public Optional<Secret> credential() {
        return Credentials.find(headers);
    }

    /** The same; 401 when none came. */
    public Secret requireCredential() {
        return credential().orElseThrow(Credentials::missing);
    }

    /** Whether it came with a name and a password. */
    public boolean isBasic() {
        return header(HttpHeaders.AUTHORIZATION).filter(Credentials::isBasic).isPresent();
    }

    public Optional<String> header(CharSequence name) {
        return Optional.ofNullable(headers.get(name));
    }

    /** A header that may come once: whoever sends it twice may mean either. */
    public Optional<String> singleHeader(CharSequence name) {
        List<String> values = headers.getAll(name);
        if (values.size() > 1) {
            throw Problem.of(ProblemCode.MALFORMED_REQUEST, "The header " + name + " came twice: send it once.")
                    .asException();
        }
        return values.isEmpty() ? Optional.empty() : Optional.of(values.getFirst());
    }

    public Optional<String> userAgent() {
        return header(HttpHeaders.USER_AGENT);
    }

    /** Where the request comes from: the peer, or what trusted proxies say. */
    public IpAddress remoteAddress() {
        var forwarded = headers.getAll(FORWARDED_FOR);
        var peer = peer();
        return forwarded.isEmpty() ? peer : edge.entrance().proxies().clientOf(peer, forwarded);
    }

    /** Whose request a proxy asks about; empty where no trusted proxy says so. The proxy that asks is never meant itself. */
    public Optional<IpAddress> forwardedAddress() {
        return edge.entrance().proxies().findClientOf(peer(), headers.getAll(FORWARDED_FOR));
    }

    /** Who sent it over the connection: the caller, or the last proxy. */
    public IpAddress peer() {
        var known = peer;
        if (known == null) {
            known = edge.peers().of(from);
            peer = known;
        }
        return known;
    }

    /** In every answer and every log line. A caller's own id is taken from a trusted proxy only, and only if harmless. */
    public String requestId() {
        var known = requestId;
        if (known == null) {
            known = forwardedRequestId();
            requestId = known;
        }
        return known;
    }

    private String forwardedRequestId() {
        var given = headers.get(REQUEST_ID);
        boolean taken = given != null
                && RequestIds.isSafe(given)
                && edge.entrance().proxies().contains(peer())
                && !edge.format().isContainedIn(given);
        return taken ? given : edge.ids().next();
    }

    public Buffer body() {
        return body;
    }

    public Optional<String> query(String name) {
        return Optional.ofNullable(query().get(name));
    }

    /** Refuses every other query parameter by name. A route that takes none says {@code queryOnly()}. */
    public void queryOnly(String... names) {
        var known = Set.of(names);
        for (var name : query().keySet()) {
            if (!known.contains(name)) {
                throw Problem.of(
                                ProblemCode.UNKNOWN_PARAMETER,
                                "There is no query parameter \"" + name + "\" here: remove it.")
                        .withField(name)
                        .asException();
            }
        }
    }

    /** The body as a form of parameters, each given once; one without a value is left out (RFC 6749, 3.1). */
    public Map<String, String> form() {
        var type = singleHeader(CONTENT_TYPE);
        if (type.filter(given -> isOf(FORM, given)).isEmpty() || headers.contains(HttpHeaders.CONTENT_ENCODING)) {
            throw Problem.of(
                            ProblemCode.UNSUPPORTED_MEDIA_TYPE,
                            "Send the body as a form, uncompressed, with Content-Type: application/x-www-form-urlencoded.")
                    .asException();
        }
        return UrlText.decodeForm(body.toString(StandardCharsets.UTF_8));
    }

    /** The body as a record; 400, 415 or 422 when it is not one. */
    public <T> T body(Class<T> type) {
        requireJson();
        refuseKeys(body);
        return edge.json().read(body, type);
    }

    /** A body in which keys have their place: whoever reads it looks at the parts of it by {@link #part}. */
    public <T> T bodyWithKeys(Class<T> type) {
        requireJson();
        return edge.json().read(body, type);
    }

    /** A part of such a body as a record. Only its field of this name may hold a whole key. */
    public <T> T part(JsonNode part, String keyField, Class<T> type) {
        if (part instanceof ObjectNode object) {
            refuseKeys(edge.json().write(object.deepCopy().without(keyField)));
        }
        return edge.json().read(edge.json().write(part).getBytes(), type);
    }

    /** Whoever pastes a key into a name would have it stored, listed and logged: no field of these bodies is for a key. */
    private void refuseKeys(Buffer json) {
        if (edge.format().isContainedIn(json.toString(StandardCharsets.UTF_8))) {
            var field =
                    edge.json().findField(json, edge.format()::isContainedIn).orElse("body");
            throw Problem.invalidField(
                            field,
                            "There is a whole key in \"" + field
                                    + "\", which is no place for one. Leave it out, and rotate that key if anybody else could read it.")
                    .asException();
        }
    }

    /** The body, or what stands for a body that was left out. */
    public <T> T bodyOrDefault(Class<T> type, T absent) {
        return body.length() == 0 ? absent : body(type);
    }

    /** No media type at all passes for JSON; a wrong one does not, for a form post needs no consent of a browser. */
    public void requireJson() {
        var type = singleHeader(CONTENT_TYPE);
        if (type.filter(given -> !isOf(Response.JSON, given)).isPresent()
                || headers.contains(HttpHeaders.CONTENT_ENCODING)) {
            throw Problem.of(
                            ProblemCode.UNSUPPORTED_MEDIA_TYPE,
                            "Send the body as UTF-8 JSON, uncompressed, with Content-Type: application/json.")
                    .asException();
        }
    }

    private static boolean isOf(String wanted, String type) {
        if (type.equals(wanted)) {
            return true;
        }
        List<String> parts =
                List.of(type.toLowerCase(Locale.ROOT).replace(" ", "").split(";"));
        return parts.getFirst().equals(wanted)
                && parts.stream()
                        .filter(part -> part.startsWith("charset="))
                        .allMatch(part -> part.replace("\"", "").equals("charset=utf-8"));
    }
}
