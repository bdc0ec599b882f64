package dev.shearline.server.keys;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("storage")
class RotateKeyTest {

    private static KeyRig rig;

    @BeforeAll
    static void start() {
        rig = new KeyRig();
    }

    @AfterAll
    static void stop() {
        rig.close();
    }

    @Test
    void rotation_copies_everything_and_links_both() {
        var key = rig.created(
                ",\"description\":\"d\",\"cidrs\":[\"10.0.0.0/8\"],\"resources\":[\"project/42\"],\"metadata\":{\"a\":1},\"verified_metadata\":{\"b\":2},\"expires_in\":\"30d\"");
        var next = rig.act(key, "rotate", "{\"grace\":\"1h\",\"end_at_first_use\":true}");
        assertThat(next.status()).as(next.toString()).isEqualTo(201);
        assertThat(next.text("secret")).isNotEqualTo(key.text("secret"));
        assertThat(next.text("rotated_from")).isEqualTo(key.text("id"));
        assertThat(next.body().path("end_at_first_use").asBoolean()).isTrue();
        for (var copied : List.of(
                "name",
                "description",
                "type",
                "visibility",
                "mode",
                "scopes",
                "cidrs",
                "resources",
                "billed_to",
                "metadata",
                "verified_metadata",
                "owner",
                "boundary",
                "organization")) {
            assertThat(next.body().path(copied)).as(copied).isEqualTo(key.body().path(copied));
        }
        assertThat(Duration.between(Instant.parse(next.text("created_at")), Instant.parse(next.text("expires_at"))))
                .isEqualTo(Duration.ofDays(30));
        var old = rig.get(rig.operator, KeyRig.path(key));
        assertThat(old.text("status")).isEqualTo("rotating");
        assertThat(old.text("rotated_to")).isEqualTo(next.text("id"));
        assertThat(Instant.parse(old.text("ends_at")))
                .isBetween(Instant.now().plusSeconds(3500), Instant.now().plusSeconds(3700));
        assertThat(rig.audited(key.text("id"))).isEqualTo("key.created key.rotated");
        assertThat(rig.audited(next.text("id"))).isEqualTo("key.created");
        assertThat(rig.act(key, "rotate", "").text("detail")).contains(next.text("id"));
    }

    @Test
    void without_grace_the_old_key_is_revoked_at_once() {
        var key = rig.created("");
        var next = rig.act(key, "rotate", "{\"grace\":\"0h\"}");
        assertThat(next.status()).isEqualTo(201);
        var old = rig.get(rig.operator, KeyRig.path(key));
        assertThat(old.text("status")).isEqualTo("revoked");
        assertThat(old.text("cause")).isEqualTo("rotated");
        assertThat(old.text("rotated_to")).isEqualTo(next.text("id"));
        assertThat(rig.lastEntry(key.text("id"))).isEqualTo("key.revoked 3");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"grace\":\"31d\"}",
                "{\"grace\":\"-1h\"}",
                "{\"grace\":\"soon\"}",
                "{\"grace\":1}",
                "{\"end_at_first_use\":\"yes\"}"
            })
    void a_grace_beyond_30_days_is_refused(String body) {
        var key = rig.created("");
        assertThat(rig.act(key, "rotate", body).code()).isEqualTo("invalid_field");
        assertThat(rig.column(key.text("id"), "version")).isEqualTo("1");
    }

    @Test
    void what_cannot_be_rotated_says_why() {
        var disabled = rig.created("");
        rig.act(disabled, "disable", "");
        assertThat(rig.act(disabled, "rotate", "").text("detail")).contains("disabled");
        var ephemeral = rig.create(
                rig.operator, "{\"type\":\"ephemeral\",\"organization\":\"org_acme\",\"name\":\"n\",\"scopes\":[]}");
        assertThat(rig.act(ephemeral, "rotate", "").text("detail")).contains("ephemeral");
        var other = rig.create(
                rig.operator,
                "{\"type\":\"ci\",\"organization\":\"org_acme\",\"name\":\"n\",\"scopes\":[\"audit:read\"]}");
        var writer = rig.create(
                rig.operator,
                "{\"type\":\"ci\",\"organization\":\"org_acme\",\"name\":\"n\",\"scopes\":[\"keys:write\"]}");
        assertThat(rig.post(writer.text("secret"), KeyRig.path(other) + "/rotate", "")
                        .code())
                .isEqualTo("scope_not_held");
        assertThat(rig.post(writer.text("secret"), KeyRig.path(writer) + "/rotate", "")
                        .status())
                .isEqualTo(201);
    }

    @Test
    void the_first_use_of_the_new_key_ends_the_old_one_once() {
        var key = rig.created("");
        var next = rig.act(key, "rotate", "{\"end_at_first_use\":true}");
        var id = dev.shearline.token.ApiKeyId.find(next.text("id")).orElseThrow();
        rig.keys.endPredecessor(id, KeyRig.ACME);
        var before = rig.counts();
        rig.keys.endPredecessor(id, KeyRig.ACME);
        assertThat(rig.counts()).isEqualTo(before);
        assertThat(rig.get(rig.operator, KeyRig.path(key)).text("cause")).isEqualTo("rotated");
        assertThat(rig.get(rig.operator, KeyRig.path(next))
                        .body()
                        .path("end_at_first_use")
                        .asBoolean())
                .isFalse();
        assertThat(rig.lastEntry(next.text("id"))).isEqualTo("key.updated 2");
        assertThat(rig.lastEntry(key.text("id"))).isEqualTo("key.revoked 3");
    }
}
