package dev.shearline.server.audit;

import dev.shearline.server.db.DatabaseTimes;
import dev.shearline.server.db.Tx;
import dev.shearline.server.identity.Caller;
import dev.shearline.server.identity.Ids;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;

/**
 * Writes events, each inside the transaction of its change. An event is a row of canonical bytes that will be hashed as stored; what names
 * a person lies in a side row, bound into the bytes by SHA-256(salt ‖ fields): deleting the side row erases the person and leaves the
 * event provable.
 */
public final class AuditLog {

    private static final int VERSION = 1;
    private static final int SALT_BYTES = 32;

    private static final String INSERT = """
            INSERT INTO audit_event (id, organization_id, at, actor, action, target, bytes)
            VALUES (:id, :organization, :at, :actor, :action, :target, :bytes)
            """;
    private static final String INSERT_PERSONAL = """
            INSERT INTO audit_personal (event_id, organization_id, salt, fields)
            VALUES (:id, :organization, :salt, :fields)
            """;

    private final Ids ids;
    private final SecureRandom random;
    private final InstantSource clock;

    public AuditLog(Ids ids, SecureRandom random, InstantSource clock) {
        this.ids = ids;
        this.random = random;
        this.clock = clock;
    }

    /** Where an event stands in the log. */
    public record Place(String id, Instant at) {}

    public Place append(Tx tx, Caller caller, AuditEvent event) {
        var id = ids.text("evt_");
        var at = clock.instant().truncatedTo(ChronoUnit.MICROS);
        var personal = personal(caller, event);
        var salt = new byte[SALT_BYTES];
        var fields = CanonicalJson.bytes(personal);
        var content = content(id, at, caller, event);
        if (!personal.isEmpty()) {
            random.nextBytes(salt);
            content.put("personal", HexFormat.of().formatHex(sha256(salt, fields)));
        }
        var organization = event.organization().value();
        tx.writeLater(
                INSERT,
                Map.of(
                        "id", id,
                        "organization", organization,
                        "at", DatabaseTimes.of(at),
                        "actor", caller.actor().id(),
                        "action", event.action(),
                        "target", event.target(),
                        "bytes", CanonicalJson.bytes(content)));
        if (!personal.isEmpty()) {
            tx.writeLater(
                    INSERT_PERSONAL, Map.of("id", id, "organization", organization, "salt", salt, "fields", fields));
        }
        return new Place(id, at);
    }

    private static Map<String, Object> personal(Caller caller, AuditEvent event) {
        var personal = new TreeMap<>(event.personal());
        caller.origin().address().ifPresent(address -> personal.put("address", address));
        caller.origin().userAgent().ifPresent(agent -> personal.put("user_agent", agent));
        return personal;
    }

    private static Map<String, Object> content(String id, Instant at, Caller caller, AuditEvent event) {
        var content = new TreeMap<String, Object>();
        content.put("v", VERSION);
        content.put("id", id);
        content.put("organization", event.organization().value());
        content.put("at", at.toString());
        content.put(
                "actor",
                Map.of("kind", caller.actor().kind(), "id", caller.actor().id()));
        content.put("action", event.action());
        content.put("target", event.target());
        content.put("details", event.details());
        caller.origin().requestId().ifPresent(request -> content.put("request", request));
        return content;
    }

    private static byte[] sha256(byte[] salt, byte[] fields) {
        try {
            var digest = MessageDigest.getInstance("SHA-256");
            digest.update(salt);
            return digest.digest(fields);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
