package dev.shearline.server.notify;

import static org.assertj.core.api.Assertions.assertThat;

import dev.shearline.server.config.Setting;
import dev.shearline.server.testing.Api;
import dev.shearline.server.testing.CapturedLog;
import dev.shearline.server.testing.Cluster;
import dev.shearline.server.testing.Eventually;
import dev.shearline.server.testing.Receiver;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Webhooks as callers and receivers see them, on two nodes. */
class WebhooksTest {

    private static Cluster cluster;
    private static String acme;
    private static String other;
    private static Api own;
    private static Api stranger;

    private Receiver receiver;

    @BeforeAll
    static void start() {
        cluster = Cluster.start(2, Map.of(Setting.WEBHOOK_ALLOWED_NETWORKS, "127.0.0.0/8"));
        acme = cluster.organization("acme");
        other = cluster.organization("other");
        own = cluster.api()
                .as(cluster.issue(acme, "webhooks:*", "keys:*", "members:*").at("secret"));
        stranger = cluster.api().as(cluster.issue(other, "webhooks:*").at("secret"));
    }

    @AfterAll
    static void stop() {
        cluster.close();
    }

    @BeforeEach
    void startReceiver() {
        receiver = Receiver.start();
    }

    @AfterEach
    void stopReceiver() {
        receiver.close();
    }

    private Api.Answer create(Api as, String... events) {
        return as.post("/v1/webhooks", Map.of("url", receiver.url("/hooks"), "events", List.of(events)))
                .expect(201);
    }

    @Test
    void an_endpoint_is_made_seen_changed_and_deleted() {
        var made = create(own, "key.created", "key.revoked");
        var id = made.at("id");
        var path = "/v1/webhooks/" + id;

        assertThat(made.at("secret")).matches("whsec_[0-9A-Za-z+/]{43}=");
        assertThat(own.get(path).expect(200).raw().body()).doesNotContain("whsec_");
        assertThat(own.get("/v1/webhooks?limit=100").expect(200).raw().body())
                .contains(id)
                .doesNotContain("whsec_");
        var changed = own.patch(path, Map.of("events", List.of("*"), "description", "all", "enabled", false))
                .expect(200);
        assertThat(changed.at("disabled_cause")).isEqualTo("manual");
        assertThat(changed.at("description")).isEqualTo("all");
        own.patch(path, Map.of("enabled", false)).expect(200);
        assertThat(own.post(path + "/test").expect(409).code()).isEqualTo("invalid_state");
        own.delete(path).expect(200);
        assertThat(own.get(path).expect(404).code()).isEqualTo("not_found");
        assertThat(own.delete(path).expect(404).code()).isEqualTo("not_found");
        assertThat(cluster.audit(id)).isEqualTo("webhook.created webhook.updated webhook.deleted");
        assertThat(cluster.schema()
                        .query(
                                "SELECT string_agg(convert_from(bytes, 'UTF8'), ' ') FROM audit_event WHERE target = ?",
                                id))
                .contains("127.0.0.1")
                .doesNotContain("/hooks")
                .doesNotContain("whsec_");
    }

    @Test
    void a_repeated_create_gives_the_same_secret_again() {
        var body = Map.of("url", receiver.url("/hooks"), "events", List.of("*"));
        var name = UUID.randomUUID().toString();

        var first = own.postOnce("/v1/webhooks", name, body).expect(201);
        var again = own.postOnce("/v1/webhooks", name, body).expect(201);

        assertThat(again.at("secret")).isEqualTo(first.at("secret")).startsWith("whsec_");
        assertThat(again.at("id")).isEqualTo(first.at("id"));
        assertThat(again.raw().headers().firstValue("Idempotency-Replayed")).contains("true");
        var other = new HashMap<String, Object>(body);
        other.put("description", "another");
        own.postOnce("/v1/webhooks", name, other).expect(422);
        own.delete("/v1/webhooks/" + first.at("id")).expect(200);
    }

    @Test
    void a_test_message_is_sent_logged_and_sent_again() {
        var made = create(own, "key.created");
        var path = "/v1/webhooks/" + made.at("id");
        receiver.saying(500);

        var delivery = own.post(path + "/test").expect(201);
        Eventually.isTrue(
                "it is delivered",
                () -> own.get(path + "/deliveries?status=delivered")
                                .json()
                                .at("/items")
                                .size()
                        == 1);

        var log = own.get(path + "/deliveries?limit=1").expect(200);
        assertThat(log.at("items/0/id")).isEqualTo(delivery.at("id"));
        assertThat(log.at("items/0/attempts")).isEqualTo("2");
        assertThat(log.at("items/0/response_status")).isEqualTo("204");
        assertThat(log.at("items/0/type")).isEqualTo("webhook.test");
        assertThat(own.get(path + "/deliveries?status=failed").json().at("/items"))
                .isEmpty();

        own.post(path + "/deliveries/" + delivery.at("id") + "/redeliver").expect(200);
        Eventually.isTrue("it comes again", () -> receiver.received().size() == 3);
        assertThat(receiver.received())
                .allMatch(one -> one.id().equals(delivery.at("message_id"))
                        && one.isSignedWith(made.at("secret"))
                        && one.type().equals("webhook.test"));
        assertThat(cluster.audit(made.at("id"))).isEqualTo("webhook.created webhook.tested webhook.redelivered");
    }

    @Test
    void a_list_is_read_page_by_page() {
        var made = create(own, "key.created");
        var path = "/v1/webhooks/" + made.at("id") + "/deliveries";
        for (int i = 0; i < 3; i++) {
            own.post("/v1/webhooks/" + made.at("id") + "/test").expect(201);
        }
        var first = own.get(path + "?limit=2").expect(200);
        var second =
                own.get(path + "?limit=2&cursor=" + first.at("next_cursor")).expect(200);

        assertThat(first.json().at("/items")).hasSize(2);
        assertThat(second.json().at("/items")).hasSize(1);
        assertThat(own.get(path + "?status=waiting&cursor=" + first.at("next_cursor"))
                        .expect(422)
                        .code())
                .isEqualTo("invalid_parameter");
        assertThat(own.get("/v1/webhooks?cursor=" + first.at("next_cursor"))
                        .expect(422)
                        .code())
                .isEqualTo("invalid_parameter");
        assertThat(own.get(path + "?status=lost").expect(422).code()).isEqualTo("invalid_parameter");
    }

    static Stream<Map<String, Object>> badBodies() {
        var good = Map.<String, Object>of("url", "https://example.com/", "events", List.of("*"));
        return Stream.of(
                        Map.<String, Object>of("url", "http://example.com/"),
                        Map.<String, Object>of("url", "https://10.0.0.1/"),
                        Map.<String, Object>of("url", "https://[::1]/"),
                        Map.<String, Object>of("url", "https://169.254.169.254/"),
                        Map.<String, Object>of("url", "https://a:b@example.com/"),
                        Map.<String, Object>of("url", "nonsense"),
                        Map.<String, Object>of("url", "https://example.com/" + "x".repeat(2000)),
                        Map.<String, Object>of("events", List.of()),
                        Map.<String, Object>of("events", List.of("key.flown")),
                        Map.<String, Object>of("events", List.of("webhook.test")),
                        Map.<String, Object>of("description", "\u202e"),
                        Map.<String, Object>of("enabled", "yes"),
                        Map.<String, Object>of("secret", "x"))
                .map(wrong -> {
                    var body = new LinkedHashMap<>(good);
                    body.putAll(wrong);
                    return body;
                });
    }

    @ParameterizedTest
    @MethodSource("badBodies")
    void what_is_no_endpoint_is_refused(Map<String, Object> body) {
        var answer = own.post("/v1/webhooks", body).expect(422);

        assertThat(answer.code()).isIn("invalid_field", "unknown_field");
        assertThat(answer.raw().body()).doesNotContain("a:b@");
    }

    private static List<String[]> calls(String id, String delivery) {
        var path = "/v1/webhooks/" + id;
        return List.of(
                new String[] {"GET", path},
                new String[] {"PATCH", path},
                new String[] {"DELETE", path},
                new String[] {"POST", path + "/rotate-secret"},
                new String[] {"POST", path + "/test"},
                new String[] {"GET", path + "/deliveries"},
                new String[] {"POST", path + "/deliveries/" + delivery + "/redeliver"});
    }

    private static Api.Answer call(Api as, String[] call) {
        return switch (call[0]) {
            case "GET" -> as.get(call[1]);
            case "PATCH" -> as.patch(call[1], Map.of("description", "x"));
            case "DELETE" -> as.delete(call[1]);
            default -> as.post(call[1]);
        };
    }

    @Test
    void what_belongs_to_others_is_as_absent_as_what_never_was() {
        var made = create(own, "key.created");
        var delivery = own.post("/v1/webhooks/" + made.at("id") + "/test").at("id");
        var foreign = calls(made.at("id"), delivery);
        var none = calls("whk_0000000000000000", "dlv_0000000000000000");
        for (int i = 0; i < foreign.size(); i++) {
            var seen = call(stranger, foreign.get(i)).expect(404);
            var absent = call(stranger, none.get(i)).expect(404);
            assertThat(seen.code()).isEqualTo(absent.code()).isEqualTo("not_found");
            assertThat(seen.at("detail")).isEqualTo(absent.at("detail"));
        }
        var mine = create(stranger, "key.created");
        assertThat(stranger.post("/v1/webhooks/" + mine.at("id") + "/deliveries/" + delivery + "/redeliver")
                        .status())
                .isEqualTo(404);
        assertThat(stranger.get("/v1/webhooks?limit=100").raw().body()).doesNotContain(made.at("id"));
        assertThat(stranger.get("/v1/webhooks?organization=ext:acme").status()).isEqualTo(404);
        assertThat(stranger.post(
                                "/v1/webhooks",
                                Map.of("organization", acme, "url", "https://example.com/", "events", List.of("*")))
                        .status())
                .isEqualTo(404);
        own.get("/v1/webhooks/" + made.at("id")).expect(200);
    }

    @Test
    void who_may_not_is_told_what_is_missing() {
        var reader = cluster.api()
                .as(cluster.issue(acme, "webhooks:read", "keys:read").at("secret"));
        var team = cluster.api()
                .post("/v1/teams", Map.of("organization", acme, "name", "Web"))
                .at("id");
        var ofTeam = cluster.api()
                .as(cluster.api()
                        .post(
                                "/v1/keys",
                                Map.of(
                                        "type",
                                        "team",
                                        "name",
                                        "t",
                                        "organization",
                                        acme,
                                        "team",
                                        team,
                                        "scopes",
                                        List.of("webhooks:*")))
                        .at("secret"));
        for (var call : calls("whk_0000000000000000", "dlv_0000000000000000")) {
            assertThat(call(own.as(""), call).status()).isEqualTo(401);
            assertThat(call(ofTeam, call).expect(403).code()).isEqualTo("forbidden");
            if (!call[0].equals("GET")) {
                assertThat(call(reader, call).expect(403).code()).isEqualTo("insufficient_scope");
            }
        }
        var body = Map.of("url", "https://example.com/", "events", List.of("*"));
        assertThat(own.as("").post("/v1/webhooks", body).status()).isEqualTo(401);
        assertThat(own.as("").get("/v1/webhooks").status()).isEqualTo(401);
        assertThat(reader.post("/v1/webhooks", body).expect(403).code()).isEqualTo("insufficient_scope");
        assertThat(ofTeam.post("/v1/webhooks", body).expect(403).code()).isEqualTo("forbidden");
        assertThat(ofTeam.get("/v1/webhooks").expect(403).code()).isEqualTo("forbidden");
        reader.get("/v1/webhooks").expect(200);
    }

    @Test
    void a_secret_is_rotated_by_its_owner() {
        var made = create(own, "key.created");
        var path = "/v1/webhooks/" + made.at("id") + "/rotate-secret";

        var rotated = own.post(path, Map.of("grace", "0")).expect(201);
        assertThat(rotated.at("secret")).startsWith("whsec_").isNotEqualTo(made.at("secret"));
        assertThat(rotated.at("previous_secret_ends_at")).isEmpty();
        assertThat(own.post(path, Map.of("grace", "1h")).expect(201).at("previous_secret_ends_at"))
                .isNotEmpty();
        assertThat(own.post(path, Map.of("grace", "8d")).expect(422).code()).isEqualTo("invalid_field");
        assertThat(cluster.audit(made.at("id")))
                .isEqualTo("webhook.created webhook.secret_rotated webhook.secret_rotated");
    }

    @Test
    void a_secret_is_in_no_log_and_in_no_table() {
        try (var log = CapturedLog.of("dev.shearline")) {
            var made = create(own, "key.created");
            var secret = made.at("secret");
            receiver.saying(500, 410);
            own.post("/v1/webhooks/" + made.at("id") + "/test").expect(201);
            Eventually.isTrue(
                    "it is disabled",
                    () -> own.get("/v1/webhooks/" + made.at("id"))
                            .at("disabled_cause")
                            .equals("gone"));
            assertThat(log.lines()).noneMatch(line -> line.contains(secret) || line.contains("/hooks"));
            var raw = secret.substring("whsec_".length());
            for (var table :
                    List.of("webhook_secret", "webhook_endpoint", "webhook_delivery", "notification", "audit_event")) {
                assertThat(cluster.schema()
                                .query("SELECT count(*) FROM " + table + " AS t WHERE CAST(t AS text) LIKE '%" + raw
                                        + "%'"))
                        .isEqualTo("0");
            }
        }
    }

    @Test
    void of_many_that_are_made_at_once_there_are_never_more_than_the_most() {
        var crowded = cluster.organization("crowded");
        var body = Map.of("organization", crowded, "url", receiver.url("/"), "events", List.of("key.created"));
        try (var clients = Executors.newFixedThreadPool(8)) {
            var asked = IntStream.range(0, Webhooks.OF_ORGANIZATION_MAX + 10)
                    .mapToObj(_ -> CompletableFuture.supplyAsync(
                            () -> cluster.api().post("/v1/webhooks", body).status(), clients))
                    .toList();
            assertThat(asked.stream().map(CompletableFuture::join).filter(status -> status == 201))
                    .hasSize(Webhooks.OF_ORGANIZATION_MAX);
        }
    }
}
