package dev.shearline.server.usage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.shearline.server.testing.Api;
import dev.shearline.server.testing.Cluster;
import dev.shearline.server.testing.Eventually;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What others have counted who answer from memory. */
@Tag("storage")
class UsageReportsTest {

    private static final String PATH = "/v1/usage-reports";

    private static Cluster cluster;
    private static String acme;
    private static Api operator;
    private static int sources;

    @BeforeAll
    static void start() {
        cluster = Cluster.start(1);
        acme = cluster.organization("acme");
        operator = cluster.api();
    }

    @AfterAll
    static void stop() {
        cluster.close();
    }

    private static String source() {
        return "a-source-with-a-random-name-" + sources++;
    }

    private static String hour() {
        return Instant.now().truncatedTo(ChronoUnit.HOURS).toString();
    }

    private static Map<String, Object> item(String key, String hour, String outcome, long count, long units) {
        return Map.of("key_id", key, "hour", hour, "outcome", outcome, "count", count, "units", units);
    }

    private static Map<String, Object> report(String source, List<Map<String, Object>> items) {
        return Map.of("source", source, "items", items);
    }

    private static String total(String id) {
        return operator.get("/v1/keys/" + id + "/usage?granularity=hour")
                .expect(200)
                .at("total");
    }

    @Test
    void a_report_counts_once_however_often_it_comes_and_the_last_one_closes_its_source() {
        var id = cluster.issue(acme, "sessions:read").at("id");
        var source = source();
        var hour = hour();
        var first = report(source, List.of(item(id, hour, "allowed", 3, 5), item(id, hour, "wrong_mode", 1, 1)));
        assertThat(operator.post(PATH, first).expect(200).at("closed")).isEqualTo("false");
        operator.post(PATH, first).expect(200);
        assertThat(total(id)).isEqualTo("{\"allowed\":3,\"denied\":{\"wrong_mode\":1},\"units\":5}");

        var last = new HashMap<>(report(source, List.of(item(id, hour, "allowed", 10, 12))));
        last.put("last", true);
        assertThat(operator.post(PATH, last).expect(200).at("closed")).isEqualTo("true");
        assertThat(operator.post(PATH, last).expect(200).at("closed")).isEqualTo("true");
        assertThat(operator.post(PATH, report(source, List.of(item(id, hour, "allowed", 90, 90))))
                        .expect(200)
                        .at("closed"))
                .isEqualTo("true");
        assertThat(total(id)).isEqualTo("{\"allowed\":10,\"denied\":{\"wrong_mode\":1},\"units\":12}");
    }

    @Test
    void a_source_belongs_to_who_opened_it() {
        var id = cluster.issue(acme, "sessions:read").at("id");
        var another = operator.as(cluster.issue(acme, "keys:verify").at("secret"));
        var source = source();
        var hour = hour();
        operator.post(PATH, report(source, List.of(item(id, hour, "allowed", 3, 3))))
                .expect(200);
        another.post(PATH, report(source, List.of(item(id, hour, "allowed", 4, 4))))
                .expect(200);
        assertThat(total(id)).isEqualTo("{\"allowed\":7,\"denied\":{},\"units\":7}");
    }

    @Test
    void nobody_counts_for_keys_of_another_organization_and_is_not_told_so() {
        var foreign = cluster.issue(acme, "sessions:read").at("id");
        var other = cluster.organization("other");
        var own = cluster.issue(other, "sessions:read").at("id");
        var caller = operator.as(cluster.issue(other, "keys:verify").at("secret"));
        var hour = hour();
        for (var id : List.of(foreign, own, "key_000000000000")) {
            var answer = caller.post(PATH, report(source(), List.of(item(id, hour, "allowed", 3, 3))))
                    .expect(200);
            assertThat(answer.raw().body()).isEqualTo("{\"closed\":false}");
        }
        assertThat(total(foreign)).isEqualTo("{\"allowed\":0,\"denied\":{},\"units\":0}");
        assertThat(total(own)).isEqualTo("{\"allowed\":3,\"denied\":{},\"units\":3}");
        Eventually.isTrue(
                "its use is noted",
                () -> !operator.get("/v1/keys/" + own).at("last_used_at").isEmpty());
        assertThat(operator.get("/v1/keys/" + foreign).at("last_used_at")).isEmpty();
    }

    @Test
    void what_makes_no_sense_is_refused_by_its_field() {
        var id = cluster.issue(acme, "sessions:read").at("id");
        var hour = hour();
        var good = item(id, hour, "allowed", 3, 3);
        Map.of(
                        "items[0].hour",
                                item(id, Instant.now().plusSeconds(7_200).toString(), "allowed", 1, 1),
                        "items[0].outcome", item(id, hour, "malformed", 1, 1),
                        "items[0].count", item(id, hour, "allowed", 0, 1),
                        "items[0].units", item(id, hour, "allowed", 2, 1))
                .forEach((field, bad) -> assertThat(operator.post(PATH, report(source(), List.of(bad)))
                                .expect(422)
                                .at("field"))
                        .isEqualTo(field));
        assertThat(operator.post(PATH, report(source(), List.of(item(id, hour, "allowed", 2, 2_000_001))))
                        .expect(422)
                        .at("field"))
                .isEqualTo("items[0].units");
        assertThat(operator.post(PATH, report("short", List.of(good)))
                        .expect(422)
                        .at("field"))
                .isEqualTo("source");
        assertThat(operator.post(PATH, report(source(), List.of(good, good)))
                        .expect(422)
                        .at("field"))
                .isEqualTo("items[1]");
        operator.post(PATH + "?x=1", report(source(), List.of(good))).expect(422);
        operator.postRaw(PATH, "{\"source\":").expect(400);
    }

    @Test
    void only_who_may_verify_may_report() {
        var report = report(source(), List.of());
        operator.as("").post(PATH, report).expect(401);
        operator.as(cluster.issue(acme, "keys:read").at("secret"))
                .post(PATH, report)
                .expect(403);
    }

    @Test
    void a_report_leaves_no_trace_in_the_audit_log() {
        var id = cluster.issue(acme, "sessions:read").at("id");
        operator.post(PATH, report(source(), List.of(item(id, hour(), "allowed", 1, 1))))
                .expect(200);
        assertThat(cluster.audit(id)).isEqualTo("key.created");
    }
}
