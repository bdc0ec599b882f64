package dev.shearline.server.audit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.shearline.server.db.Database;
import dev.shearline.server.db.TenantContext;
import dev.shearline.server.identity.Actor;
import dev.shearline.server.identity.Caller;
import dev.shearline.server.identity.Ids;
import dev.shearline.server.identity.OrganizationId;
import dev.shearline.server.identity.Origin;
import dev.shearline.server.testing.TestSchema;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The bytes of an event will be hashed as they are stored: their spelling is for ever. */
@Tag("storage")
class AuditLogTest {

    private static final TestSchema SCHEMA = TestSchema.create();
    private static final OrganizationId ACME = new OrganizationId("org_acme");
    private static final Caller CALLER = new Caller(
            new Actor.Job("test"),
            new Origin(Optional.of("req_1"), Optional.of("203.0.113.7"), Optional.of("agent/1")));

    @AutoClose
    private static final Database DATABASE = new Database(SCHEMA.app(), 2);

    private final SecureRandom random = new SecureRandom();
    private final AuditLog log = new AuditLog(
            new Ids(random), random, Clock.fixed(Instant.parse("2030-01-31T12:00:00.123456Z"), ZoneOffset.UTC));

    @Test
    void the_bytes_have_one_spelling_and_bind_the_person_by_a_salted_hash() throws Exception {
        SCHEMA.execute(
                "INSERT INTO organization (id, name, plan_id, admin_audience_id) VALUES (?, 'Acme', 'custom', 'aud_acme')",
                ACME.value());
        var nested = new TreeMap<String, Object>(Map.of("z", 1, "a", List.of("x", true)));
        var event = AuditEvent.of(ACME, "thing.changed", "thing_1")
                .with("later", nested)
                .with("b", "\u00e9\u20ac\"\\\n\u2028/")
                .withPersonal("name", Optional.of("Ada"));
        DATABASE.inTransaction(TenantContext.whole(CALLER.actor(), ACME), tx -> {
            log.append(tx, CALLER, event);
            return event;
        });

        var id = SCHEMA.query("SELECT id FROM audit_event");
        var hash = hash();
        assertThat(SCHEMA.query("SELECT convert_from(bytes, 'UTF8') FROM audit_event"))
                .isEqualTo("{\"action\":\"thing.changed\",\"actor\":{\"id\":\"job_test\",\"kind\":\"job\"},"
                        + "\"at\":\"2030-01-31T12:00:00.123456Z\","
                        + "\"details\":{\"b\":\"\u00e9\u20ac\\\"\\\\\\n\u2028/\",\"later\":{\"a\":[\"x\",true],\"z\":1}},"
                        + "\"id\":\"" + id + "\",\"organization\":\"org_acme\",\"personal\":\"" + hash + "\","
                        + "\"request\":\"req_1\",\"target\":\"thing_1\",\"v\":1}");
        assertThat(SCHEMA.query("SELECT convert_from(fields, 'UTF8') FROM audit_personal"))
                .isEqualTo("{\"address\":\"203.0.113.7\",\"name\":\"Ada\",\"user_agent\":\"agent/1\"}");
    }

    /** SHA-256(salt ‖ fields) of the side row, computed here. */
    private static String hash() throws Exception {
        var digest = MessageDigest.getInstance("SHA-256");
        digest.update(HexFormat.of().parseHex(SCHEMA.query("SELECT encode(salt, 'hex') FROM audit_personal")));
        var fields = SCHEMA.query("SELECT convert_from(fields, 'UTF8') FROM audit_personal");
        return HexFormat.of().formatHex(digest.digest(fields.getBytes(StandardCharsets.UTF_8)));
    }
}
