package dev.shearline.server.verify;

import static org.assertj.core.api.Assertions.assertThat;

import dev.shearline.server.testing.Cluster;
import dev.shearline.server.testing.Events;
import dev.shearline.server.testing.Eventually;
import java.util.Map;
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
    void who_may_not_verify_may_not_listen() {
        cluster.api().as("").get("/v1/changes").expect(401);
        cluster.api()
                .as(cluster.issue(acme, "keys:read").at("secret"))
                .get("/v1/changes")
                .expect(403);
    }
}
