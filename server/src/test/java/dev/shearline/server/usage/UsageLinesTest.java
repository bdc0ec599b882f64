package dev.shearline.server.usage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.shearline.server.testing.Api;
import dev.shearline.server.testing.Cluster;
import dev.shearline.server.testing.Eventually;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** What an organization's keys were asked about, as a billing system takes it. */
@Tag("storage")
class UsageLinesTest {

    /** The first of a day that has closed. */
    private static Instant first;

    private static Cluster cluster;
    private static Api operator;
    private static String acme;
    private static String web;
    private static String ops;
    private static Api.Answer webKey;
    private static Api.Answer bobsKey;

    @BeforeAll
    static void start() {
        first = Instant.now().truncatedTo(ChronoUnit.DAYS).minus(3, ChronoUnit.DAYS);
        cluster = Cluster.start(1);
        operator = cluster.api();
        acme = cluster.organization("acme");
        web = team("web");
        ops = team("ops");
        operator.put("/v1/users/ext:bob", Map.of("name", "Bob")).expect(201);
        var roles = List.of(Map.of("unit", web, "role", "developer"), Map.of("unit", ops, "role", "developer"));
        operator.post("/v1/members", Map.of("organization", acme, "user", "ext:bob", "roles", roles))
                .expect(201);
        webKey = key(Map.of("type", "team", "team", web));
        bobsKey = key(Map.of("type", "personal", "user", "ext:bob", "billed_to", ops));
    }

    @AfterAll
    static void stop() {
        cluster.close();
    }

    @BeforeEach
    void forget() {
        cluster.schema().execute("DELETE FROM usage_hour");
    }

    private static String team(String name) {
        return operator.put("/v1/teams/ext:" + name, Map.of("organization", acme, "name", name))
                .expect(201)
                .at("id");
    }

    private static Api.Answer key(Map<String, ?> fields) {
        var body = new HashMap<String, Object>(fields);
        body.putAll(Map.of("organization", acme, "name", "counted", "scopes", List.of("resources:read")));
        return operator.post("/v1/keys", body).expect(201);
    }

    /** As folding would have written it. */
    private static void counted(Api.Answer key, Instant hour, Instant booked, String outcome, int count) {
        cluster.schema().execute("""
                        INSERT INTO usage_hour (key_id, organization_id, hour, outcome, booked, owner_id, unit_id, billed_id, count, units)
                        SELECT id, organization_id, CAST(? AS timestamptz), ?, CAST(? AS timestamptz), coalesce(membership_id, unit_id), unit_id,
                               coalesce(billed_unit_id, unit_id), ?, 2 * ?
                          FROM api_key WHERE id = ?
                        """, hour.toString(), outcome, booked.toString(), count, count, key.at("id"));
    }

    private static String path(String query) {
        return "/v1/usage?organization=" + acme + "&" + query;
    }

    private static List<String> lines(String query) {
        return shown(operator.get(path(query)).expect(200).json());
    }

    private static List<String> shown(JsonNode page) {
        return page.path("items")
                .valueStream()
                .map(line -> line.path("time").asString() + " "
                        + line.path("holder").path("type").asString() + " "
                        + line.path("holder").path("external_id").asString() + " " + line.path("keys") + "/"
                        + line.path("live_keys") + " " + line.path("allowed") + "+" + line.path("denied") + " "
                        + line.path("units") + (line.path("closed").asBoolean() ? " closed" : "")
                        + (line.path("late_for").isNull()
                                ? ""
                                : " late for " + line.path("late_for").asString()))
                .sorted()
                .toList();
    }

    private static String at(Instant hour) {
        return hour.toString().replace("Z", ".000Z");
    }

    @Test
    void hours_and_days_are_counted_by_owner_unit_and_payer() {
        counted(webKey, first, first, "allowed", 5);
        counted(webKey, first, first, "revoked", 2);
        counted(bobsKey, first.plusSeconds(3_600), first.plusSeconds(3_600), "expired", 3);
        var range = "from=" + first + "&to=" + first.plus(1, ChronoUnit.DAYS);

        assertThat(lines(range))
                .containsExactly(at(first) + " team web 1/1 5+2 10 closed", at(first) + " user bob 1/0 0+3 0 closed");
        assertThat(lines(range + "&granularity=hour"))
                .containsExactly(
                        at(first) + " team web 1/1 5+2 10 closed",
                        at(first.plusSeconds(3_600)) + " user bob 1/0 0+3 0 closed");
        assertThat(lines(range + "&by=unit"))
                .containsExactly(
                        at(first) + " organization acme 1/0 0+3 0 closed", at(first) + " team web 1/1 5+2 10 closed");
        assertThat(lines(range + "&by=billed_to"))
                .containsExactly(at(first) + " team ops 1/0 0+3 0 closed", at(first) + " team web 1/1 5+2 10 closed");
        assertThat(lines(range + "&by=key&granularity=total"))
                .containsExactly(at(first) + " key  1/0 0+3 0 closed", at(first) + " key  1/1 5+2 10 closed");
        var line = operator.get(path(range)).json().path("items").get(0);
        assertThat(line.path("organization").path("external_id").asString()).isEqualTo("acme");
        assertThat(line.path("idempotency_key").asString()).matches("[0-9a-f]{32}");
    }

    @Test
    void what_comes_after_an_hour_has_closed_is_a_line_of_the_hour_in_which_it_came() {
        var later = first.plus(1, ChronoUnit.DAYS).plusSeconds(7_200);
        counted(webKey, first, first, "allowed", 5);
        var before = lines("from=" + first + "&to=" + first.plusSeconds(3_600) + "&granularity=hour");
        counted(webKey, first, later, "allowed", 1);
        assertThat(lines("from=" + first + "&to=" + first.plusSeconds(3_600) + "&granularity=hour"))
                .isEqualTo(before);
        counted(webKey, later, later, "allowed", 4);

        assertThat(lines("from=" + first + "&granularity=hour&to=" + first.plus(2, ChronoUnit.DAYS)))
                .containsExactly(
                        at(first) + " team web 1/1 5+0 10 closed",
                        at(later) + " team web 1/1 1+0 2 closed late for " + at(first),
                        at(later) + " team web 1/1 4+0 8 closed");
        assertThat(lines("from=" + first + "&to=" + first.plus(2, ChronoUnit.DAYS)))
                .containsExactly(
                        at(first) + " team web 1/1 5+0 10 closed",
                        at(first.plus(1, ChronoUnit.DAYS)) + " team web 1/1 1+0 2 closed late for " + at(first),
                        at(first.plus(1, ChronoUnit.DAYS)) + " team web 1/1 4+0 8 closed");
    }

    @Test
    void what_is_counted_now_is_there_within_seconds_and_not_closed() {
        operator.post("/v1/keys/verify", Map.of("key", webKey.at("secret"), "cost", 3))
                .expect(200);
        Eventually.isTrue(
                "counted",
                () -> lines("granularity=total").stream().anyMatch(line -> line.endsWith(" team web 1/1 1+0 3")));
        assertThat(lines("granularity=total&closed=true")).isEmpty();
        assertThat(lines("closed=true")).isEmpty();
    }

    @Test
    void pages_hold_each_line_once_and_the_other_formats_hold_them_all() {
        for (int hour = 0; hour < 10; hour++) {
            var at = first.plusSeconds(3_600L * hour);
            counted(webKey, at, at, "allowed", 1);
            counted(bobsKey, at, at, "allowed", 1);
            counted(bobsKey, at.minus(2, ChronoUnit.DAYS), at, "allowed", 1);
        }
        var query = "granularity=hour&from=" + first + "&to=" + first.plus(1, ChronoUnit.DAYS);
        var seen = new ArrayList<String>();
        var cursor = "";
        do {
            var page =
                    operator.get(path(query + "&limit=4" + cursor)).expect(200).json();
            page.path("items")
                    .forEach(line -> seen.add(line.path("idempotency_key").asString()));
            cursor = page.path("next_cursor").isNull()
                    ? ""
                    : "&cursor=" + page.path("next_cursor").asString();
        } while (!cursor.isEmpty());
        assertThat(seen).hasSize(30);
        assertThat(new HashSet<>(seen)).hasSize(30);

        var csv = operator.get(path(query + "&format=csv")).raw().body().lines().toList();
        assertThat(csv).hasSize(31);
        assertThat(csv.getFirst())
                .startsWith("time,late_for,closed,organization_id,organization_external_id,holder_type");
        assertThat(csv.stream()
                        .skip(1)
                        .map(line -> line.substring(line.lastIndexOf(',') + 1))
                        .toList())
                .isEqualTo(seen);
        var lines = operator.get(path(query + "&format=ndjson"))
                .raw()
                .body()
                .lines()
                .toList();
        assertThat(lines).hasSize(30).allMatch(line -> line.startsWith("{\"time\":\"") && line.contains("\"acme\""));
    }

    @Test
    void a_key_that_moves_takes_nothing_with_it_that_was_added_up() {
        counted(bobsKey, first, first, "allowed", 1);
        var range = "from=" + first + "&to=" + first.plusSeconds(3_600) + "&granularity=hour&by=billed_to";
        var before = lines(range);
        assertThat(before).containsExactly(at(first) + " team ops 1/1 1+0 2 closed");
        operator.patch("/v1/keys/" + bobsKey.at("id"), Map.of("billed_to", web)).expect(200);
        assertThat(lines(range)).isEqualTo(before);
        operator.patch("/v1/keys/" + bobsKey.at("id"), Map.of("billed_to", ops)).expect(200);
    }

    @Test
    void what_is_used_after_a_key_has_moved_is_billed_to_whom_it_belongs_then() {
        var key = key(Map.of("type", "team", "team", ops));
        counted(key, first, first, "allowed", 1);
        operator.post("/v1/keys/" + key.at("id") + "/move", Map.of("unit", web)).expect(200);
        counted(key, first, first, "allowed", 2);

        assertThat(lines("from=" + first + "&to=" + first.plusSeconds(3_600) + "&granularity=hour&by=unit"))
                .contains(at(first) + " team ops 1/1 1+0 2 closed", at(first) + " team web 1/1 2+0 4 closed");
    }

    @Test
    void it_is_shown_to_whoever_may_read_keys_of_the_keys_that_they_see() {
        counted(webKey, first, first, "allowed", 5);
        counted(bobsKey, first, first, "allowed", 3);
        var range = "from=" + first + "&to=" + first.plusSeconds(3_600) + "&granularity=hour";
        operator.as("").get("/v1/usage").expect(401);
        operator.get("/v1/usage").expect(422);
        operator.as(cluster.issue(acme, "sessions:read").at("secret"))
                .get("/v1/usage")
                .expect(403);
        var stranger =
                operator.as(cluster.issue(cluster.organization("stranger"), "*").at("secret"));
        stranger.get(path(range)).expect(404);
        assertThat(stranger.get("/v1/usage?" + range).expect(200).at("items")).isEqualTo("[]");
        var ofWeb = operator.as(operator.post(
                        "/v1/keys",
                        Map.of(
                                "type",
                                "team",
                                "team",
                                web,
                                "organization",
                                acme,
                                "name",
                                "n",
                                "scopes",
                                List.of("keys:read")))
                .expect(201)
                .at("secret"));
        assertThat(shown(ofWeb.get("/v1/usage?" + range).expect(200).json()))
                .containsExactly(at(first) + " team web 1/1 5+0 10 closed");
    }

    @Test
    void what_cannot_be_asked_is_refused_by_the_name_of_the_parameter() {
        refused("granularity=week", "granularity");
        refused("by=colour", "by");
        refused("closed=perhaps", "closed");
        refused("format=xml", "format");
        refused("format=csv&limit=3", "limit");
        refused("from=yesterday", "from");
        refused("cursor=junk", "cursor");
        refused("granularity=total&from=2030-01-01T00:00:00Z&to=2030-03-01T00:00:00Z", "from");
        assertThat(operator.get(path("colour=red")).code()).isEqualTo("unknown_parameter");
    }

    private static void refused(String query, String parameter) {
        var answer = operator.get(path(query)).expect(422);
        assertThat(answer.code()).isEqualTo("invalid_parameter");
        assertThat(answer.at("field")).isEqualTo(parameter);
    }
}
