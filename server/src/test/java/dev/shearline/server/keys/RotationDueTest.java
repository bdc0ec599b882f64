package dev.shearline.server.keys;

import static org.assertj.core.api.Assertions.assertThat;

import dev.shearline.server.db.TenantContext;
import dev.shearline.server.http.Paging;
import dev.shearline.server.identity.Reach;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Acme wants its keys rotated after 90 days. */
@Tag("storage")
class RotationDueTest {

    private KeyRig rig;

    @BeforeEach
    void start() {
        rig = new KeyRig();
        // these tests run for months
        rig.schema.execute("UPDATE api_key SET expires_at = 'infinity' WHERE type = 'operator'");
        policy("{\"rotation_due_after_days\":90}");
    }

    @AfterEach
    void stop() {
        rig.close();
    }

    private void policy(String body) {
        var answer = rig.send(rig.operator, "PUT", "/v1/organizations/org_acme/policy", body);
        assertThat(answer.status()).as(answer.toString()).isEqualTo(200);
    }

    private KeyRig.Answer shown(KeyRig.Answer key) {
        return rig.get(rig.operator, KeyRig.path(key));
    }

    private String due(String filters) {
        var page = rig.get(rig.operator, "/v1/keys?organization=org_acme&rotation_due=true" + filters);
        assertThat(page.status()).as(page.toString()).isEqualTo(200);
        return String.join(" ", page.body().path("items").findValuesAsString("name"));
    }

    @Test
    void a_key_says_when_it_should_be_rotated_and_its_successor_anew() {
        var key = rig.created(",\"expires_in\":\"none\"");
        assertThat(Duration.between(Instant.parse(key.text("created_at")), Instant.parse(key.text("rotation_due_at"))))
                .isEqualTo(Duration.ofDays(90));
        assertThat(key.body().path("rotation_due").asBoolean(true)).isFalse();

        rig.clock.advance(Duration.ofDays(91));
        assertThat(shown(key).body().path("rotation_due").asBoolean()).isTrue();
        var next = rig.act(key, "rotate", "");

        assertThat(next.body().path("rotation_due").asBoolean(true)).isFalse();
        assertThat(next.text("rotation_due_at")).isNotEmpty();
        assertThat(shown(key).body().path("rotation_due_at").isNull()).isTrue();
        assertThat(shown(key).body().path("rotation_due").asBoolean(true)).isFalse();
        rig.act(next, "revoke", "");
        assertThat(shown(next).body().path("rotation_due_at").isNull()).isTrue();
        policy("{}");
        assertThat(rig.created("").body().path("rotation_due_at").isNull()).isTrue();
    }

    @Test
    void a_list_shows_those_that_are_due() {
        rig.created(",\"expires_in\":\"none\",\"description\":\"old\"");
        var rotated = rig.created(",\"expires_in\":\"none\"");
        var revoked = rig.created(",\"expires_in\":\"none\"");
        rig.clock.advance(Duration.ofDays(89));
        rig.act(rotated, "rotate", "{\"grace\":\"30d\"}");
        rig.act(revoked, "revoke", "");
        rig.create(
                rig.operator, "{\"type\":\"ephemeral\",\"organization\":\"org_acme\",\"name\":\"once\",\"scopes\":[]}");
        assertThat(due("")).isEmpty();
        rig.clock.advance(Duration.ofDays(2));

        assertThat(due("")).isEqualTo("Web");
        assertThat(due("&type=team&sort=name&order=asc")).isEqualTo("Web");
        assertThat(due("&type=ci")).isEmpty();
        policy("{}");
        assertThat(due("")).isEmpty();
    }

    @Test
    void it_is_asked_of_one_organization_and_by_true_alone() {
        assertThat(rig.get(rig.operator, "/v1/keys?rotation_due=true").text("field"))
                .isEqualTo("organization");
        assertThat(rig.get(rig.operator, "/v1/keys?organization=org_acme&rotation_due=yes")
                        .text("field"))
                .isEqualTo("rotation_due");
        var own = rig.create(
                        rig.operator,
                        "{\"type\":\"ci\",\"organization\":\"org_acme\",\"name\":\"n\",\"scopes\":[\"keys:read\"]}")
                .text("secret");
        assertThat(rig.get(own, "/v1/keys?rotation_due=true").status()).isEqualTo(200);
    }

    @Test
    void of_many_keys_those_that_are_due_are_found_by_an_index() {
        rig.schema.execute("""
                WITH made AS (
                    INSERT INTO api_key (id, organization_id, audience_id, type, visibility, mode, unit_id, digest, prefix, last_four, name,
                                         name_key, scopes, created_at, created_by, updated_at)
                    SELECT 'key_' || lpad(n :: text, 12, '0'), 'org_acme', 'team_web', 'team', 'secret', 'live', 'team_web',
                           sha256(n :: text :: bytea), 'p', 'l', 'n', 'n', '{}', now() - n * interval '8 minutes', 'job', now()
                      FROM generate_series(1, 20000) AS n
                    RETURNING id
                )
                INSERT INTO api_key_activity (key_id, organization_id, audience_id) SELECT id, 'org_acme', 'team_web' FROM made
                """);
        for (var table : List.of("api_key", "api_key_activity", "organization", "unit")) {
            rig.schema.execute("ANALYZE " + table);
        }
        var filter = new KeyFilter(
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Set.of(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                true,
                Optional.empty(),
                KeySort.CREATED,
                true);
        for (var reach : List.of(Reach.whole(), new Reach.Audiences(Set.of("team_web")))) {
            rig.database.read(new TenantContext("test", KeyRig.ACME, reach, Reach.nothing(), false), tx -> {
                var page = new KeyList(rig.clock)
                        .list(tx, Optional.of(KeyRig.ACME), reach, filter, new Paging(25, Optional.empty(), "x"));
                assertThat(page.items()).hasSize(25).allMatch(ApiKey::rotationDue);
                assertThat(tx.handle()
                                .createQuery("SELECT seq_scan FROM pg_stat_xact_user_tables WHERE relname = 'api_key'")
                                .mapTo(Long.class)
                                .one())
                        .isZero();
                return page;
            });
        }
    }
}
