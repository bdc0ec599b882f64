package dev.shearline.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.shearline.server.config.Setting;
import dev.shearline.server.config.Settings;
import dev.shearline.server.http.HttpLimits;
import dev.shearline.server.testing.Api;
import dev.shearline.server.testing.Cluster;
import dev.shearline.server.testing.Events;
import dev.shearline.server.testing.Eventually;
import dev.shearline.server.testing.Gate;
import dev.shearline.server.testing.Repository;
import dev.shearline.token.Secret;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class GracefulStopTest {

    @Test
    void a_node_that_stops_first_leaves_readiness_then_answers_what_is_under_way_then_gives_up_its_lease() {
        try (var cluster = Cluster.start(2)) {
            cluster.organization("acme");
            var leaving = cluster.node(1);
            var probe = new Api(URI.create("http://127.0.0.1:" + leaving.managementPort()), Secret.of(""));
            assertThat(probe.get("/readyz").expect(200).at("checks/node/detail"))
                    .isEqualTo("runs");
            assertThat(cluster.schema()
                            .query("SELECT count(*) FROM node WHERE address = ?", "127.0.0.1:" + leaving.port()))
                    .isEqualTo("1");
            CompletableFuture<Api.Answer> answer;
            CompletableFuture<Void> stopped;
            try (var events = Events.follow(cluster.api(1), "")) {
                try (var gate = Gate.shut(cluster.schema(), "api_key", "NEW.name = 'slow'")) {
                    answer = CompletableFuture.supplyAsync(() -> issueSlowly(cluster));
                    gate.awaitSomebody();
                    stopped = CompletableFuture.runAsync(leaving::close);
                    Eventually.isTrue(
                            "readiness is off",
                            () -> probe.get("/readyz").at("checks/node/detail").equals("is stopping"));
                    assertThat(answer).isNotDone();
                    assertThat(leases(cluster)).isEqualTo("2");
                    gate.open();
                }
                assertThat(answer.join().status()).isEqualTo(201);
                stopped.join();
                Eventually.isTrue("the stream has ended", events::hasEnded);
            }
            assertThat(leases(cluster)).isEqualTo("1");
            // nobody waits for a node that has left
            var key = cluster.issue("ext:acme", "resources:read");
            var revoked =
                    cluster.api(0).post("/v1/keys/" + key.at("id") + "/revoke").expect(200);
            assertThat(revoked.at("propagation/nodes")).isEqualTo("1");
            assertThat(revoked.at("propagation/complete")).isEqualTo("true");
        }
    }

    @Test
    void a_node_goes_on_for_as_long_as_balancers_need_to_notice() {
        try (var cluster = Cluster.start(1, Map.of(Setting.STOP_DELAY, "1s"))) {
            long before = System.nanoTime();
            cluster.node(0).close();
            assertThat(Duration.ofNanos(System.nanoTime() - before)).isGreaterThanOrEqualTo(Duration.ofSeconds(1));
        }
    }

    @Test
    void a_node_that_an_interrupted_thread_closes_gives_up_its_lease_and_all_else() {
        try (var cluster = Cluster.start(2)) {
            var leaving = cluster.node(1);
            var probe = new Api(URI.create("http://127.0.0.1:" + leaving.managementPort()), Secret.of(""));
            probe.get("/readyz").expect(200);
            var stillInterrupted = CompletableFuture.supplyAsync(() -> {
                Thread.currentThread().interrupt();
                leaving.close();
                return Thread.interrupted();
            });
            assertThat(stillInterrupted.join()).isTrue();
            assertThat(leases(cluster)).isEqualTo("1");
            assertThatThrownBy(() -> probe.get("/readyz")).hasRootCauseInstanceOf(IOException.class);
        }
    }

    /** Whatever stop.delay is: killed before it has stopped, it would leave its lease and cut answers off. */
    @Test
    void the_unit_of_the_guide_waits_for_longer_than_a_node_takes_to_stop() {
        var guide = Repository.ofThisProject().read("docs/guides/operate.md");
        var seconds = Pattern.compile("(?m)^TimeoutStopSec=(\\d+)$").matcher(guide);
        assertThat(seconds.find()).isTrue();
        // two listeners, one after the other: what is under way, then the handlers behind it
        var listeners = HttpLimits.STOP_TIME_MAX.multipliedBy(4);
        assertThat(Duration.ofSeconds(Long.parseLong(seconds.group(1))))
                .isGreaterThan(Settings.STOP_DELAY_MAX.plus(listeners));
    }

    private static Api.Answer issueSlowly(Cluster cluster) {
        return cluster.api(1).postRaw("/v1/keys", """
                        {"type":"team","name":"slow","organization":"ext:acme","scopes":["resources:read"]}
                        """);
    }

    private static String leases(Cluster cluster) {
        return cluster.schema().query("SELECT count(*) FROM node");
    }
}
