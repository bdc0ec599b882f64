package dev.shearline.server.keys;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is as large as it may be is taken, and one more is refused. */
@Tag("storage")
class BoundsTest {

    private static KeyRig rig;

    @BeforeAll
    static void start() {
        rig = new KeyRig();
    }

    @AfterAll
    static void stop() {
        rig.close();
    }

    private static KeyRig.Answer create(String fields) {
        return rig.create(rig.operator, "{\"name\":\"n\",\"scopes\":[]," + fields + "}");
    }

    private static KeyRig.Answer team(String fields) {
        return create("\"type\":\"team\",\"team\":\"team_web\"," + fields);
    }

    private static void assertBound(String field, KeyRig.Answer most, KeyRig.Answer oneMore) {
        assertThat(most.status()).as(most.toString()).isEqualTo(201);
        assertThat(oneMore.status()).as(field).isEqualTo(422);
        assertThat(oneMore.code()).isEqualTo("invalid_field");
        assertThat(oneMore.text("field")).isEqualTo(field);
    }

    @Test
    void fifty_blocks_of_addresses() {
        var most = team(cidrs(50));
        assertBound("cidrs", most, team(cidrs(51)));
        assertThat(most.body().path("cidrs").size()).isEqualTo(50);
    }

    private static String cidrs(int number) {
        return IntStream.range(0, number)
                .mapToObj(i -> "\"10.0." + i + ".0/24\"")
                .collect(Collectors.joining(",", "\"cidrs\":[", "]"));
    }

    @Test
    void four_kibibytes_of_metadata_and_256_bytes_for_verdicts() {
        for (var field : new String[] {"metadata", "verified_metadata"}) {
            int max = field.equals("metadata") ? 4_096 : 256;
            var most = team(object(field, max));
            assertBound(field, most, team(object(field, max + 1)));
            assertThat(rig.get(rig.operator, "/v1/keys/" + most.text("id"))
                            .body()
                            .path(field)
                            .toString())
                    .hasSize(max);
        }
    }

    /** A JSON object of so many bytes. */
    private static String object(String field, int bytes) {
        return "\"" + field + "\":{\"a\":\"" + "x".repeat(bytes - "{\"a\":\"\"}".length()) + "\"}";
    }

    @Test
    void an_external_id_of_255_characters() {
        var most =
                create("\"type\":\"ci\",\"organization\":{\"external_id\":\"" + "o".repeat(255) + "\",\"name\":\"O\"}");
        assertBound(
                "external_id",
                most,
                create("\"type\":\"ci\",\"organization\":{\"external_id\":\"" + "o".repeat(256)
                        + "\",\"name\":\"O\"}"));
        assertThat(most.body().path("organization").path("external_id").asString())
                .isEqualTo("o".repeat(255));
        assertThat(create("\"type\":\"ci\",\"organization\":\"ext:" + "o".repeat(255) + "\"")
                        .status())
                .isEqualTo(201);
        assertThat(create("\"type\":\"ci\",\"organization\":\"ext:" + "o".repeat(256) + "\"")
                        .status())
                .isEqualTo(422);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
            "type":"ephemeral","organization":"org_acme" | 24h | 25h | PT24H
            "type":"ci","organization":"org_thrift" | 90d | 91d | P90D
            "type":"team","organization":"org_thrift" | 1y | 366d | P365D
            "type":"personal","organization":"org_thrift","user":"usr_bob" | 365d | 366d | P365D
            "type":"team","organization":"org_acme" | 10y | 3651d | P3650D
            "type":"ci","organization":"org_acme" | 3650d | 3651d | P3650D
            """)
    void the_longest_life_of_each_type_and_plan(String fields, String most, String more, String length) {
        // first, while there is room for one
        var oneMore = create(fields + ",\"expires_in\":\"" + more + "\"");
        var key = create(fields + ",\"expires_in\":\"" + most + "\"");
        assertThat(key.status()).as(key.toString()).isEqualTo(201);
        assertThat(oneMore.text("field")).isEqualTo("expires_in");
        assertThat(oneMore.code()).isEqualTo(fields.contains("thrift") ? "lifetime_not_in_plan" : "invalid_field");
        assertThat(Duration.between(Instant.parse(key.text("created_at")), Instant.parse(key.text("expires_at"))))
                .isEqualTo(Duration.parse(length));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
            ~~              | PT24H
            {}              | PT24H
            {"grace":"24h"} | PT24H
            {"grace":"30d"} | P30D
            """)
    void the_grace_is_24_hours_unless_said_otherwise_and_30_days_at_most(String body, String length) {
        var key = team("\"expires_in\":\"90d\"");
        var next = rig.post(rig.operator, "/v1/keys/" + key.text("id") + "/rotate", body);
        assertThat(next.status()).as(next.toString()).isEqualTo(201);
        var old = rig.get(rig.operator, "/v1/keys/" + key.text("id"));
        assertThat(old.text("status")).isEqualTo("rotating");
        assertThat(Duration.between(Instant.parse(next.text("created_at")), Instant.parse(old.text("ends_at"))))
                .isEqualTo(Duration.parse(length));
        assertThat(old.body().path("end_at_first_use").asBoolean()).isFalse();
    }
}
