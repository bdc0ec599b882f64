package dev.shearline.server.keys;

import static dev.shearline.server.keys.ImportRig.foreign;
import static dev.shearline.server.keys.ImportRig.hex;
import static dev.shearline.server.keys.ImportRig.item;
import static dev.shearline.server.keys.ImportRig.plain;
import static dev.shearline.server.keys.ImportRig.row;
import static dev.shearline.server.keys.ImportRig.text;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Whose keys may be imported by whom, and what is left of an import. */
@Tag("storage")
class ImportRightsTest {

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
    void nobody_imports_what_they_may_not_create() {
        var narrow = rig.created("").text("secret");
        assertThat(imports.imported(narrow, item(hex(foreign()), "")).code()).isEqualTo("insufficient_scope");

        var team = rig.create(
                        rig.operator,
                        "{\"type\":\"team\",\"team\":\"team_web\",\"name\":\"w\",\"scopes\":[\"keys:write\",\"resources:read\"]}")
                .text("secret");
        var answer = imports.imported(
                team,
                item(hex(foreign()), ""),
                item(hex(foreign()), "").replace("resources:read", "sessions:write"),
                item(hex(foreign()), "").replace("team_web", "team_ops"),
                item(hex(foreign()), "").replace("team_web", "team_other"),
                item(hex(foreign()), ",\"organization\":\"org_other\""),
                item(hex(foreign()), ",\"organization\":\"org_none\""),
                item(hex(foreign()), ",\"organization\":{\"external_id\":\"x\",\"name\":\"X\"}"));

        assertThat(text(row(answer, 0), "status")).isEqualTo("imported");
        assertThat(text(row(answer, 1), "code")).isEqualTo("scope_not_held");
        assertThat(text(row(answer, 2), "code")).isEqualTo("forbidden");
        assertThat(text(row(answer, 3), "code")).isEqualTo("not_found");
        assertThat(text(row(answer, 4), "code")).isEqualTo("not_found");
        assertThat(text(row(answer, 5), "code")).isEqualTo("not_found");
        assertThat(text(row(answer, 4), "detail")).isEqualTo(text(row(answer, 5), "detail"));
        assertThat(text(row(answer, 6), "code")).isEqualTo("forbidden");
    }

    @Test
    void a_key_that_somebody_else_has_belongs_to_them() {
        var key = foreign();
        imports.imported(
                rig.operator,
                "{\"type\":\"team\",\"organization\":\"org_other\",\"name\":\"n\",\"scopes\":[]," + hex(key) + "}");
        var own = rig.create(
                        rig.operator,
                        "{\"type\":\"team\",\"organization\":\"org_acme\",\"name\":\"w\",\"scopes\":[\"keys:write\",\"resources:read\"]}")
                .text("secret");

        var foreigner = row(imports.imported(own, item(hex(key), "")), 0);
        assertThat(text(foreigner, "code")).isEqualTo("conflict");
        assertThat(text(foreigner, "id")).isEmpty();
        assertThat(text(row(imports.imported(rig.operator, item(hex(key), "")), 0), "status"))
                .isEqualTo("already_exists");
    }

    @Test
    void a_plan_that_wants_keys_to_expire_wants_it_of_imported_ones_too_from_their_import_on() {
        var old = ",\"created_at\":\"2020-01-01T00:00:00Z\"";
        var thrift = "{\"type\":\"team\",\"organization\":\"org_thrift\",\"name\":\"n\",\"scopes\":[]";
        var answer = imports.imported(
                rig.operator,
                thrift + "," + hex(foreign()) + old + "}",
                thrift + "," + hex(foreign()) + old + ",\"expires_in\":\"1y\"}");

        assertThat(text(row(answer, 0), "field")).isEqualTo("items[0].expires_in");
        assertThat(text(row(answer, 1), "status")).isEqualTo("imported");
        var longer = rig.patch(rig.operator, "/v1/keys/" + text(row(answer, 1), "id"), "{\"expires_in\":\"300d\"}");
        assertThat(longer.status()).as(longer.toString()).isEqualTo(200);
        assertThat(longer.text("imported_at")).isNotEmpty();
    }

    @Test
    void a_key_in_plain_text_is_nowhere_afterwards() {
        var key = foreign() + "plain-marker" + foreign();
        var answer = imports.imported(
                rig.operator,
                item(plain(key), ""),
                item(plain(key), ",\"verified_metadata\":5"),
                item(hex(foreign()), ",\"description\":\"" + rig.created("").text("secret") + "\""));

        assertThat(answer.body().toString()).doesNotContain("marker").doesNotContain("shl_live_sk");
        assertThat(text(row(answer, 2), "detail")).contains("whole key");
        assertThat(rig.schema.query("SELECT count(*) FROM api_key AS k WHERE k::text LIKE '%plain-marker%'"))
                .isEqualTo("0");
        assertThat(rig.schema.query(
                        "SELECT count(*) FROM audit_event WHERE convert_from(bytes, 'UTF8') LIKE '%marker%'"))
                .isEqualTo("0");
    }

    @Test
    void what_was_to_be_made_for_a_key_that_is_refused_is_not_made() {
        var row = row(
                imports.imported(
                        rig.operator,
                        "{\"type\":\"personal\",\"user\":{\"external_id\":\"nobody\"},\"name\":\"n\",\"scopes\":[\"no:such\"],"
                                + hex(foreign()) + "}"),
                0);

        assertThat(text(row, "code")).isEqualTo("unknown_scope");
        assertThat(rig.schema.query("SELECT count(*) FROM app_user WHERE external_id = 'nobody'"))
                .isEqualTo("0");
    }

    @Test
    void many_keys_are_written_in_batches_each_with_its_event_and_entry() {
        var items = IntStream.range(0, 700)
                .mapToObj(i -> item(hex(foreign()), ",\"description\":\"" + "d".repeat(200) + "\""))
                .toArray(String[]::new);
        var before = rig.counts();

        var answer = imports.imported(rig.operator, items);

        assertThat(answer.body().path("imported").asInt()).as(answer.toString()).isEqualTo(700);
        assertThat(Integer.parseInt(rig.counts().get("events")))
                .isEqualTo(Integer.parseInt(before.get("events")) + 700);
        assertThat(Integer.parseInt(rig.counts().get("entries")))
                .isEqualTo(Integer.parseInt(before.get("entries")) + 700);
        assertThat(answer.body().at("/propagation/complete").asBoolean()).isTrue();
    }

    @Test
    void two_imports_of_the_same_keys_make_each_once() throws Exception {
        var items =
                IntStream.range(0, 200).mapToObj(_ -> item(hex(foreign()), "")).toList();
        var forward = items.toArray(String[]::new);
        var backward = items.reversed().toArray(String[]::new);

        var one = CompletableFuture.supplyAsync(() -> imports.imported(rig.operator, forward));
        var other = CompletableFuture.supplyAsync(() -> imports.imported(rig.operator, backward));

        assertThat(one.get().body().path("refused").asInt()
                        + other.get().body().path("refused").asInt())
                .isZero();
        assertThat(one.get().body().path("imported").asInt()
                        + other.get().body().path("imported").asInt())
                .isEqualTo(200);
    }
}
