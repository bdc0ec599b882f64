package dev.shearline.server.verify;

import static org.assertj.core.api.Assertions.assertThat;

import dev.shearline.server.testing.Api;
import dev.shearline.server.testing.Cluster;
import dev.shearline.server.testing.Events;
import dev.shearline.server.testing.Eventually;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The stream for those who remember answers. */
@Tag("storage")
class ChangesTest {

    private static Cluster cluster;
    private static String acme;

    @BeforeAll
    static void start() {
        cluster = Cluster.start(2);
        acme = cluster.organization("acme");
    }

    @AfterAll
    static void stop() {
        cluster.close();
    }

    @Test
    void a_listener_hears_of_a_change_made_on_another_node_and_of_the_head() {
        try (var events = Events.follow(cluster.api(1), "")) {
            events.await("heartbeat", "");
            var key = cluster.issue(acme, "sessions:read");
            var event = events.await("change", key.at("id"));
            assertThat(event.data()).contains("\"epoch\":" + key.at("epoch"), "\"tag\":\"" + key.at("tag") + "\"");
            assertThat(event.id()).isEqualTo(key.at("epoch") + "-" + key.at("tag"));
        }
    }

    @Test
    void a_listener_of_one_organization_hears_nothing_of_another() {
        var other = cluster.organization("other");
        var listener = cluster.issue(other, "keys:verify").at("secret");
        try (var events = Events.follow(cluster.api(0).as(listener), "")) {
            events.await("heartbeat", "");
            var foreign = cluster.issue(acme, "sessions:read");
            var own = cluster.issue(other, "sessions:read");
            events.await("change", own.at("id"));
            assertThat(events.received()).noneMatch(event -> event.data().contains(foreign.at("id")));
        }
    }

    @Test
    void who_comes_back_goes_on_where_it_was() {
        String last;
        try (var events = Events.follow(cluster.api(0), "")) {
            last = events.await("heartbeat", "").id();
        }
        var missed = cluster.issue(acme, "sessions:read");
        try (var events = Events.follow(cluster.api(0), last)) {
            events.await("change", missed.at("id"));
            assertThat(events.received()).noneMatch(event -> event.name().equals("reset"));
        }
    }

    @Test
    void each_event_names_the_one_before_it() {
        String last;
        try (var events = Events.follow(cluster.api(0), "")) {
            var first = events.await("heartbeat", "");
            assertThat(first.data()).doesNotContain("after");
            events.await("change", cluster.issue(acme, "sessions:read").at("id"));
            assertChained(events);
            last = events.received().getLast().id();
        }
        cluster.issue(acme, "sessions:read");
        try (var events = Events.follow(cluster.api(0), last)) {
            events.await("heartbeat", "");
            assertThat(events.received().getFirst().data()).contains("\"after\":\"" + last + "\"");
            assertChained(events);
        }
    }

    private static void assertChained(Events events) {
        var received = events.received();
        for (int i = 1; i < received.size(); i++) {
            assertThat(received.get(i).data())
                    .contains("\"after\":\"" + received.get(i - 1).id() + "\"");
        }
    }

    @Test
    void the_head_is_told_to_who_may_verify() {
        var key = cluster.issue(acme, "keys:verify");
        Eventually.isTrue(
                "the node has come as far",
                () -> cluster.api(1)
                                .as(key.at("secret"))
                                .get("/v1/changes/head")
                                .json()
                                .path("epoch")
                                .asLong()
                        >= key.json().path("epoch").asLong());
        cluster.api().as("").get("/v1/changes/head").expect(401);
        cluster.api()
                .as(cluster.issue(acme, "keys:read").at("secret"))
                .get("/v1/changes/head")
                .expect(403);
    }

    @Test
    void who_was_in_another_history_forgets_everything() {
        try (var events = Events.follow(cluster.api(0), "1-00000000000000ff")) {
            events.await("reset", "");
        }
    }

    @Test
    void the_stream_of_a_dead_credential_resets_and_ends() {
        var listener = cluster.issue(acme, "keys:verify");
        try (var events = Events.follow(cluster.api(1).as(listener.at("secret")), "")) {
            events.await("heartbeat", "");
            cluster.api(0).post("/v1/keys/" + listener.at("id") + "/revoke").expect(200);
            events.await("reset", "");
            Eventually.isTrue("it has ended", events::hasEnded);
        }
    }

    @Test
    void the_stream_of_a_credential_with_other_rights_resets_and_ends() {
        var listener = cluster.issue(acme, "keys:verify", "keys:read");
        try (var events = Events.follow(cluster.api(0).as(listener.at("secret")), "")) {
            events.await("heartbeat", "");
            cluster.api(1)
                    .patch("/v1/keys/" + listener.at("id"), Map.of("scopes", java.util.List.of("keys:verify")))
                    .expect(200);
            events.await("reset", "");
            Eventually.isTrue("it has ended", events::hasEnded);
        }
    }

    @Test
    void a_change_of_a_user_is_told_by_the_memberships_that_a_listener_may_know_of() {
        var other = cluster.organization("others-" + System.nanoTime());
        var user = cluster.api()
                .put("/v1/users/ext:told", Map.of("name", "Told"))
                .expect(201)
                .at("id");
        var here = member(acme, user);
        var there = member(other, user);
        var ofAcme = cluster.issue(acme, "keys:verify").at("secret");
        try (var all = Events.follow(cluster.api(1), "");
                var acmes = Events.follow(cluster.api(1).as(ofAcme), "")) {
            all.await("heartbeat", "");
            acmes.await("heartbeat", "");
            var changes = List.<Supplier<Api.Answer>>of(
                    () -> cluster.api().patch("/v1/users/" + user, Map.of("name", "Told again")),
                    () -> cluster.api().post("/v1/users/" + user + "/disable"),
                    () -> cluster.api().post("/v1/users/" + user + "/enable"));
            for (var change : changes) {
                var epoch = "\"epoch\":" + change.get().expect(200).at("epoch") + ",";
                assertThat(all.await("change", epoch).data()).contains(here, there);
                assertThat(acmes.await("change", epoch).data())
                        .contains("\"ids\":[\"" + here + "\"]")
                        .doesNotContain(there);
            }
        }
    }

    private static String member(String organization, String user) {
        return cluster.api()
                .post(
                        "/v1/members",
                        Map.of(
                                "organization",
                                organization,
                                "user",
                                user,
                                "roles",
                                List.of(Map.of("role", "developer"))))
                .expect(201)
                .at("id");
    }

    @Test
    void the_catalog_is_told_as_the_instance_to_everybody() {
        var listener = cluster.issue(acme, "keys:verify").at("secret");
        try (var events = Events.follow(cluster.api(1).as(listener), "")) {
            events.await("heartbeat", "");
            cluster.api()
                    .post("/v1/scopes", Map.of("name", "told:read", "title", "Told", "roles", List.of("admin")))
                    .expect(201);
            events.await("change", "\"ids\":[\"instance\"]");
        }
    }

    @Test
    void organizations_and_units_are_told_by_their_ids_to_those_who_may_know_of_them() {
        var other = cluster.organization("apart-" + System.nanoTime());
        var stranger = cluster.issue(other, "keys:verify").at("secret");
        try (var all = Events.follow(cluster.api(1), "");
                var others = Events.follow(cluster.api(1).as(stranger), "")) {
            all.await("heartbeat", "");
            others.await("heartbeat", "");
            cluster.api()
                    .patch("/v1/organizations/" + acme, Map.of("name", "Acme " + System.nanoTime()))
                    .expect(200);
            all.await("change", "\"ids\":[\"" + acme + "\"]");
            var team = cluster.api()
                    .post("/v1/teams", Map.of("organization", acme, "name", "Told"))
                    .expect(201)
                    .at("id");
            all.await("change", "\"ids\":[\"" + team + "\"]");
            cluster.api().delete("/v1/teams/" + team).expect(200);
            Eventually.isTrue(
                    "its end is told too",
                    () -> all.received().stream()
                                    .filter(event -> event.data().contains(team))
                                    .count()
                            == 2);
            var own = cluster.issue(other, "sessions:read");
            others.await("change", own.at("id"));
            assertThat(others.received())
                    .noneMatch(
                            event -> event.data().contains(acme) || event.data().contains(team));
        }
    }

    @Test
    void a_position_that_is_none_is_refused() throws Exception {
        try (var client = HttpClient.newHttpClient()) {
            for (var bad : List.of("7", "7-xyz", "-1-00000000000000ff", "+7-00000000000000ff", "7-00000000000000fff")) {
                var request = HttpRequest.newBuilder(cluster.api().base().resolve("/v1/changes"))
                        .header("Authorization", "Bearer " + cluster.operator().reveal())
                        .header("Last-Event-ID", bad)
                        .build();
                var response = client.send(request, HttpResponse.BodyHandlers.ofString());
                assertThat(response.statusCode()).as(bad).isEqualTo(422);
                assertThat(response.body()).as(bad).contains("invalid_parameter", "Last-Event-ID");
            }
        }
    }

    @Test
    void who_may_not_verify_may_not_listen() {
        cluster.api().as("").get("/v1/changes").expect(401);
        cluster.api()
                .as(cluster.issue(acme, "keys:read").at("secret"))
                .get("/v1/changes")
                .expect(403);
    }
}
