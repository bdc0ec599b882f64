package dev.shearline.server.verify;

import static org.assertj.core.api.Assertions.assertThat;

import dev.shearline.server.testing.Api;
import dev.shearline.server.testing.Cluster;
import dev.shearline.server.testing.Eventually;
import dev.shearline.token.KeyDigest;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("storage")
class ImportedKeyTest {

    private static Cluster cluster;

    @BeforeAll
    static void start() {
        cluster = Cluster.start(2);
        cluster.organization("acme");
    }

    @AfterAll
    static void stop() {
        cluster.close();
    }

    private static Api.Answer importing(Map<String, ?> found) {
        var item = new HashMap<String, Object>(
                Map.of("type", "team", "name", "n", "organization", "ext:acme", "scopes", List.of("resources:read")));
        item.putAll(found);
        return cluster.api(0)
                .post("/v1/keys/import", Map.of("items", List.of(item)))
                .expect(200);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"old-0123456789", "with blanks, and ✓ more", "a", "shl_is_no_key_of_ours_but_begins_like_one"})
    void a_key_of_any_shape_is_known_to_every_node(String key) {
        assertThat(cluster.api(1).verify(key)).isNotEqualTo("allowed");

        var report = importing(Map.of("hash", Map.of("value", KeyDigest.of(key).toHex())));

        assertThat(report.at("propagation/complete")).isEqualTo("true");
        var verdict = cluster.api(1)
                .post("/v1/keys/verify", Map.of("key", key, "scopes", List.of("resources:read")))
                .expect(200);
        assertThat(verdict.code()).isEqualTo("allowed");
        assertThat(verdict.at("key_id")).isEqualTo(report.at("items/0/id"));
        assertThat(cluster.api(1)
                        .post("/v1/keys/verify", Map.of("key", key, "scopes", List.of("sessions:write")))
                        .code())
                .isEqualTo("insufficient_scope");
    }

    @Test
    void a_node_that_starts_later_knows_it_and_its_end_reaches_all() {
        var key = "old-and-well-known-0123456789";
        var id = importing(Map.of("plaintext", key)).at("items/0/id");
        var late = cluster.join();
        var there = new Api(Cluster.uri(late), cluster.operator());
        assertThat(there.verify(key)).isEqualTo("allowed");

        var revoked = cluster.api(1).post("/v1/keys/" + id + "/revoke").expect(200);

        assertThat(revoked.at("propagation/complete")).isEqualTo("true");
        assertThat(there.verify(key)).isEqualTo("revoked");
        assertThat(importing(Map.of("plaintext", key)).at("items/0/status")).isEqualTo("already_exists");
        assertThat(there.verify(key)).isEqualTo("revoked");
    }

    @Test
    void its_successor_is_a_key_of_ours_and_may_end_it_by_its_first_use() {
        var key = "old-and-to-be-rotated-0123456789";
        var id = importing(Map.of("plaintext", key)).at("items/0/id");
        var successor = cluster.api(0)
                .post("/v1/keys/" + id + "/rotate", Map.of("grace", "1h", "end_at_first_use", true))
                .expect(201)
                .at("secret");
        assertThat(cluster.api(0).verify(key)).isEqualTo("allowed");

        assertThat(cluster.api(0).verify(successor)).isEqualTo("allowed");

        Eventually.isTrue(
                "the imported key has ended", () -> cluster.api(0).verify(key).equals("revoked"));
    }
}
