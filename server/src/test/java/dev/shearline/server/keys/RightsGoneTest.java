package dev.shearline.server.keys;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A request that waits for a lock does what its caller may do when it gets it, not when it came. */
@Tag("storage")
class RightsGoneTest {

    private static final String LOCK_ACME = "SELECT id FROM organization WHERE id = 'org_acme' FOR UPDATE";

    private static KeyRig rig;

    @BeforeAll
    static void start() {
        rig = new KeyRig();
    }

    @AfterAll
    static void stop() {
        rig.close();
    }

    /** Starts the request while another transaction holds what its first statement locks, and lets it go on once that has done the rest. */
    private static KeyRig.Answer meanwhile(Supplier<KeyRig.Answer> request, String lock, String... changes)
            throws Exception {
        CompletableFuture<KeyRig.Answer> answer;
        try (var connection = rig.schema.connect()) {
            connection.setAutoCommit(false);
            execute(connection, "SET idle_in_transaction_session_timeout = 0");
            execute(connection, lock);
            answer = CompletableFuture.supplyAsync(request);
            rig.schema.awaitBlocked();
            for (var change : changes) {
                execute(connection, change);
            }
            connection.commit();
        }
        return answer.get(60, TimeUnit.SECONDS);
    }

    private static void execute(Connection connection, String sql) throws Exception {
        try (var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static KeyRig.Answer made(String fields) {
        var answer = rig.create(rig.operator, "{\"name\":\"n\",\"scopes\":[\"*\"]," + fields + "}");
        assertThat(answer.status()).as(answer.toString()).isEqualTo(201);
        return answer;
    }

    private static String personal(String user) {
        return made("\"type\":\"personal\",\"organization\":\"org_acme\",\"user\":\"" + user + "\"")
                .text("secret");
    }

    private static String role(String role) {
        return "UPDATE membership_role SET role = '" + role + "' WHERE membership_id = 'mem_ann'";
    }

    @Test
    void a_key_that_is_narrowed_while_it_creates_gives_what_it_has_left() throws Exception {
        var caller = made("\"type\":\"team\",\"organization\":\"org_acme\"");
        var answer = meanwhile(
                () -> rig.create(
                        caller.text("secret"),
                        "{\"name\":\"all\",\"scopes\":[\"*\"],\"type\":\"team\",\"team\":\"team_web\"}"),
                LOCK_ACME,
                "UPDATE api_key SET scopes = '{keys:write}' WHERE id = '" + caller.text("id") + "'");
        assertThat(answer.code()).isEqualTo("scope_not_held");
    }

    @Test
    void who_is_demoted_while_they_create_or_enable_does_neither() throws Exception {
        var ann = personal("usr_ann");
        var team = made("\"type\":\"team\",\"team\":\"team_web\"");
        rig.act(team, "disable", "");
        rig.schema.execute(
                "UPDATE api_key SET scopes = '{resources:read}', disabled_cause = 'manual' WHERE id = ?",
                team.text("id"));
        try {
            var body = "{\"name\":\"n\",\"scopes\":[],\"type\":\"team\",\"team\":\"team_web\"}";
            assertThat(meanwhile(() -> rig.create(ann, body), LOCK_ACME, role("viewer"))
                            .code())
                    .isEqualTo("forbidden");
            rig.schema.execute(role("admin"));
            assertThat(meanwhile(() -> rig.post(ann, KeyRig.path(team) + "/enable", ""), LOCK_ACME, role("viewer"))
                            .code())
                    .isEqualTo("forbidden");
            assertThat(rig.column(team.text("id"), "state")).isEqualTo("disabled");
        } finally {
            rig.schema.execute(role("admin"));
        }
        assertThat(rig.post(ann, KeyRig.path(team) + "/enable", "").status()).isEqualTo(200);
    }

    @Test
    void a_key_that_moves_is_revoked_all_the_same_and_is_not_rotated_back() throws Exception {
        var key = rig.created("");
        var path = KeyRig.path(key);
        var lock = "SELECT id FROM api_key WHERE id = '" + key.text("id") + "' FOR UPDATE";
        var there =
                "UPDATE api_key SET unit_id = 'team_ops', audience_id = 'team_ops', version = version + 1 WHERE id = '"
                        + key.text("id") + "'";
        assertThat(meanwhile(() -> rig.post(rig.operator, path + "/rotate", ""), lock, there)
                        .code())
                .isEqualTo("conflict");
        var back = there.replace("team_ops", "team_web");
        assertThat(meanwhile(() -> rig.post(rig.operator, path + "/revoke", ""), lock, back)
                        .status())
                .isEqualTo(200);
        assertThat(rig.column(key.text("id"), "state")).isEqualTo("revoked");
    }

    @Test
    void keys_of_somebody_higher_are_theirs_to_make() {
        rig.schema.execute("INSERT INTO app_user (id) VALUES ('usr_high')");
        rig.schema.execute(
                "INSERT INTO membership (id, organization_id, user_id) VALUES ('mem_high', 'org_acme', 'usr_high')");
        rig.schema.execute("INSERT INTO membership_role (organization_id, membership_id, unit_id, role)"
                + " VALUES ('org_acme', 'mem_high', 'team_web', 'owner')");
        var body = "{\"type\":\"personal\",\"user\":\"USER\",\"name\":\"n\",\"scopes\":[\"resources:read\"]}";
        var refused = rig.create(personal("usr_ann"), body.replace("USER", "usr_high"));
        assertThat(refused.code()).isEqualTo("forbidden");
        assertThat(refused.text("detail")).contains("owner at team_web");
        assertThat(rig.create(personal("usr_ann"), body.replace("USER", "usr_bob"))
                        .status())
                .isEqualTo(201);
        assertThat(rig.create(personal("usr_cid"), body.replace("USER", "usr_high"))
                        .status())
                .isEqualTo(201);
        // no more than the member holds themselves
        var more = body.replace("resources:read", "audit:read").replace("USER", "usr_bob");
        assertThat(rig.create(personal("usr_cid"), more).code()).isEqualTo("scope_not_held");
    }
}
