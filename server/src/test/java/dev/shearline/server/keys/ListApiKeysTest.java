package dev.shearline.server.keys;

import static org.assertj.core.api.Assertions.assertThat;

import dev.shearline.token.KeyDigest;
import java.net.URLEncoder;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("storage")
class ListApiKeysTest {

    private static KeyRig rig;
    private static String acme;
    private static KeyRig.Answer revoked;
    private static final List<KeyRig.Answer> KEYS = new ArrayList<>();

    @BeforeAll
    static void start() {
        rig = new KeyRig();
        acme = make("ci", "\"organization\":\"org_acme\"", "Root of all", ",\"scopes\":[\"*\"]")
                .text("secret");
        for (int i = 0; i < 23; i++) {
            KEYS.add(make("team", "\"team\":\"team_web\"", "Same name", ",\"scopes\":[\"resources:read\"]"));
        }
        KEYS.add(make(
                "team",
                "\"team\":\"team_ops\"",
                "Größe: Prod-Deploy",
                ",\"scopes\":[\"keys:read\"],\"expires_in\":\"3d\""));
        KEYS.add(make(
                "personal",
                "\"organization\":\"org_acme\",\"user\":\"usr_bob\"",
                "Laptop",
                ",\"scopes\":[],\"expires_in\":\"none\""));
        KEYS.add(make("personal", "\"organization\":\"org_acme\",\"user\":\"usr_ann\"", "laptop", ",\"scopes\":[]"));
        KEYS.add(make("ephemeral", "\"organization\":\"org_acme\"", "Once", ",\"scopes\":[]"));
        revoked = make("team", "\"department\":\"dep_eng\"", "Revoked", ",\"scopes\":[]");
        rig.post(rig.operator, "/v1/keys/" + revoked.text("id") + "/revoke", "");
        make("team", "\"organization\":\"org_other\"", "Foreign laptop", ",\"scopes\":[]");
    }

    @AfterAll
    static void stop() {
        rig.close();
    }

    private static KeyRig.Answer make(String type, String owner, String name, String fields) {
        var answer = rig.create(
                rig.operator, "{\"type\":\"" + type + "\"," + owner + ",\"name\":\"" + name + "\"" + fields + "}");
        assertThat(answer.status()).as(answer.toString()).isEqualTo(201);
        return answer;
    }

    private static List<String> names(String credential, String query) {
        var answer = rig.get(credential, "/v1/keys?limit=100&" + query);
        assertThat(answer.status()).as(answer.toString()).isEqualTo(200);
        assertThat(answer.body().path("next_cursor").isNull()).isTrue();
        return answer.body()
                .path("items")
                .valueStream()
                .map(key -> key.path("name").asString())
                .toList();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            type=personal | Laptop,laptop
            type=ci | Root of all
            type=ephemeral | Once
            type=operator |
            owner=org_acme | Root of all,Once
            owner=ext:acme | Root of all,Once
            owner=org_other |
            owner=ext:other |
            owner=usr_bob | Laptop
            owner=ext:ann | laptop
            owner=mem_ann | laptop
            owner=usr_eve |
            owner=team_ops | Größe: Prod-Deploy
            owner=ext:ops | Größe: Prod-Deploy
            unit=team_ops | Größe: Prod-Deploy
            unit=ext:ops | Größe: Prod-Deploy
            unit=team_other |
            scope=keys:read | Größe: Prod-Deploy
            status=revoked | Revoked
            status=revoked,expiring | Größe: Prod-Deploy,Once,Revoked
            expires_within=7d | Größe: Prod-Deploy,Once
            q=grösse |
            q=größe | Größe: Prod-Deploy
            q=DEPL | Größe: Prod-Deploy
            q=prod%20gr%C3%B6 | Größe: Prod-Deploy
            q=lap | Laptop,laptop
            q=%25 |
            q='; |
            """)
    void filters_find_what_they_say(String query, String names) {
        var expected = names == null ? new String[0] : names.split(",");
        assertThat(names(acme, query)).containsExactlyInAnyOrder(expected);
    }

    @Test
    void a_key_is_found_by_its_id_its_beginning_its_shown_form_and_its_digest() {
        var key = KEYS.get(23);
        for (var q : List.of(
                key.text("id"),
                key.text("id").substring(0, 12),
                key.text("prefix"),
                key.text("masked"),
                key.text("secret").substring(0, 20))) {
            assertThat(names(acme, "q=" + URLEncoder.encode(q, StandardCharsets.UTF_8)))
                    .as(q)
                    .containsExactly(key.text("name"));
        }
        var digest = KeyDigest.of(key.text("secret")).toHex();
        assertThat(names(acme, "digest=" + digest)).containsExactly(key.text("name"));
        assertThat(names(acme, "digest=" + "0".repeat(64))).isEmpty();
        var ofRevoked = "digest=" + KeyDigest.of(revoked.text("secret")).toHex();
        assertThat(names(acme, ofRevoked)).containsExactly("Revoked");
        assertThat(names(acme, ofRevoked + "&status=active")).isEmpty();
        assertThat(names(acme, "q=shl_live_ci")).containsExactly("Root of all");
        var whole = rig.get(acme, "/v1/keys?q=" + key.text("secret"));
        assertThat(whole.status()).isEqualTo(422);
        assertThat(whole.body().toString()).doesNotContain(key.text("secret"));
    }

    @Test
    void the_keys_of_teams_are_all_of_that_type() {
        var expected =
                KEYS.stream().filter(key -> key.text("type").equals("team")).map(key -> key.text("id"));
        assertThat(idsOf(rig.get(acme, "/v1/keys?limit=100&type=team"))).containsAll(expected.toList());
        assertThat(Set.copyOf(names(acme, "type=team"))).containsExactlyInAnyOrder("Same name", "Größe: Prod-Deploy");
    }

    @Test
    void unused_keys_are_those_that_had_time_to_be_used() {
        assertThat(names(acme, "unused_for=30d")).isEmpty();
        rig.schema.execute(
                "UPDATE api_key SET created_at = now() - interval '40 days' WHERE id IN (?, ?)",
                KEYS.get(24).text("id"),
                KEYS.get(25).text("id"));
        rig.schema.execute(
                "UPDATE api_key_activity SET last_used_at = now() WHERE key_id = ?",
                KEYS.get(25).text("id"));
        try {
            assertThat(names(acme, "unused_for=30d")).containsExactly("Laptop");
            assertThat(names(acme, "unused_for=30d&sort=last_used")).containsExactly("Laptop");
        } finally {
            rig.schema.execute("UPDATE api_key SET created_at = now() WHERE created_at < now() - interval '1 day'");
            rig.schema.execute("UPDATE api_key_activity SET last_used_at = '-infinity'");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"created", "name", "last_used", "expires"})
    void pages_are_complete_and_repeat_nothing_while_keys_are_made(String sort) {
        for (var order : List.of("asc", "desc")) {
            for (var filter : List.of("", "&scope=resources:read", "&type=team", "&q=name")) {
                var expected = idsOf(rig.get(acme, "/v1/keys?limit=100&sort=" + sort + "&order=" + order + filter));
                var seen = new ArrayList<String>();
                var query = "/v1/keys?limit=3&sort=" + sort + "&order=" + order + filter;
                var made = new HashSet<String>();
                for (var page = rig.get(acme, query); ; ) {
                    assertThat(page.status()).as(page.toString()).isEqualTo(200);
                    seen.addAll(idsOf(page));
                    if (page.body().path("next_cursor").isNull()) {
                        break;
                    }
                    if (made.size() < 3) {
                        made.add(make("team", "\"team\":\"team_web\"", "Same name", ",\"scopes\":[\"resources:read\"]")
                                .text("id"));
                    }
                    page = rig.get(acme, query + "&cursor=" + page.text("next_cursor"));
                }
                assertThat(seen).doesNotHaveDuplicates();
                assertThat(seen.stream().filter(id -> !made.contains(id)).toList())
                        .isEqualTo(expected);
                made.forEach(id -> rig.post(rig.operator, "/v1/keys/" + id + "/revoke", ""));
            }
        }
    }

    private static List<String> idsOf(KeyRig.Answer page) {
        return page.body()
                .path("items")
                .valueStream()
                .map(key -> key.path("id").asString())
                .toList();
    }

    @Test
    void a_cursor_belongs_to_its_list() {
        var cursor = rig.get(acme, "/v1/keys?limit=3&sort=name").text("next_cursor");
        assertThat(rig.get(acme, "/v1/keys?limit=5&sort=name&cursor=" + cursor).status())
                .isEqualTo(200);
        for (var other : List.of("sort=created", "sort=name&order=desc", "sort=name&type=team", "sort=name&q=x")) {
            var answer = rig.get(acme, "/v1/keys?limit=3&" + other + "&cursor=" + cursor);
            assertThat(answer.status()).isEqualTo(422);
            assertThat(answer.text("field")).isEqualTo("cursor");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "limit=0",
                "limit=101",
                "limit=x",
                "type=robot",
                "status=tired",
                "status=",
                "scope=a",
                "expires_within=soon",
                "unused_for=1",
                "unused_for=99999y",
                "expires_within=99999y",
                "digest=abc",
                "sort=color",
                "order=up",
                "q=",
                "color=red",
                "cursor=AAAA",
                "owner=",
                "unit=ext:"
            })
    void bad_queries_are_refused_by_name(String query) {
        var answer = rig.get(acme, "/v1/keys?" + query);
        assertThat(answer.status()).as(answer.toString()).isEqualTo(422);
        assertThat(answer.text("field")).isEqualTo(query.substring(0, query.indexOf('=')));
    }

    /** The check in a cursor is no secret: for texts of one length the checks of two differ as the texts do. */
    @Test
    void a_cursor_that_somebody_made_up_is_refused_and_no_fault_of_the_server() {
        var cursor =
                Base64.getUrlDecoder().decode(rig.get(acme, "/v1/keys?limit=3").text("next_cursor"));
        var text = new String(cursor, 4, cursor.length - 4, StandardCharsets.UTF_8);
        var madeUp = text.replaceFirst("-[0-9]{2}-[0-9]{2} ", "-99-99 ");
        assertThat(madeUp).isNotEqualTo(text);
        int check = ByteBuffer.wrap(cursor).getInt() ^ crc(text) ^ crc(madeUp);
        var forged = ByteBuffer.allocate(cursor.length)
                .putInt(check)
                .put(madeUp.getBytes(StandardCharsets.UTF_8))
                .array();
        var encoded = Base64.getUrlEncoder().withoutPadding().encodeToString(forged);
        var answer = rig.get(acme, "/v1/keys?limit=3&cursor=" + encoded);
        assertThat(answer.status()).as(answer.toString()).isEqualTo(422);
        assertThat(answer.text("field")).isEqualTo("cursor");
    }

    private static int crc(String text) {
        var crc = new CRC32C();
        crc.update(text.getBytes(StandardCharsets.UTF_8));
        return (int) crc.getValue();
    }

    @Test
    void operators_see_all_organizations_or_the_one_they_name() {
        assertThat(names(rig.operator, "q=laptop")).containsExactlyInAnyOrder("Laptop", "laptop", "Foreign laptop");
        assertThat(names(rig.operator, "q=laptop&organization=ext:other")).containsExactly("Foreign laptop");
        assertThat(names(rig.operator, "type=operator")).containsExactly("operator");
        assertThat(names(rig.operator, "type=operator&organization=org_instance"))
                .containsExactly("operator");
        for (var sort : KeySort.values()) {
            assertThat(names(rig.operator, "q=laptop&sort=" + sort.wire())).hasSize(3);
        }
        assertThat(rig.get(rig.operator, "/v1/keys?organization=org_nobody").status())
                .isEqualTo(404);
        assertThat(rig.get(acme, "/v1/keys?organization=org_other").status()).isEqualTo(404);
        assertThat(rig.get(acme, "/v1/keys?organization=org_instance").status()).isEqualTo(404);
    }

    @Test
    void who_reaches_a_part_sees_that_part() {
        var bob = personal("usr_bob");
        var ann = personal("usr_ann");
        var cid = personal("usr_cid");
        var ops = make("team", "\"team\":\"team_ops\"", "Ops reader", ",\"scopes\":[\"keys:read\"]")
                .text("secret");
        assertThat(Set.copyOf(names(bob, "sort=name"))).contains("Laptop", "Reader", "Same name");
        assertThat(names(bob, "sort=name")).doesNotContain("laptop", "Ops reader");
        assertThat(Set.copyOf(names(ann, "sort=created")))
                .containsExactlyInAnyOrder("Laptop", "laptop", "Reader", "Same name");
        assertThat(Set.copyOf(names(ops, "sort=expires")))
                .containsExactlyInAnyOrder("Größe: Prod-Deploy", "Ops reader");
        assertThat(Set.copyOf(names(cid, "sort=last_used")))
                .contains("Laptop", "laptop", "Same name", "Once", "Root of all");
        var web = KEYS.getFirst().text("id");
        assertThat(rig.get(ops, "/v1/keys/" + web).status()).isEqualTo(404);
        assertThat(rig.get(ann, "/v1/keys/" + web).status()).isEqualTo(200);
        rig.schema.execute(
                "UPDATE api_key SET state = 'revoked', revoked_at = now() WHERE name IN ('Reader', 'Ops reader')");
    }

    private static String personal(String user) {
        return make(
                        "personal",
                        "\"organization\":\"org_acme\",\"user\":\"" + user + "\"",
                        "Reader",
                        ",\"scopes\":[\"keys:read\"]")
                .text("secret");
    }
}
