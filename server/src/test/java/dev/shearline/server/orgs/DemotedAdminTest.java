package dev.shearline.server.orgs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.shearline.server.config.Setting;
import dev.shearline.server.testing.Api;
import dev.shearline.server.testing.Cluster;
import dev.shearline.server.testing.TemporaryDirectory;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Who waits for the organization while their role is taken away does not take it back, and changes nothing else of it. */
@Tag("storage")
class DemotedAdminTest {

    private static final TemporaryDirectory LETTERS = TemporaryDirectory.make("shearline-letters");

    private static Cluster cluster;
    private static Api operator;
    private static String acme;

    @BeforeAll
    static void start() {
        cluster = Cluster.start(
                1, Map.of(Setting.SMTP_URL, "file://" + LETTERS.path(), Setting.MAIL_FROM, "keys@example.com"));
        operator = cluster.api();
        acme = cluster.organization("acme");
    }

    @AfterAll
    static void stop() {
        cluster.close();
        LETTERS.close();
    }

    private static Api.Answer waitingWhileDemoted(String member, Supplier<Api.Answer> request) throws Exception {
        var answer = new CompletableFuture<Api.Answer>();
        try (var connection = cluster.schema().connect();
                var statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.execute("SET idle_in_transaction_session_timeout = 0");
            statement.execute("SELECT id FROM organization WHERE id = '" + acme + "' FOR UPDATE");
            answer.completeAsync(request);
            cluster.schema().awaitBlocked();
            statement.execute("UPDATE membership_role SET role = 'viewer' WHERE membership_id = '" + member + "'");
            connection.commit();
        }
        return answer.get(60, TimeUnit.SECONDS);
    }

    /** An owner of Acme, with a key that does everything; the id of their membership. */
    private static Owner owner(String name) {
        operator.put("/v1/users/ext:" + name, Map.of("name", name)).expect(201);
        var member = operator.post(
                        "/v1/members",
                        Map.of("organization", acme, "user", "ext:" + name, "roles", List.of(Map.of("role", "owner"))))
                .expect(201)
                .at("id");
        var key = operator.post(
                        "/v1/keys",
                        Map.of(
                                "type",
                                "personal",
                                "organization",
                                acme,
                                "user",
                                "ext:" + name,
                                "name",
                                "n",
                                "scopes",
                                List.of("*")))
                .expect(201);
        return new Owner(member, operator.as(key.at("secret")));
    }

    private record Owner(String member, Api api) {}

    private static void refusedToWhoIsDemoted(Owner owner, List<Supplier<Api.Answer>> requests) throws Exception {
        for (var request : requests) {
            cluster.schema()
                    .execute("UPDATE membership_role SET role = 'owner' WHERE membership_id = ?", owner.member());
            assertThat(waitingWhileDemoted(owner.member(), request).code()).isEqualTo("forbidden");
            assertThat(cluster.schema()
                            .query(
                                    "SELECT string_agg(role, ' ') FROM membership_role WHERE membership_id = ?",
                                    owner.member()))
                    .isEqualTo("viewer");
        }
    }

    @Test
    void roles_units_names_and_the_policy_stay_as_they_are() throws Exception {
        var owner = owner("ann");
        var ann = owner.api();
        var roles = Map.of("roles", List.of(Map.of("role", "owner")));
        refusedToWhoIsDemoted(
                owner,
                List.of(
                        () -> ann.patch("/v1/members/" + owner.member(), roles),
                        () -> ann.delete("/v1/members/" + owner.member()),
                        () -> ann.post("/v1/teams", Map.of("name", "Mine")),
                        () -> ann.patch("/v1/organizations/" + acme, Map.of("name", "Mine")),
                        () -> ann.put("/v1/organizations/" + acme + "/policy", Map.of())));
    }

    @Test
    void resources_endpoints_and_invitations_stay_as_they_are() throws Exception {
        var owner = owner("eve");
        var eve = owner.api();
        var endpoint = Map.of("url", "https://example.com/", "events", List.of("*"));
        var hook =
                "/v1/webhooks/" + eve.post("/v1/webhooks", endpoint).expect(201).at("id");
        var letter = Map.of("email", "a@example.com", "roles", List.of(Map.of("role", "viewer")));
        var invitation = "/v1/invitations/"
                + eve.post("/v1/invitations", letter).expect(201).at("id");
        eve.put("/v1/resources/project/1", Map.of()).expect(201);
        refusedToWhoIsDemoted(
                owner,
                List.of(
                        () -> eve.post("/v1/webhooks", endpoint),
                        () -> eve.patch(hook, Map.of("description", "mine")),
                        () -> eve.post(hook + "/rotate-secret", Map.of()),
                        () -> eve.post(hook + "/test", Map.of()),
                        () -> eve.post(hook + "/deliveries/dlv_0000000000000000/redeliver", Map.of()),
                        () -> eve.delete(hook),
                        () -> eve.post("/v1/invitations", letter),
                        () -> eve.post(invitation + "/resend", Map.of()),
                        () -> eve.post(invitation + "/revoke", Map.of()),
                        () -> eve.put("/v1/resources/project/2", Map.of()),
                        () -> eve.put("/v1/resources/project/1", Map.of("name", "Mine")),
                        () -> eve.delete("/v1/resources/project/1")));
        assertThat(cluster.audit(hook.substring(hook.lastIndexOf('/') + 1))).isEqualTo("webhook.created");
        assertThat(cluster.audit(invitation.substring(invitation.lastIndexOf('/') + 1)))
                .isEqualTo("member.invited");
    }
}
