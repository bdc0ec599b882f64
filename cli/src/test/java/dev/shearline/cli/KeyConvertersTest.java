package dev.shearline.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

class KeyConvertersTest {
    private static final String HASH = "x5kQ0d3gWl8Yb2n7mVtR1cZ4sA6uE9oP_iJwKfHqLTM";

    private static JsonNode json(String text) {
        return ApiClient.JSON.readTree(text.replace('\'', '"'));
    }

    private static KeyConverter.Converted of(KeyConverter converter, String row) {
        return converter.convert(new ForeignRow((ObjectNode) json(row)));
    }

    @Test
    void a_row_of_better_auth_becomes_a_key() {
        var converted = of(new BetterAuthKeys(), """
                {'id': 'k1', 'configId': 'default', 'name': 'CI', 'start': 'proj_a', 'prefix': 'proj_', 'key': '%s',
                 'referenceId': 'user_7', 'refillInterval': null, 'enabled': true, 'rateLimitEnabled': true, 'rateLimitMax': 10,
                 'remaining': 5, 'expiresAt': '2031-01-01T00:00:00.000Z', 'createdAt': '2024-05-01T09:00:00.000Z',
                 'permissions': '{\\\\'files\\\\':[\\\\'read\\\\',\\\\'write\\\\']}', 'metadata': '{\\\\'plan\\\\':\\\\'pro\\\\'}'}
                """.formatted(HASH).replace("\\\\'", "\\\""));

        assertThat(converted.item()).isEqualTo(json("""
                {'hash': {'algorithm': 'sha256', 'encoding': 'base64url', 'value': '%s'}, 'name': 'CI', 'prefix': 'proj_a',
                 'created_at': '2024-05-01T09:00:00Z', 'expires_at': '2031-01-01T00:00:00Z', 'metadata': {'plan': 'pro'},
                 'scopes': ['files:read', 'files:write']}
                """.formatted(HASH)));
        assertThat(converted.owner()).contains("user_7");
        assertThat(converted.lost()).containsExactly("a number of uses left", "a rate limit");
    }

    @Test
    void a_row_of_better_auth_in_csv_and_of_its_earlier_releases_becomes_one_too() {
        var row = ImportFile.rows(
                        "id,name,start,key,user_id,enabled,remaining,expires_at,created_at,permissions,metadata\n"
                                + "k1,,proj_a," + HASH + ",u-1,0,,,2024-05-01 09:00:00.5,NULL,\"{\"\"a\"\":1}\"\n")
                .getFirst();
        var converted = new BetterAuthKeys().convert(new ForeignRow(row));

        assertThat(converted.owner()).contains("u-1");
        assertThat(converted.item().path("name").asString()).isEqualTo("proj_a");
        assertThat(converted.item().path("disabled").asBoolean()).isTrue();
        assertThat(converted.item().path("created_at").asString()).isEqualTo("2024-05-01T09:00:00.500Z");
        assertThat(converted.item().path("metadata")).isEqualTo(json("{'a': 1}"));
        assertThat(converted.item().has("scopes")).isFalse();
        assertThat(converted.item().has("expires_at")).isFalse();
    }

    @Test
    void where_better_auth_was_told_not_to_hash_the_key_is_plain_text() {
        var converted = of(new BetterAuthKeys(), "{'key': 'proj_a0123456789', 'start': 'proj_a'}");

        assertThat(converted.item().path("plaintext").asString()).isEqualTo("proj_a0123456789");
        assertThat(converted.item().has("hash")).isFalse();
    }

    @Test
    void what_is_used_up_is_not_brought_back_to_life() {
        assertThat(of(new BetterAuthKeys(), "{'key': 'x', 'remaining': 0}")
                        .item()
                        .path("disabled")
                        .asBoolean())
                .isTrue();
        assertThat(of(new BetterAuthKeys(), "{'key': 'x', 'remaining': 0, 'refillAmount': 10}")
                        .item()
                        .has("disabled"))
                .isFalse();
        assertThat(of(new UnkeyKeys(), "{'hash': 'x', 'remaining_requests': 0}")
                        .item()
                        .path("disabled")
                        .asBoolean())
                .isTrue();
    }

    @Test
    void a_row_of_unkeys_table_becomes_a_key() {
        var converted = of(new UnkeyKeys(), """
                {'id': 'key_1', 'hash': 'h+/=', 'start': 'sk_live_4Xy', 'name': null, 'owner_id': 'acme', 'meta': '{\\\\'a\\\\':1}',
                 'created_at': '2024-05-01 09:00:00.123', 'expires': '2031-01-01 00:00:00', 'enabled': 1, 'environment': 'test',
                 'ratelimit_limit': 10, 'deleted_at': null}
                """.replace("\\\\'", "\\\""));

        assertThat(converted.item()).isEqualTo(json("""
                {'hash': {'algorithm': 'sha256', 'encoding': 'base64', 'value': 'h+/='}, 'name': 'sk_live_4Xy', 'prefix': 'sk_live_4Xy',
                 'created_at': '2024-05-01T09:00:00.123Z', 'expires_at': '2031-01-01T00:00:00Z', 'metadata': {'a': 1}, 'mode': 'test'}
                """));
        assertThat(converted.owner()).contains("acme");
        assertThat(converted.lost()).containsExactly("a rate limit");
    }

    @Test
    void an_answer_of_unkeys_api_becomes_a_key_where_it_is_recoverable() {
        var converted = of(new UnkeyKeys(), """
                {'keyId': 'key_1', 'start': 'sk_4Xy', 'enabled': false, 'name': 'Payments', 'meta': {'a': [1]},
                 'createdAt': 1701425400000, 'expires': 1924992000000, 'permissions': ['documents.read', 'dns.record.create', 'a:b', '*'],
                 'roles': ['admin'], 'credits': {'remaining': 7}, 'identity': {'id': 'id_1', 'externalId': 'user_1'},
                 'plaintext': 'sk_4XyABC'}
                """);

        assertThat(converted.item()).isEqualTo(json("""
                {'plaintext': 'sk_4XyABC', 'name': 'Payments', 'prefix': 'sk_4Xy', 'created_at': '2023-12-01T10:10:00Z',
                 'expires_at': '2031-01-01T00:00:00Z', 'metadata': {'a': [1]},
                 'scopes': ['documents:read', 'dns.record:create', 'a:b', '*'], 'disabled': true}
                """));
        assertThat(converted.owner()).contains("user_1");
        assertThat(converted.lost()).containsExactly("a number of uses left", "roles");
        assertThatThrownBy(() -> of(new UnkeyKeys(), "{'keyId': 'key_1', 'start': 'sk_4Xy'}"))
                .hasMessageContaining("decrypt: true");
        assertThatThrownBy(() -> of(new UnkeyKeys(), "{'hash': 'x', 'deletedAt': 1701425400000}"))
                .hasMessageContaining("revoked");
    }

    @Test
    void the_hash_in_a_row_of_another_system_is_not_taken_for_a_key() {
        var row = "{'id': 'k1', 'key': '%s', 'start': 'proj_a', 'referenceId': 'user_7'}".formatted(HASH);
        assertThatThrownBy(() -> of(new UnkeyKeys(), row)).hasMessageContaining("neither");
        assertThatThrownBy(() -> of(new UnkeyKeys(), row.replace("'key'", "'plaintext'")))
                .hasMessageContaining("is not the key in plain text");
    }

    @ParameterizedTest
    @CsvSource({
        "1701425400, 2023-12-01T10:10:00Z",
        "1701425400000, 2023-12-01T10:10:00Z",
        "2024-05-01T09:00:00+02:00, 2024-05-01T07:00:00Z",
        "2024-05-01 09:00:00+02, 2024-05-01T07:00:00Z",
        "2024-05-01 09:00, 2024-05-01T09:00:00Z"
    })
    void times_are_written_in_many_ways(String text, String meant) {
        var row = new ForeignRow(ApiClient.object().put("at", text));
        assertThat(row.time("at").orElseThrow()).hasToString(meant);
    }

    @Test
    void what_is_no_time_and_no_truth_is_said_without_being_repeated() {
        assertThatThrownBy(() -> of(new UnkeyKeys(), "{'hash': 'x', 'expires': 'soon'}"))
                .hasMessage("expires is no time.");
        assertThatThrownBy(() -> of(new UnkeyKeys(), "{'hash': 'x', 'enabled': 'maybe'}"))
                .hasMessage("enabled is neither true nor false.");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[{\"a\":\"1\"},{\"a\":\"2\"}]",
                "{\"items\":[{\"a\":\"1\"},{\"a\":\"2\"}],\"next\":null}",
                "{\"data\":{\"keys\":[{\"a\":\"1\"},{\"a\":\"2\"}]}}",
                "{\"a\":\"1\"}\n\n{\"a\":\"2\"}",
                "a,b\r\n1,\r\n2,\r\n",
                "\"a\"\n\"1\"\n\"2\""
            })
    void files_of_keys_have_many_forms(String text) {
        assertThat(ImportFile.rows(text))
                .containsExactly(
                        ApiClient.object().put("a", "1"), ApiClient.object().put("a", "2"));
    }

    @Test
    void a_cell_in_quotes_holds_everything() {
        assertThat(CsvRows.of("a,b\n\"1, \"\"2\"\"\n3\",x\n").getFirst())
                .isEqualTo(ApiClient.object().put("a", "1, \"2\"\n3").put("b", "x"));
        for (var broken : new String[] {"a,b\n1\n", "a\n\"1", "a\n\"1\"2\n"}) {
            assertThatThrownBy(() -> CsvRows.of(broken)).isInstanceOf(IllegalArgumentException.class);
        }
    }
}
