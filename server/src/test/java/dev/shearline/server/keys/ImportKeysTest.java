package dev.shearline.server.keys;

import static dev.shearline.server.keys.ImportRig.foreign;
import static dev.shearline.server.keys.ImportRig.hex;
import static dev.shearline.server.keys.ImportRig.item;
import static dev.shearline.server.keys.ImportRig.plain;
import static dev.shearline.server.keys.ImportRig.row;
import static dev.shearline.server.keys.ImportRig.text;
import static org.assertj.core.api.Assertions.assertThat;

import dev.shearline.token.KeyDigest;
import java.util.Base64;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Tag("storage")
class ImportKeysTest {

    private static KeyRig rig;
    private static ImportRig imports;

    @BeforeAll
    static void start() {
        rig = new KeyRig();
        imports = new ImportRig(rig);
    }

    @AfterAll
    static void stop() {
        rig.close();
    }

    @Test
    void a_key_of_another_system_is_taken_over_with_all_that_is_known_of_it() {
        var key = foreign();
        var row = row(
                imports.imported(
                        rig.operator,
                        item(
                                hex(key),
                                ",\"description\":\"d\",\"created_at\":\"2020-05-01T09:00:00Z\",\"expires_at\":\"2031-01-01T00:00:00Z\","
                                        + "\"metadata\":{\"a\":1},\"cidrs\":[\"127.0.0.0/8\"],\"prefix\":\"acme-\",\"last_four\":\"nopq\"")),
                0);

        assertThat(text(row, "status")).isEqualTo("imported");
        var shown = imports.shown(row);
        assertThat(shown.text("created_at")).isEqualTo("2020-05-01T09:00:00.000Z");
        assertThat(shown.text("imported_at")).isNotEmpty();
        assertThat(shown.text("expires_at")).isEqualTo("2031-01-01T00:00:00.000Z");
        assertThat(shown.text("masked")).isEqualTo("acme-…nopq");
        assertThat(shown.body().at("/metadata/a").asInt()).isEqualTo(1);
        assertThat(shown.body().at("/owner/id").asString()).isEqualTo("team_web");
        assertThat(rig.get(key, "/v1/keys/self").text("id")).as("it works").isEqualTo(text(row, "id"));
        assertThat(rig.audited(text(row, "id"))).isEqualTo("key.imported");
        assertThat(rig.lastEntry(text(row, "id"))).isEqualTo("key.created 1");
        assertThat(rig.created("").body().path("imported_at").isNull())
                .as("of a key of our own")
                .isTrue();
    }

    @Test
    void hashes_come_in_three_encodings_and_keys_in_plain_text() {
        var keys = IntStream.range(0, 6).mapToObj(_ -> foreign()).toList();
        var answer = imports.imported(
                rig.operator,
                item(hex(keys.get(0)), ""),
                item(hash("base64", Base64.getEncoder(), keys.get(1)), ""),
                item(hash("base64", Base64.getEncoder().withoutPadding(), keys.get(2)), ""),
                item(hash("base64url", Base64.getUrlEncoder(), keys.get(3)), ""),
                item(hash("base64url", Base64.getUrlEncoder().withoutPadding(), keys.get(4)), ""),
                item(plain(keys.get(5)), ""));

        assertThat(answer.body().path("imported").asInt()).as(answer.toString()).isEqualTo(6);
        assertThat(keys)
                .allSatisfy(key ->
                        assertThat(rig.get(key, "/v1/keys/self").status()).isEqualTo(200));
        assertThat(imports.shown(row(answer, 5)).text("masked"))
                .as("as little as tells it from others")
                .isEqualTo(keys.get(5).substring(0, keys.get(5).length() / 4) + "…nopq");
    }

    private static String hash(String encoding, Base64.Encoder encoder, String key) {
        return "\"hash\":{\"algorithm\":\"SHA-256\",\"encoding\":\"" + encoding + "\",\"value\":\""
                + encoder.encodeToString(KeyDigest.of(key).toBytes()) + "\"}";
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"hash\":{\"algorithm\":\"bcrypt\",\"value\":\"x\"} | unsupported_hash | bcrypt",
                "\"hash\":{\"value\":\"$2b$12$8tcF4MTIDcup3WEo8fFSieGIYEnp/DTLHSTivUCcW2II\"} | unsupported_hash | compared",
                "\"hash\":{\"algorithm\":\"argon2id\",\"value\":\"x\"} | unsupported_hash | argon2",
                "\"hash\":{\"algorithm\":\"sha512\",\"value\":\"x\"} | unsupported_hash | SHA-256",
                "\"hash\":{\"value\":\"00\",\"salt\":\"ab\"} | unsupported_hash | salted",
                "\"hash\":{\"value\":\"00\"} | invalid_field | 32 bytes",
                "\"hash\":{\"encoding\":\"rot13\",\"value\":\"00\"} | invalid_field | base64url",
                "\"name\":\"twice\" | malformed_json | name of a field",
                "\"mode\":\"live\" | invalid_field | plaintext",
                "\"plaintext\":\"\" | invalid_field | 512 bytes",
                "\"plaintext\":\"\\ud800\" | invalid_field | half a character",
                "\"plaintext\":\"shl_live_sk_short\" | invalid_field | checksum"
            })
    void what_finds_no_key_is_refused_with_the_reason(String found, String code, String reason) {
        var answer = imports.imported(rig.operator, item(found, ""));
        if (code.equals("malformed_json")) {
            assertThat(answer.status()).isEqualTo(400);
            return;
        }
        var row = row(answer, 0);
        assertThat(text(row, "status")).isEqualTo("refused");
        assertThat(text(row, "code")).isEqualTo(code);
        assertThat(text(row, "detail")).contains(reason);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                ",\"colour\":1 | unknown_field | items[1].colour",
                ",\"expires_at\":\"2020-01-01T00:00:00Z\" | invalid_field | items[1].expires_at",
                ",\"created_at\":\"2999-01-01T00:00:00Z\" | invalid_field | items[1].created_at",
                ",\"prefix\":\"12345678901234567\" | invalid_field | items[1].prefix",
                ",\"last_four\":\"12 4\" | invalid_field | items[1].last_four",
                ",\"description\":1 | invalid_field | items[1].description",
                ",\"resources\":[null] | invalid_field | items[1]",
                ",\"cidrs\":[null] | invalid_field | items[1]",
                ",\"department\":\"dep_eng\" | invalid_field | items[1].department",
                ",\"metadata\":[] | invalid_field | items[1].metadata"
            })
    void one_that_is_refused_names_its_place_and_keeps_nobody_out(String fields, String code, String field) {
        var answer = imports.imported(
                rig.operator, item(hex(foreign()), ""), item(hex(foreign()), fields), item(hex(foreign()), ""));

        assertThat(text(row(answer, 0), "status")).isEqualTo("imported");
        assertThat(text(row(answer, 1), "status")).isEqualTo("refused");
        assertThat(text(row(answer, 1), "code")).isEqualTo(code);
        assertThat(text(row(answer, 1), "field")).isEqualTo(field);
        assertThat(text(row(answer, 2), "status")).isEqualTo("imported");
        assertThat(answer.body().path("refused").asInt()).isEqualTo(1);
    }

    @Test
    void what_is_no_key_to_import_at_all_is_refused() {
        assertThat(text(row(imports.imported(rig.operator, "5"), 0), "field")).isEqualTo("items[0]");
        for (var type : new String[] {"operator", "ephemeral"}) {
            var row = row(
                    imports.imported(
                            rig.operator,
                            "{\"type\":\"" + type + "\",\"name\":\"n\",\"scopes\":[]," + hex(foreign()) + "}"),
                    0);
            assertThat(text(row, "field")).isEqualTo("items[0].type");
        }
        assertThat(rig.post(rig.operator, "/v1/keys/import", "{\"items\":[]}").text("field"))
                .isEqualTo("items");
        assertThat(rig.post(rig.operator, "/v1/keys/import", "{\"items\":{}}").status())
                .isEqualTo(422);
        var many =
                IntStream.rangeClosed(0, KeyImport.KEYS_MAX).mapToObj(_ -> "1").collect(Collectors.joining(","));
        assertThat(rig.post(rig.operator, "/v1/keys/import", "{\"items\":[" + many + "]}")
                        .text("field"))
                .isEqualTo("items");
        assertThat(rig.post("", "/v1/keys/import", "{}").status()).isEqualTo(401);
    }

    @Test
    void an_import_that_is_repeated_does_nothing() {
        var items =
                IntStream.range(0, 3).mapToObj(_ -> item(hex(foreign()), "")).toArray(String[]::new);
        var first = imports.imported(rig.operator, items);
        var before = rig.counts();

        var again = imports.imported(rig.operator, items);

        assertThat(again.body().path("already_exists").asInt()).isEqualTo(3);
        for (int i = 0; i < 3; i++) {
            assertThat(text(row(again, i), "status")).isEqualTo("already_exists");
            assertThat(text(row(again, i), "id")).isEqualTo(text(row(first, i), "id"));
        }
        assertThat(rig.counts()).isEqualTo(before);
    }

    @Test
    void a_key_that_stands_twice_in_an_import_is_made_once() {
        var key = foreign();
        var answer = imports.imported(rig.operator, item(hex(key), ""), item(plain(key), ",\"description\":\"again\""));

        assertThat(text(row(answer, 0), "status")).isEqualTo("imported");
        assertThat(text(row(answer, 1), "status")).isEqualTo("already_exists");
        assertThat(text(row(answer, 1), "id")).isEqualTo(text(row(answer, 0), "id"));
    }

    @Test
    void a_rehearsal_says_the_same_and_writes_nothing() {
        var before = rig.counts();
        var items = new String[] {
            item(hex(foreign()), ""),
            item(hex(foreign()), "").replace("resources:read", "no:such"),
            "{\"type\":\"personal\",\"user\":{\"external_id\":\"new\",\"name\":\"New\"},\"name\":\"n\",\"scopes\":[],"
                    + hex(foreign()) + "}"
        };
        var rehearsed = imports.imported(rig.operator, true, items);

        assertThat(text(row(rehearsed, 0), "status")).isEqualTo("importable");
        assertThat(text(row(rehearsed, 0), "id")).isEmpty();
        assertThat(text(row(rehearsed, 1), "code")).isEqualTo("unknown_scope");
        assertThat(text(row(rehearsed, 2), "status")).isEqualTo("importable");
        assertThat(rig.counts()).isEqualTo(before);
        assertThat(rig.schema.query("SELECT count(*) FROM app_user WHERE external_id = 'new'"))
                .isEqualTo("0");

        var done = imports.imported(rig.operator, items);
        assertThat(done.body().path("imported").asInt()).isEqualTo(2);
        assertThat(text(row(done, 1), "code")).isEqualTo("unknown_scope");
        assertThat(imports.shown(row(done, 2)).body().at("/owner/external_id").asString())
                .isEqualTo("new");
    }

    @Test
    void an_imported_key_is_disabled_enabled_rotated_and_revoked_like_any_other() {
        var key = foreign();
        var id = text(row(imports.imported(rig.operator, item(hex(key), ",\"disabled\":true")), 0), "id");
        assertThat(rig.get(key, "/v1/keys/self").status()).isEqualTo(401);
        assertThat(rig.post(rig.operator, "/v1/keys/" + id + "/enable", "{}").status())
                .isEqualTo(200);
        assertThat(rig.get(key, "/v1/keys/self").status()).isEqualTo(200);

        var rotated = rig.post(rig.operator, "/v1/keys/" + id + "/rotate", "{\"grace\":\"1h\"}");
        assertThat(rotated.text("secret")).as("of our own shape").startsWith("shl_live_sk_");
        assertThat(rotated.body().path("imported_at").isNull()).isTrue();
        assertThat(rig.get(key, "/v1/keys/self").text("status")).isEqualTo("rotating");

        assertThat(rig.post(rig.operator, "/v1/keys/" + id + "/revoke", "{}").text("status"))
                .isEqualTo("revoked");
        assertThat(rig.get(key, "/v1/keys/self").status()).isEqualTo(401);
        assertThat(text(row(imports.imported(rig.operator, item(hex(key), "")), 0), "status"))
                .as("nothing brings it back")
                .isEqualTo("already_exists");
        assertThat(rig.get(
                                rig.operator,
                                "/v1/keys?status=revoked&digest="
                                        + KeyDigest.of(key).toHex())
                        .body()
                        .path("items"))
                .hasSize(1);
    }

    @Test
    void a_key_that_came_lately_is_not_called_unused_for_long() {
        var id = text(
                row(
                        imports.imported(
                                rig.operator, item(hex(foreign()), ",\"created_at\":\"2020-01-01T00:00:00Z\"")),
                        0),
                "id");

        assertThat(rig.get(rig.operator, "/v1/keys?unused_for=30d&limit=100")
                        .body()
                        .toString())
                .doesNotContain(id);
    }
}
