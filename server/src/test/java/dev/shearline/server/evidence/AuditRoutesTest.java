package dev.shearline.server.evidence;

import static org.assertj.core.api.Assertions.assertThat;

import dev.shearline.server.testing.Api;
import dev.shearline.server.testing.Cluster;
import dev.shearline.server.testing.Eventually;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.StringReader;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The audit log as its readers get it, from two nodes that both seal. */
@Tag("storage")
class AuditRoutesTest {

    private static final String EVENTS = "/v1/audit-events";
    private static final String CHECKPOINTS = "/v1/audit-checkpoints";

    private static final Duration SEAL_MAX = Duration.ofSeconds(1);
    private static final int TRIES = 20;

    private static Cluster cluster;
    private static HttpClient client;
    private static Api operator;
    private static Api auditor;
    private static String acme;
    private static String key;

    @BeforeAll
    static void start() {
        cluster = Cluster.start(2);
        client = HttpClient.newHttpClient();
        operator = cluster.api();
        acme = cluster.organization("acme");
        auditor = operator.as(cluster.issue(acme, "audit:read").at("secret"));
        key = cluster.issue(acme, "keys:read").at("id");
        for (int i = 0; i < 3; i++) {
            cluster.api(i % 2).post("/v1/keys/" + key + "/disable").expect(200);
            cluster.api(i % 2).post("/v1/keys/" + key + "/enable").expect(200);
        }
        Eventually.isTrue(
                "all is sealed",
                () -> cluster.schema()
                        .query("SELECT count(*) FROM audit_unsealed")
                        .equals("0"));
    }

    @AfterAll
    static void stop() {
        client.close();
        cluster.close();
    }

    private static HttpResponse<String> fetch(Api api, String path, String accept)
            throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(api.base().resolve(path))
                .header("Authorization", "Bearer " + api.credential().reveal())
                .header("Accept", accept)
                .build();
        return client.send(request, HttpResponse.BodyHandlers.ofString());
    }

    @Test
    void an_organization_reads_its_own_events_with_who_and_from_where() {
        var list = auditor.get(EVENTS + "?target=" + key + "&order=asc").expect(200);

        assertThat(list.json()
                        .at("/items")
                        .valueStream()
                        .map(item -> item.path("action").asString()))
                .containsExactly(
                        "key.created",
                        "key.disabled",
                        "key.enabled",
                        "key.disabled",
                        "key.enabled",
                        "key.disabled",
                        "key.enabled");
        assertThat(list.at("items/0/actor/kind")).isEqualTo("operator");
        assertThat(list.at("items/0/personal/address")).isEqualTo("127.0.0.1");
        assertThat(list.at("items/0/sealed")).isEqualTo("true");
        assertThat(list.at("items/0/erased")).isEqualTo("false");
        assertThat(list.at("items/0/organization")).isEqualTo(acme);
        assertThat(Long.parseLong(list.at("items/1/seq"))).isGreaterThan(Long.parseLong(list.at("items/0/seq")));
        assertThat(list.at("items/0/hash")).hasSize(64);
    }

    @Test
    void pages_together_are_the_whole_list() {
        var seen = new ArrayList<String>();
        var path = EVENTS + "?limit=3";
        var page = auditor.get(path).expect(200);
        while (true) {
            page.json().at("/items").forEach(item -> seen.add(item.path("id").asString()));
            if (page.at("next_cursor").isEmpty()) {
                break;
            }
            page = auditor.get(path + "&cursor=" + page.at("next_cursor")).expect(200);
        }
        assertThat(seen)
                .doesNotHaveDuplicates()
                .hasSize(Integer.parseInt(
                        cluster.schema().query("SELECT count(*) FROM audit_event WHERE organization_id = ?", acme)));
    }

    @Test
    void filters_are_joined() {
        var at = auditor.get(EVENTS + "?action=key.disabled&order=asc").at("items/1/at");
        assertThat(auditor.get(EVENTS + "?action=key.disabled&since=" + at)
                        .json()
                        .at("/items"))
                .hasSize(2);
        assertThat(auditor.get(EVENTS + "?action=key.disabled&until=" + at)
                        .json()
                        .at("/items"))
                .hasSize(1);
        var actor = operator.get("/v1/keys/self").at("id");
        assertThat(auditor.get(EVENTS + "?action=key.enabled&actor=" + actor)
                        .json()
                        .at("/items"))
                .hasSize(3);
        assertThat(auditor.get(EVENTS + "?actor=key_none").json().at("/items")).isEmpty();
    }

    @Test
    void an_operator_reads_every_chain_and_by_default_the_instances_own() {
        assertThat(operator.get(EVENTS + "?organization=ext:acme&target=" + key)
                        .json()
                        .at("/items"))
                .hasSize(7);
        var own = operator.get(EVENTS + "?limit=100").expect(200);
        assertThat(own.json().at("/items"))
                .isNotEmpty()
                .allMatch(item -> item.path("organization").asString().equals("org_instance"));
        assertThat(operator.get(EVENTS + "?limit=100&organization=org_instance").json())
                .isEqualTo(own.json());

        var closed = cluster.organization("closed");
        operator.delete("/v1/organizations/" + closed).expect(200);
        assertThat(operator.get(EVENTS + "?organization=" + closed).at("items/0/action"))
                .isEqualTo("organization.closed");
    }

    @ParameterizedTest
    @ValueSource(strings = {EVENTS, EVENTS + "/export", CHECKPOINTS, CHECKPOINTS + "/keys"})
    void only_who_holds_the_scope_reads_and_no_part_of_an_organization(String path) {
        assertThat(operator.as("").get(path).expect(401).code()).isEqualTo("unauthenticated");
        var narrow = operator.as(cluster.issue(acme, "keys:read").at("secret"));
        assertThat(narrow.get(path).expect(403).code()).isEqualTo("insufficient_scope");
        var team = operator.put("/v1/teams/ext:web", Map.of("organization", acme, "name", "Web"));
        var ofTeam = operator.post(
                "/v1/keys",
                Map.of(
                        "type",
                        "team",
                        "name",
                        "t",
                        "organization",
                        acme,
                        "team",
                        team.at("id"),
                        "scopes",
                        List.of("audit:read")));
        assertThat(operator.as(ofTeam.expect(201).at("secret"))
                        .get(path)
                        .expect(403)
                        .code())
                .isEqualTo("forbidden");
    }

    @ParameterizedTest
    @ValueSource(strings = {EVENTS, EVENTS + "/export", CHECKPOINTS})
    void another_organization_is_not_there(String path) throws Exception {
        var other = cluster.organization("other");
        var foreign = auditor.get(path + "?organization=" + other).expect(404);
        var absent = auditor.get(path + "?organization=org_0000000000000000").expect(404);
        assertThat(foreign.at("detail")).isEqualTo(absent.at("detail"));
        assertThat(auditor.get(path + "?organization=org_instance").status()).isEqualTo(404);
        assertThat(fetch(auditor, path + "?organization=" + acme, "*/*").statusCode())
                .isEqualTo(200);
    }

    @ParameterizedTest
    @CsvSource({
        "/v1/audit-events?since=yesterday, since",
        "/v1/audit-events?until=2030-99-01T00:00:00Z, until",
        "/v1/audit-events?order=up, order",
        "/v1/audit-events?format=xml, format",
        "/v1/audit-events?format=csv&limit=5, limit",
        "/v1/audit-events?cursor=x, cursor",
        "/v1/audit-events?colour=red, colour",
        "/v1/audit-events?actor=, actor",
        "/v1/audit-events/export?from_seq=0, from_seq",
        "/v1/audit-events/export?from_seq=1000000, from_seq",
        "/v1/audit-events/export?from_seq=3&to_seq=2, to_seq",
        "/v1/audit-checkpoints?limit=0, limit",
        "/v1/audit-checkpoints/keys?limit=1, limit"
    })
    void a_parameter_that_makes_no_sense_is_named(String path, String field) {
        assertThat(auditor.get(path).expect(422).at("field")).isEqualTo(field);
    }

    @Test
    void lines_and_csv_hold_all_events_and_no_formula() throws Exception {
        var evil = HttpRequest.newBuilder(auditor.base().resolve("/v1/keys/" + key + "/disable"))
                .header("Authorization", "Bearer " + cluster.operator().reveal())
                .header("User-Agent", "=cmd|'/c calc'!A1, \"x\"")
                .POST(HttpRequest.BodyPublishers.noBody())
                .build();
        assertThat(client.send(evil, HttpResponse.BodyHandlers.ofString()).statusCode())
                .isEqualTo(200);
        operator.post("/v1/keys/" + key + "/enable").expect(200);
        var count = Integer.parseInt(
                cluster.schema().query("SELECT count(*) FROM audit_event WHERE organization_id = ?", acme));

        var csv = fetch(auditor, EVENTS + "?format=csv", "*/*");
        var lines = fetch(auditor, EVENTS + "?order=asc", "application/x-ndjson");

        assertThat(csv.headers().firstValue("Content-Type")).contains("text/csv; charset=utf-8");
        assertThat(csv.body().lines()).hasSize(count + 1);
        assertThat(csv.body()).startsWith("seq,id,at,").contains(",\"'=cmd|'/c calc'!A1, \"\"x\"\"\",");
        assertThat(lines.headers().firstValue("Content-Type")).contains("application/x-ndjson");
        assertThat(lines.body().lines()).hasSize(count).allMatch(line -> line.startsWith("{\"id\":\"evt_"));
    }

    @Test
    void an_export_verifies_against_a_checkpoint_that_was_kept() throws Exception {
        var kept = auditor.get(CHECKPOINTS + "?limit=1").expect(200);
        var export = fetch(auditor, EVENTS + "/export", "*/*");

        assertThat(export.headers().firstValue("Content-Type")).contains("application/x-ndjson");
        var report = ExportVerification.verify(
                new BufferedReader(new StringReader(export.body())),
                KeptCheckpoint.readAll(kept.json().toString()),
                Set.of());
        assertThat(report).isInstanceOfSatisfying(ExportReport.Whole.class, whole -> {
            assertThat(whole.chain()).isEqualTo(acme);
            assertThat(whole.covered()).isEqualTo(whole.to());
            assertThat(whole.to()).isGreaterThanOrEqualTo(9);
        });
        assertThat(export.body()).as("nothing of others").doesNotContain("org_instance");
    }

    /** Best of some: a busy machine may be late once, a node that looks too seldom is late each time. */
    @Test
    void an_event_is_sealed_within_a_second_of_its_commit() {
        var took = Duration.ofDays(1);
        for (int i = 0; i < TRIES && took.compareTo(SEAL_MAX) > 0; i++) {
            long asked = System.nanoTime();
            var made = cluster.issue(acme, "keys:read").at("id");
            Eventually.isTrue(
                    "it is sealed",
                    () -> cluster.schema()
                            .query(
                                    "SELECT count(*) FROM audit_seal JOIN audit_event AS e ON e.id = event_id"
                                            + " WHERE e.target = ?",
                                    made)
                            .equals("1"));
            took = Duration.ofNanos(System.nanoTime() - asked);
        }
        assertThat(took).isLessThanOrEqualTo(SEAL_MAX);
    }

    @Test
    void checkpoints_are_listed_with_their_keys() {
        var newest = auditor.get(CHECKPOINTS + "?limit=1");
        var oldest = auditor.get(CHECKPOINTS + "?limit=1&order=asc");
        var second = auditor.get(CHECKPOINTS + "?limit=1&order=asc&cursor=" + oldest.at("next_cursor"));
        assertThat(Long.parseLong(newest.at("items/0/number")))
                .isGreaterThan(Long.parseLong(oldest.at("items/0/number")));
        assertThat(Long.parseLong(second.at("items/0/number")))
                .isGreaterThan(Long.parseLong(oldest.at("items/0/number")));

        var keys = auditor.get(CHECKPOINTS + "/keys").expect(200);
        assertThat(keys.json().at("/items")).hasSize(1);
        assertThat(keys.at("items/0/id")).isEqualTo(newest.at("items/0/key"));
    }
}
