package dev.shearline.server.keys;

import static org.assertj.core.api.Assertions.assertThat;

import dev.shearline.server.testing.Cluster;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Whoever asks at the same time, and wherever: no more live than the plan includes. */
@Tag("storage")
class PlanNumberRaceTest {

    private static final int CREATES = 100;

    private static Cluster cluster;

    @BeforeAll
    static void start() {
        cluster = Cluster.start(2);
    }

    @AfterAll
    static void stop() {
        cluster.close();
    }

    private static String organization(String name, String plan) {
        var id = cluster.organization(name);
        cluster.api()
                .patch("/v1/organizations/" + id + "/plan", Map.of("plan", plan))
                .expect(200);
        return id;
    }

    private static String create(int node, String organization) {
        var answer = cluster.api(node)
                .post("/v1/keys", Map.of("type", "ci", "name", "n", "organization", organization, "scopes", List.of()));
        return answer.status() == 201 ? "made" : answer.code();
    }

    private static String living(String organization) {
        return cluster.schema()
                .query(
                        "SELECT count(*) FROM api_key WHERE organization_id = ? AND state IN ('active', 'disabled')",
                        organization);
    }

    @Test
    void a_hundred_creates_at_once_on_two_nodes_make_what_the_plan_includes() throws InterruptedException {
        for (var plan : List.of("pro", "scale")) {
            var organization = organization("race-" + plan, plan);
            var work = new ArrayList<Callable<String>>();
            for (int i = 0; i < CREATES; i++) {
                int node = i % 2;
                work.add(() -> create(node, organization));
            }
            var said = new ArrayList<String>();
            try (var threads = Executors.newFixedThreadPool(CREATES)) {
                for (var answer : threads.invokeAll(work)) {
                    said.add(answer.resultNow());
                }
            }
            var included = plan.equals("pro") ? "1" : "3";
            assertThat(living(organization)).isEqualTo(included);
            assertThat(said.stream().filter("made"::equals).count()).isEqualTo(Long.parseLong(included));
            // a pool that is full for two seconds is an answer too
            assertThat(said)
                    .contains("plan_limit_reached")
                    .isSubsetOf("made", "plan_limit_reached", "database_unavailable");
        }
    }

    @Test
    void keys_that_are_rotated_at_once_wherever_leave_two_of_a_token_at_work() throws InterruptedException {
        var organization = organization("race-rotation", "pro");
        var first = cluster.api()
                .post(
                        "/v1/keys",
                        Map.of("type", "ci", "name", "n", "organization", organization, "scopes", List.of("keys:*")))
                .expect(201);
        var work = new ArrayList<Callable<Integer>>();
        for (int i = 0; i < CREATES; i++) {
            var api = cluster.api(i % 2);
            work.add(() -> {
                // whatever is the last by now
                var last = cluster.schema()
                        .query(
                                "SELECT id FROM api_key WHERE organization_id = ? AND rotated_to IS NULL ORDER BY created_at DESC LIMIT 1",
                                organization);
                return api.post("/v1/keys/" + last + "/rotate", Map.of("grace", "30d"))
                        .status();
            });
        }
        var said = new ArrayList<Integer>();
        try (var threads = Executors.newFixedThreadPool(16)) {
            for (var answer : threads.invokeAll(work)) {
                said.add(answer.resultNow());
            }
        }
        assertThat(living(organization)).isEqualTo("2");
        assertThat(said.stream().filter(status -> status == 201).count()).isOne();
        assertThat(said).isSubsetOf(201, 409, 503);
        assertThat(create(0, organization)).isEqualTo("plan_limit_reached");
        assertThat(cluster.api().as(first.at("secret")).get("/v1/keys/self").status())
                .isEqualTo(200);
    }

    @Test
    void a_plan_that_gets_its_number_under_creates_is_not_exceeded_by_those_that_come_later()
            throws InterruptedException {
        var organization = organization("race-change", "custom");
        var work = new ArrayList<Callable<String>>();
        for (int i = 0; i < CREATES; i++) {
            int node = i % 2;
            int number = i;
            work.add(() -> number == CREATES / 4
                    ? cluster.api(node)
                            .patch("/v1/organizations/" + organization + "/plan", Map.of("plan", "scale"))
                            .expect(200)
                            .at("used/ci")
                    : create(node, organization));
        }
        var said = new ArrayList<String>();
        try (var threads = Executors.newFixedThreadPool(16)) {
            for (var answer : threads.invokeAll(work)) {
                said.add(answer.resultNow());
            }
        }
        int atTheChange = said.stream()
                .filter(text -> text.matches("[0-9]+"))
                .mapToInt(Integer::parseInt)
                .findFirst()
                .orElseThrow();
        assertThat(Integer.parseInt(living(organization))).isEqualTo(Math.max(3, atTheChange));
    }
}
