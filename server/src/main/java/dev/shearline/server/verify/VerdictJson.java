package dev.shearline.server.verify;

import dev.shearline.server.feed.Epoch;
import dev.shearline.server.identity.KeyType;
import java.nio.charset.StandardCharsets;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Writes a verdict, piece by piece: this is the answer of the hot path. */
final class VerdictJson {

    private static final byte[] ALLOWED = ascii("{\"valid\":true,\"code\":\"allowed\"");
    private static final Map<Reason, byte[]> DENIED = new EnumMap<>(Reason.class);

    static {
        for (var reason : Reason.values()) {
            DENIED.put(reason, ascii("{\"valid\":false,\"code\":\"" + reason.wire() + "\""));
        }
    }

    private static final byte[] KEY_ID = ascii(",\"key_id\":");
    private static final byte[] TYPE = ascii(",\"type\":");
    private static final byte[] LIVE_SECRET = ascii(",\"mode\":\"live\",\"visibility\":\"secret\"");
    private static final byte[] LIVE_PUBLISHABLE = ascii(",\"mode\":\"live\",\"visibility\":\"publishable\"");
    private static final byte[] TEST_SECRET = ascii(",\"mode\":\"test\",\"visibility\":\"secret\"");
    private static final byte[] TEST_PUBLISHABLE = ascii(",\"mode\":\"test\",\"visibility\":\"publishable\"");
    private static final byte[] OWNER = ascii(",\"owner\":{\"type\":");
    private static final byte[] OWNING_USER = ascii(",\"owner\":{\"type\":\"user\"");
    private static final byte[] OWNING_INSTANCE = ascii(",\"owner\":{\"type\":\"instance\"");
    private static final byte[] BOUNDARY = ascii(",\"boundary\":{\"type\":");
    private static final byte[] ORGANIZATION = ascii(",\"organization\":{\"id\":");
    private static final byte[] ID = ascii(",\"id\":");
    private static final byte[] EXTERNAL_ID = ascii(",\"external_id\":");
    private static final byte[] SCOPES = ascii(",\"scopes\":[");
    private static final byte[] EXPIRES_AT = ascii("],\"expires_at\":");
    private static final byte[] METADATA = ascii(",\"metadata\":");
    private static final byte[] FIRST = ascii(",\"replayed\":false");
    private static final byte[] REPLAYED = ascii(",\"replayed\":true");
    private static final byte[] DEPENDS_ON = ascii(",\"depends_on\":[");
    private static final byte[] CACHEABLE = ascii("],\"cacheable\":true,\"epoch\":");
    private static final byte[] NOT_CACHEABLE = ascii("],\"cacheable\":false,\"epoch\":");
    private static final byte[] TAG = ascii(",\"tag\":");

    private VerdictJson() {}

    private static byte[] ascii(String json) {
        return AnswerBytes.ascii(json);
    }

    static void write(AnswerBytes json, Verdict verdict, Epoch at) {
        switch (verdict) {
            case Verdict.Allowed allowed -> {
                json.raw(ALLOWED);
                writeKey(json, allowed.key());
                json.raw(allowed.replayed() ? REPLAYED : FIRST);
                writeDependencies(json, Dependencies.of(allowed.key()), isCacheable(allowed.key()));
            }
            case Verdict.Denied denied -> writeDenied(json, denied);
        }
        json.number(at.number()).raw(TAG).string(at.tagWire()).raw('}');
    }

    private static void writeDenied(AnswerBytes json, Verdict.Denied denied) {
        json.raw(Objects.requireNonNull(DENIED.get(denied.reason())));
        if (denied.key().isEmpty()) {
            // what has no shape never gets one; what is not found may be created
            writeDependencies(json, List.of(), denied.reason() == Reason.MALFORMED);
            return;
        }
        var entry = denied.key().get();
        switch (entry) {
            case LiveKey live -> writeKey(json, live);
            case DeadKey dead -> {
                json.raw(KEY_ID).string(dead.id().toString());
                writeOrganization(json, dead);
            }
        }
        boolean cacheable = !(entry instanceof LiveKey live) || isCacheable(live);
        writeDependencies(json, Dependencies.of(entry), cacheable);
    }

    /** A single-use token answers differently the next time, and so may a key whose first use ends another. */
    private static boolean isCacheable(LiveKey key) {
        return key.type() != KeyType.EPHEMERAL && !key.endsPredecessor();
    }

    private static void writeKey(AnswerBytes json, LiveKey key) {
        json.raw(KEY_ID).string(key.id().toString());
        json.raw(TYPE).string(key.type().wire());
        json.raw(modeAndVisibility(key));
        writeOwner(json, key);
        writeOrganization(json, key);
        writeUnit(json, BOUNDARY, key);
        json.raw(SCOPES);
        var scopes = key.scopes.scopes();
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
    }

    private static byte[] modeAndVisibility(LiveKey key) {
        if (key.isTest()) {
            return key.isPublishable() ? TEST_PUBLISHABLE : TEST_SECRET;
        }
        return key.isPublishable() ? LIVE_PUBLISHABLE : LIVE_SECRET;
    }

    private static void writeOwner(AnswerBytes json, LiveKey key) {
        var place = key.membership;
        if (key.type() == KeyType.OPERATOR) {
            json.raw(OWNING_INSTANCE).raw(ID).string(key.organization.id);
            writeExternalId(json, Optional.empty());
            return;
        }
        if (place == null) {
            writeUnit(json, OWNER, key);
            return;
        }
        var membership = place.record;
        var user = membership == null ? null : membership.user().record;
        json.raw(OWNING_USER).raw(ID);
        writeNullable(json, user == null ? null : user.id());
        writeExternalId(json, user == null ? Optional.empty() : user.externalId());
    }

    /** The unit at which the key is valid; an organization's own unit goes by the organization's external id. */
    private static void writeUnit(AnswerBytes json, byte[] start, LiveKey key) {
        var unit = key.unit.record;
        var organization = key.organization.record;
        boolean whole = key.unit.id.equals(key.organization.id);
        json.raw(start);
        writeNullable(json, unit == null ? null : unit.kind());
        json.raw(ID).string(key.unit.id);
        if (whole) {
            writeExternalId(json, organization == null ? Optional.empty() : organization.externalId());
        } else {
            writeExternalId(json, unit == null ? Optional.empty() : unit.externalId());
        }
    }

    private static void writeOrganization(AnswerBytes json, KeyEntry entry) {
        var organization = entry.organization.record;
        json.raw(ORGANIZATION).string(entry.organization.id);
        writeExternalId(json, organization == null ? Optional.empty() : organization.externalId());
    }

    /** The last field of an object. */
    private static void writeExternalId(AnswerBytes json, Optional<String> externalId) {
        json.raw(EXTERNAL_ID);
        writeNullable(json, externalId.orElse(null));
        json.raw('}');
    }

    private static void writeNullable(AnswerBytes json, @Nullable String value) {
        if (value == null) {
            json.nothing();
        } else {
            json.string(value);
        }
    }

    /** Up to the number of the epoch, which follows. */
    private static void writeDependencies(AnswerBytes json, List<String> ids, boolean cacheable) {
        json.raw(DEPENDS_ON);
        for (int i = 0; i < ids.size(); i++) {
            comma(json, i).string(ids.get(i));
        }
        json.raw(cacheable ? CACHEABLE : NOT_CACHEABLE);
    }

    private static AnswerBytes comma(AnswerBytes json, int index) {
        return index == 0 ? json : json.raw(',');
    }
}
