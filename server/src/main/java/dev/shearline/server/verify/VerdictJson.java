package dev.shearline.server.verify;

import dev.shearline.server.feed.Epoch;
import dev.shearline.server.http.Problem;
import dev.shearline.server.identity.KeyType;
import dev.shearline.server.identity.OrganizationId;
import dev.shearline.server.identity.ScopeSet;
import dev.shearline.server.limits.Draw;
import dev.shearline.server.limits.Reading;
import dev.shearline.server.verify.AnswerBytes.Piece;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Writes a verdict, piece by piece: this is the answer of the hot path. */
final class VerdictJson {

    private static final Piece ALLOWED = AnswerBytes.piece("{\"valid\":true,\"code\":\"allowed\"");
    private static final Map<Reason, Piece> DENIED = new EnumMap<>(Reason.class);

    static {
        for (var reason : Reason.values()) {
            DENIED.put(reason, AnswerBytes.piece("{\"valid\":false,\"code\":\"" + reason.wire() + "\""));
        }
    }

    private static final Piece KEY_ID = AnswerBytes.piece(",\"key_id\":");
    private static final Piece TYPE = AnswerBytes.piece(",\"type\":");
    private static final Piece LIVE_SECRET = AnswerBytes.piece(",\"mode\":\"live\",\"visibility\":\"secret\"");
    private static final Piece LIVE_PUBLISHABLE =
            AnswerBytes.piece(",\"mode\":\"live\",\"visibility\":\"publishable\"");
    private static final Piece TEST_SECRET = AnswerBytes.piece(",\"mode\":\"test\",\"visibility\":\"secret\"");
    private static final Piece TEST_PUBLISHABLE =
            AnswerBytes.piece(",\"mode\":\"test\",\"visibility\":\"publishable\"");
    private static final Piece OWNER = AnswerBytes.piece(",\"owner\":");
    private static final Piece INSTANCE = Records.owner("instance", OrganizationId.INSTANCE.value(), Optional.empty());
    private static final Piece ORGANIZATION = AnswerBytes.piece(",\"organization\":");
    private static final Piece BOUNDARY = AnswerBytes.piece(",\"boundary\":");
    private static final Piece SCOPES = AnswerBytes.piece(",\"scopes\":[");
    private static final Piece EXPIRES_AT = AnswerBytes.piece("],\"expires_at\":");
    private static final Piece METADATA = AnswerBytes.piece(",\"metadata\":");
    private static final Piece FIRST = AnswerBytes.piece(",\"replayed\":false");
    private static final Piece REPLAYED = AnswerBytes.piece(",\"replayed\":true");
    private static final Piece DEPENDS_ON = AnswerBytes.piece(",\"depends_on\":[");
    private static final Piece CACHEABLE = AnswerBytes.piece("],\"cacheable\":true");
    private static final Piece NOT_CACHEABLE = AnswerBytes.piece("],\"cacheable\":false");
    private static final Piece CACHEABLE_FOR = AnswerBytes.piece(",\"cacheable_for_ms\":");
    private static final Piece EPOCH = AnswerBytes.piece(",\"epoch\":");
    private static final Piece CIDRS = AnswerBytes.piece(",\"cidrs\":[");
    private static final Piece UNANSWERED = AnswerBytes.piece("{\"valid\":false,\"code\":");
    private static final Piece RETRY_AFTER = AnswerBytes.piece(",\"retry_after_ms\":");
    private static final Piece RATE_LIMIT = AnswerBytes.piece(",\"rate_limit\":{\"policy\":");
    private static final Piece LIMIT = AnswerBytes.piece(",\"limit\":");
    private static final Piece REMAINING = AnswerBytes.piece(",\"remaining\":");
    private static final Piece RESET_AFTER = AnswerBytes.piece(",\"reset_after_ms\":");
    private static final Piece TAG = AnswerBytes.piece(",\"tag\":");

    private VerdictJson() {}

    /** @param now at which it was judged */
    static void write(AnswerBytes json, Verdict verdict, Epoch at, long now) {
        switch (verdict) {
            case Verdict.Allowed allowed -> {
                var id = allowed.key().id().toString();
                json.raw(ALLOWED);
                writeKey(json, allowed.key(), id, allowed.scopes());
                json.raw(allowed.replayed() ? REPLAYED : FIRST);
                writeDraw(json, allowed.draw());
                writeDependencies(json, Dependencies.of(allowed.key(), id, allowed.unit()));
                writeCacheable(json, isCacheable(allowed.key()), holdsFor(allowed.key(), now));
            }
            case Verdict.Denied denied -> writeDenied(json, denied, now);
        }
        json.raw(EPOCH).number(at.number()).raw(TAG).string(at.tagWire()).raw('}');
    }

    /** A question of a batch without a verdict: what the problem would be if it were asked alone, and when to ask again. */
    static void writeUnanswered(AnswerBytes json, Problem problem, Duration otherwise) {
        json.raw(UNANSWERED).string(problem.code().wire());
        json.raw(RETRY_AFTER).number(problem.retryAfter().orElse(otherwise).toMillis());
        json.raw('}');
    }

    private static void writeDenied(AnswerBytes json, Verdict.Denied denied, long now) {
        json.raw(Objects.requireNonNull(DENIED.get(denied.reason())));
        if (denied.key().isEmpty()) {
            // what has no shape never gets one; what is not found may be created
            writeDependencies(json, List.of());
            writeCacheable(json, denied.reason() == Reason.MALFORMED, LiveKey.NEVER);
            return;
        }
        var entry = denied.key().get();
        var id = entry.id().toString();
        switch (entry) {
            case LiveKey live -> {
                writeKey(json, live, id, denied.scopes());
                writeDraw(json, denied.draw());
            }
            case DeadKey dead -> {
                json.raw(KEY_ID).string(id);
                json.raw(ORGANIZATION).raw(organization(dead));
            }
        }
        writeDependencies(json, Dependencies.of(entry, id, denied.unit()));
        switch (entry) {
            case LiveKey live -> writeCacheable(json, isCacheable(live) && !isUnknownUnit(denied), holdsFor(live, now));
            case DeadKey _ -> writeCacheable(json, true, LiveKey.NEVER);
        }
    }

    /** What is not there may be made, and no id says so beforehand. */
    private static boolean isUnknownUnit(Verdict.Denied denied) {
        return denied.reason() == Reason.OUTSIDE_BOUNDARY && denied.unit() == null;
    }

    /** A single-use token answers differently the next time, and so may a key whose first use ends another, or with limits. */
    private static boolean isCacheable(LiveKey key) {
        return key.type() != KeyType.EPHEMERAL && !key.endsPredecessor() && !Draws.isLimited(key);
    }

    /** For how long time alone cannot change what is said of a key. */
    private static long holdsFor(LiveKey key, long now) {
        if (now < key.notBefore) {
            return key.notBefore - now;
        }
        return now < key.expiresAt && key.expiresAt != LiveKey.NEVER ? key.expiresAt - now : LiveKey.NEVER;
    }

    private static void writeDraw(AnswerBytes json, @Nullable Draw draw) {
        if (draw == null) {
            return;
        }
        var reading = draw.reading();
        if (!reading.granted()) {
            writeMillis(json.raw(RETRY_AFTER), reading.retryMillis());
        }
        json.raw(RATE_LIMIT).string(reading.policy());
        json.raw(LIMIT).number(reading.limit());
        json.raw(REMAINING).number(reading.remaining());
        writeMillis(json.raw(RESET_AFTER), reading.resetMillis());
        json.raw('}');
    }

    private static void writeMillis(AnswerBytes json, long millis) {
        if (millis == Reading.NEVER) {
            json.nothing();
        } else {
            json.number(millis);
        }
    }

    private static void writeKey(AnswerBytes json, LiveKey key, String id, ScopeSet entitled) {
        json.raw(KEY_ID).string(id);
        json.raw(TYPE).string(key.type().wire());
        json.raw(modeAndVisibility(key));
        json.raw(OWNER).raw(owner(key));
        json.raw(ORGANIZATION).raw(organization(key));
        json.raw(BOUNDARY).raw(boundary(key));
        json.raw(SCOPES);
        var scopes = entitled.scopes();
        for (int i = 0; i < scopes.size(); i++) {
            comma(json, i).string(scopes.get(i).value());
        }
        json.raw(EXPIRES_AT);
        if (key.expiresAt == LiveKey.NEVER) {
            json.nothing();
        } else {
            json.string(UtcTime.text(key.expiresAt));
        }
        json.raw(METADATA);
        if (key.metadata == null) {
            json.nothing();
        } else {
            json.raw(key.metadata.getBytes(StandardCharsets.UTF_8));
        }
        writeCidrs(json, key);
    }

    /** For who remembers the answer, and is asked from another address next. */
    private static void writeCidrs(AnswerBytes json, LiveKey key) {
        if (key.cidrs.isEmpty()) {
            return;
        }
        json.raw(CIDRS);
        for (int i = 0; i < key.cidrs.size(); i++) {
            comma(json, i).string(key.cidrs.get(i).toString());
        }
        json.raw(']');
    }

    private static Piece modeAndVisibility(LiveKey key) {
        if (key.isTest()) {
            return key.isPublishable() ? TEST_PUBLISHABLE : TEST_SECRET;
        }
        return key.isPublishable() ? LIVE_PUBLISHABLE : LIVE_SECRET;
    }

    static Piece owner(LiveKey key) {
        if (key.type() == KeyType.OPERATOR) {
            return INSTANCE;
        }
        var place = key.membership;
        if (place == null) {
            return boundary(key);
        }
        var membership = place.record;
        var user = membership == null ? null : membership.user().record;
        return user == null ? Records.unknownOwner("user", null) : user.json();
    }

    /** The unit at which the key is valid. */
    static Piece boundary(LiveKey key) {
        var organization = key.organization.record;
        if (organization != null && key.unit.id.equals(key.organization.id)) {
            return organization.asUnit();
        }
        var unit = key.unit.record;
        return unit == null ? Records.unknownOwner(null, key.unit.id) : unit.json();
    }

    static Piece organization(KeyEntry entry) {
        var organization = entry.organization.record;
        return organization == null ? Records.unknownOrganization(entry.organization.id) : organization.json();
    }

    private static void writeDependencies(AnswerBytes json, List<String> ids) {
        json.raw(DEPENDS_ON);
        for (int i = 0; i < ids.size(); i++) {
            comma(json, i).string(ids.get(i));
        }
    }

    private static void writeCacheable(AnswerBytes json, boolean cacheable, long holdsFor) {
        json.raw(cacheable ? CACHEABLE : NOT_CACHEABLE);
        if (cacheable && holdsFor != LiveKey.NEVER) {
            json.raw(CACHEABLE_FOR).number(holdsFor);
        }
    }

    private static AnswerBytes comma(AnswerBytes json, int index) {
        return index == 0 ? json : json.raw(',');
    }
}
