package dev.shearline.server.verify;

import dev.shearline.server.feed.Epoch;
import dev.shearline.server.identity.KeyType;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;

/** Writes a verdict, token by token: this is the answer of the hot path. */
final class VerdictJson {

    private VerdictJson() {}

    static void write(JsonGenerator json, Verdict verdict, Epoch at) {
        json.writeStartObject();
        switch (verdict) {
            case Verdict.Allowed allowed -> {
                json.writeBooleanProperty("valid", true);
                json.writeStringProperty("code", "allowed");
                writeKey(json, allowed.key());
                json.writeBooleanProperty("replayed", allowed.replayed());
                writeDependencies(json, Dependencies.of(allowed.key()), isCacheable(allowed.key()));
            }
            case Verdict.Denied denied -> writeDenied(json, denied);
        }
        json.writeNumberProperty("epoch", at.number());
        json.writeStringProperty("tag", at.tagWire());
        json.writeEndObject();
    }

    private static void writeDenied(JsonGenerator json, Verdict.Denied denied) {
        json.writeBooleanProperty("valid", false);
        json.writeStringProperty("code", denied.reason().wire());
        if (denied.key().isEmpty()) {
            // what has no shape never gets one; what is not found may be created
            writeDependencies(json, List.of(), denied.reason() == Reason.MALFORMED);
            return;
        }
        var entry = denied.key().get();
        switch (entry) {
            case LiveKey live -> writeKey(json, live);
            case DeadKey dead -> {
                json.writeStringProperty("key_id", dead.id().toString());
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

    private static void writeKey(JsonGenerator json, LiveKey key) {
        json.writeStringProperty("key_id", key.id().toString());
        json.writeStringProperty("type", key.type().wire());
        json.writeStringProperty("mode", key.isTest() ? "test" : "live");
        json.writeStringProperty("visibility", key.isPublishable() ? "publishable" : "secret");
        writeOwner(json, key);
        writeOrganization(json, key);
        writeUnit(json, "boundary", key);
        json.writeArrayPropertyStart("scopes");
        var scopes = key.scopes.scopes();
        for (int i = 0; i < scopes.size(); i++) {
            json.writeString(scopes.get(i).value());
        }
        json.writeEndArray();
        if (key.expiresAt == LiveKey.NEVER) {
            json.writeNullProperty("expires_at");
        } else {
            json.writeStringProperty("expires_at", UtcTime.text(key.expiresAt));
        }
        if (key.metadata == null) {
            json.writeNullProperty("metadata");
        } else {
            json.writeName("metadata");
            json.writeRawValue(key.metadata);
        }
    }

    private static void writeOwner(JsonGenerator json, LiveKey key) {
        var place = key.membership;
        if (key.type() == KeyType.OPERATOR) {
            json.writeObjectPropertyStart("owner");
            json.writeStringProperty("type", "instance");
            json.writeStringProperty("id", key.organization.id);
            writeExternalId(json, Optional.empty());
            json.writeEndObject();
            return;
        }
        if (place == null) {
            writeUnit(json, "owner", key);
            return;
        }
        var membership = place.record;
        var user = membership == null ? null : membership.user().record;
        json.writeObjectPropertyStart("owner");
        json.writeStringProperty("type", "user");
        writeNullable(json, "id", user == null ? null : user.id());
        writeExternalId(json, user == null ? Optional.empty() : user.externalId());
        json.writeEndObject();
    }

    /** The unit at which the key is valid; an organization's own unit goes by the organization's external id. */
    private static void writeUnit(JsonGenerator json, String name, LiveKey key) {
        var unit = key.unit.record;
        var organization = key.organization.record;
        boolean whole = key.unit.id.equals(key.organization.id);
        json.writeObjectPropertyStart(name);
        writeNullable(json, "type", unit == null ? null : unit.kind());
        json.writeStringProperty("id", key.unit.id);
        if (whole) {
            writeExternalId(json, organization == null ? Optional.empty() : organization.externalId());
        } else {
            writeExternalId(json, unit == null ? Optional.empty() : unit.externalId());
        }
        json.writeEndObject();
    }

    private static void writeOrganization(JsonGenerator json, KeyEntry entry) {
        var organization = entry.organization.record;
        json.writeObjectPropertyStart("organization");
        json.writeStringProperty("id", entry.organization.id);
        writeExternalId(json, organization == null ? Optional.empty() : organization.externalId());
        json.writeEndObject();
    }

    private static void writeExternalId(JsonGenerator json, Optional<String> externalId) {
        writeNullable(json, "external_id", externalId.orElse(null));
    }

    private static void writeNullable(JsonGenerator json, String name, @Nullable String value) {
        if (value == null) {
            json.writeNullProperty(name);
        } else {
            json.writeStringProperty(name, value);
        }
    }

    private static void writeDependencies(JsonGenerator json, List<String> ids, boolean cacheable) {
        json.writeArrayPropertyStart("depends_on");
        for (int i = 0; i < ids.size(); i++) {
            json.writeString(ids.get(i));
        }
        json.writeEndArray();
        json.writeBooleanProperty("cacheable", cacheable);
    }
}
