package dev.shearline.server.orgs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.shearline.server.testing.Api;
import dev.shearline.server.testing.Cluster;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Who waits for the organization while their role is taken away does not take it back, and changes nothing else of it. */
class DemotedAdminTest {

    private static Cluster cluster;
    private static Api operator;
    private static String acme;

    @BeforeAll
    static void start() {
        cluster = Cluster.start(1);
        operator = cluster.api();
        acme = cluster.organization("acme");
    }

    @AfterAll
    static void stop() {
        cluster.close();
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

    @Test
    void roles_units_names_and_the_policy_stay_as_they_are() throws Exception {
        operator.put("/v1/users/ext:ann", Map.of("name", "Ann")).expect(201);
        var member = operator.post(
                        "/v1/members",
                        Map.of("organization", acme, "user", "ext:ann", "roles", List.of(Map.of("role", "owner"))))
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
                                "ext:ann",
                                "name",
                                "n",
                                "scopes",
                                List.of("*")))
                .expect(201);
        var ann = operator.as(key.at("secret"));
        var owner = Map.of("roles", List.of(Map.of("role", "owner")));
        List<Supplier<Api.Answer>> requests = List.of(
                () -> ann.patch("/v1/members/" + member, owner),
                () -> ann.delete("/v1/members/" + member),
                () -> ann.post("/v1/teams", Map.of("name", "Mine")),
                () -> ann.patch("/v1/organizations/" + acme, Map.of("name", "Mine")),
                () -> ann.put("/v1/organizations/" + acme + "/policy", Map.of()));
        for (var request : requests) {
            cluster.schema().execute("UPDATE membership_role SET role = 'owner' WHERE membership_id = ?", member);
            assertThat(waitingWhileDemoted(member, request).code()).isEqualTo("forbidden");
            assertThat(cluster.schema()
                            .query("SELECT string_agg(role, ' ') FROM membership_role WHERE membership_id = ?", member))
                    .isEqualTo("viewer");
        }
    }
}
