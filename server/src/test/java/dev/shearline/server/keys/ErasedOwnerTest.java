package dev.shearline.server.keys;

import static org.assertj.core.api.Assertions.assertThat;

import dev.shearline.server.net.IpAddress;
import dev.shearline.server.testing.Cluster;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What is left of somebody who is erased, in the keys that were theirs. */
@Tag("storage")
class ErasedOwnerTest {

    private static final String USED = """
            UPDATE api_key_activity SET last_used_at = now(), last_used_address = '203.0.113.9' WHERE key_id = ?
            """;

    private static final String CALLED = """
            INSERT INTO usage_caller (key_id, organization_id, day, other, address, route, user_agent, count, last_at)
            SELECT id, organization_id, current_date, false, '203.0.113.9', '', '', 1, now() FROM api_key WHERE id = ?
            """;

    @Test
    void the_addresses_that_their_keys_were_used_from_are_forgotten_for_good() {
        try (var cluster = Cluster.start(1)) {
            var theirs = IntStream.range(0, 3)
                    .mapToObj(_ -> personal(cluster, "ada"))
                    .toList();
            var other = personal(cluster, "bob");
            var unused = personal(cluster, "ada");
            List.of(theirs.get(0), theirs.get(1), theirs.get(2), other)
                    .forEach(key -> cluster.schema().execute(USED, key));
            List.of(theirs.get(0), other).forEach(key -> cluster.schema().execute(CALLED, key));
            var ada = cluster.api().get("/v1/users/ext:ada").expect(200).at("id");
            cluster.api().delete("/v1/users/" + ada);

            cluster.api().post("/v1/users/" + ada + "/erase").expect(200);

            assertThat(theirs).allSatisfy(key -> {
                var shown = cluster.api().get("/v1/keys/" + key).expect(200);
                assertThat(shown.at("last_used_address")).isEmpty();
                assertThat(shown.at("last_used_at")).isNotEmpty();
            });
            assertThat(cluster.api().get("/v1/keys/" + other).at("last_used_address"))
                    .isEqualTo("203.0.113.9");
            assertThat(cluster.schema().query("SELECT string_agg(key_id, ',') FROM usage_caller"))
                    .isEqualTo(other);
            assertThat(address(cluster, unused)).isEqualTo(KeyRow.Activity.FORGOTTEN);
        }
    }

    @Test
    void a_use_that_was_still_to_be_written_does_not_bring_an_address_back() {
        try (var rig = new KeyRig()) {
            var key = rig.created("").text("id");
            rig.schema.execute("UPDATE api_key_activity SET last_used_address = '' WHERE key_id = ?", key);

            rig.lastUsed.record(KeyRowMapper.key(key), IpAddress.find("203.0.113.9"), rig.clock.instant());
            rig.lastUsed.flush();

            var shown = rig.get(rig.operator, "/v1/keys/" + key);
            assertThat(shown.text("last_used_at")).isNotEmpty();
            assertThat(shown.text("last_used_address")).isEmpty();
        }
    }

    private static String personal(Cluster cluster, String user) {
        return cluster.api()
                .post(
                        "/v1/keys",
                        Map.of(
                                "type",
                                "personal",
                                "name",
                                "Laptop",
                                "user",
                                Map.of("external_id", user, "name", user),
                                "scopes",
                                List.of("resources:read")))
                .expect(201)
                .at("id");
    }

    private static String address(Cluster cluster, String key) {
        return cluster.schema().query("SELECT last_used_address FROM api_key_activity WHERE key_id = ?", key);
    }
}
