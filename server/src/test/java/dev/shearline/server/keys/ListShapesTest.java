package dev.shearline.server.keys;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * A list takes another way for who sees all keys, few of them or many of them, and for this or that filter and sort. Whichever it is, it
 * begins with what a plain query finds that knows nothing of any of this.
 */
@Tag("storage")
class ListShapesTest {

    private static final int COMPARED = 60;
    private static final List<String> SORTS = List.of("created", "name", "last_used", "expires");
    private static final String NOT_OVER = "k.state IN ('active', 'disabled')";
    private static final String EXPIRED = NOT_OVER + " AND (k.expires_at <= now() OR k.ends_at <= now())";

    /** Parameters, and the same in SQL. */
    private static final Map<String, String> FILTERS = new LinkedHashMap<>();

    static {
        FILTERS.put("", NOT_OVER);
        FILTERS.put("&type=personal", NOT_OVER + " AND k.type = 'personal'");
        FILTERS.put("&type=ci", NOT_OVER + " AND k.type = 'ci'");
        FILTERS.put("&type=ephemeral", NOT_OVER + " AND k.type = 'ephemeral'");
        FILTERS.put("&owner=usr_bob", NOT_OVER + " AND k.membership_id = 'mem_bob'");
        FILTERS.put("&owner=team_web", NOT_OVER + " AND k.unit_id = 'team_web' AND k.membership_id IS NULL");
        FILTERS.put("&unit=team_web", NOT_OVER + " AND k.unit_id = 'team_web'");
        FILTERS.put("&status=revoked", "k.state = 'revoked'");
        FILTERS.put("&status=expired", EXPIRED);
        FILTERS.put("&status=expired,revoked", "(k.state = 'revoked' OR (" + EXPIRED + "))");
        FILTERS.put("&scope=keys:read", NOT_OVER + " AND 'keys:read' = ANY (k.scopes)");
        FILTERS.put("&expires_within=30d", NOT_OVER + " AND k.expires_at BETWEEN now() AND now() + interval '30 days'");
        FILTERS.put(
                "&unused_for=30d",
                NOT_OVER
                        + " AND k.created_at < now() - interval '30 days' AND a.last_used_at < now() - interval '30 days'");
        FILTERS.put("&q=dep", NOT_OVER + " AND ' ' || k.name_key LIKE '% dep%'");
        FILTERS.put(
                "&q=deploy%20back",
                NOT_OVER + " AND ' ' || k.name_key LIKE '% deploy%' AND ' ' || k.name_key LIKE '% back%'");
        FILTERS.put("&q=key_SHAP", NOT_OVER + " AND k.id LIKE 'key\\_SHAP%'");
        FILTERS.put("&q=nowhere", "false");
    }

    @SuppressWarnings("InlineFormatString") // as long as a page
    private static final String KEYS = """
            INSERT INTO api_key (id, organization_id, audience_id, type, visibility, mode, membership_id, unit_id, digest, prefix,
                                 last_four, name, name_key, word_key, scopes, state, revoked_at, expires_at, ends_at, created_at,
                                 created_by, updated_at)
            SELECT id, 'org_acme', CASE kind WHEN 'personal' THEN member WHEN 'team' THEN team ELSE 'aud_acme' END, kind, 'secret', 'live',
                   CASE kind WHEN 'personal' THEN member END, CASE kind WHEN 'team' THEN team ELSE 'org_acme' END,
                   sha256(convert_to(id, 'UTF8')), 'p', 'l', text, text,
                   -- as a node of the version before leaves it
                   CASE WHEN n %% 3 > 0 THEN ' ' || text END,
                   CASE WHEN n %% 4 = 0 THEN ARRAY['keys:read', 'resources:read'] ELSE ARRAY['resources:read'] END,
                   state, CASE state WHEN 'revoked' THEN now() END,
                   now() + (n * 37 %% 120 - 30) * interval '1 day' + interval '30 minutes',
                   CASE WHEN n %% 13 = 0 THEN now() + (n %% 3 - 1) * interval '1 day' + interval '20 minutes' ELSE 'infinity' END,
                   now() - (n * 53 %% 200) * interval '1 day' - interval '30 minutes', 'job', now()
              FROM (SELECT n, '%2$s' || lpad(n::text, 4, '0') AS id,
                           (ARRAY['personal', 'team', 'team', 'ci', 'personal', 'team', 'ephemeral'])[1 + n %% 7] AS kind,
                           (ARRAY['active', 'active', 'active', 'disabled', 'revoked'])[1 + n %% 5] AS state,
                           (ARRAY['mem_bob', 'mem_ann'])[1 + n %% 2] AS member,
                           (ARRAY['team_web', 'team_web', 'team_ops'])[1 + n %% 3] AS team,
                           (ARRAY['deploy', 'backup', 'depot', 'web'])[1 + n %% 4] || ' ' || (ARRAY['one', 'backup', 'deploy'])[1 + n %% 3]
                               || ' ' || n %% 11 AS text
                      FROM generate_series(1, %1$d) AS n) AS drawn
            """;

    private static final List<String> SIDE_ROWS = List.of(
            "INSERT INTO api_key_scope (key_id, organization_id, audience_id, scope, created_at) SELECT id, organization_id, audience_id,"
                    + " unnest(scopes), created_at FROM api_key WHERE created_by = 'job' ON CONFLICT DO NOTHING",
            "INSERT INTO api_key_word (key_id, organization_id, audience_id, word) SELECT DISTINCT id, organization_id, audience_id, word"
                    + " FROM api_key, unnest(string_to_array(name_key, ' ')) AS word WHERE created_by = 'job' ON CONFLICT DO NOTHING",
            "INSERT INTO api_key_activity (key_id, organization_id, audience_id, last_used_at) SELECT id, organization_id, audience_id,"
                    + " CASE WHEN right(id, 1) < '3' THEN '-infinity'"
                    + " ELSE date_trunc('hour', now()) - right(id, 2)::int * interval '1 day' - interval '30 minutes' END"
                    + " FROM api_key WHERE created_by = 'job' ON CONFLICT DO NOTHING",
            "ANALYZE api_key, api_key_scope, api_key_word, api_key_activity");

    private static KeyRig rig;
    private static String whole;
    private static String bob;

    @BeforeAll
    static void start() {
        rig = new KeyRig();
        whole = rig.create(
                        rig.operator,
                        "{\"type\":\"ci\",\"organization\":\"org_acme\",\"name\":\"all\",\"scopes\":[\"*\"]}")
                .text("secret");
        bob = rig.create(
                        rig.operator,
                        "{\"type\":\"personal\",\"organization\":\"org_acme\",\"user\":\"usr_bob\",\"name\":\"own\","
                                + "\"scopes\":[\"keys:read\"]}")
                .text("secret");
        fill("key_SHAPElis", 300);
    }

    @AfterAll
    static void stop() {
        rig.close();
    }

    private static void fill(String idStart, int keys) {
        rig.schema.execute(KEYS.formatted(keys, idStart));
        SIDE_ROWS.forEach(rig.schema::execute);
    }

    @Test
    void lists_begin_with_what_a_plain_query_finds() {
        var ofBob = "k.audience_id IN ('mem_bob', 'team_web')";
        compare("who sees all", whole, "true");
        compare("who sees few", bob, ofBob);
        fill("key_MANYlist", 9_999);
        fill("key_MOREs000", 9_999);
        assertThat(Long.parseLong(rig.schema.query("SELECT count(*) FROM api_key AS k WHERE " + ofBob)))
                .isGreaterThan(5_000);
        compare("who sees many", bob, ofBob);
    }

    @Test
    void a_key_that_a_node_of_the_version_before_renames_is_found_by_its_new_name() {
        var key = rig.create(
                rig.operator,
                "{\"type\":\"ci\",\"organization\":\"org_other\",\"name\":\"tidal\",\"scopes\":[\"keys:read\"]}");
        var id = key.text("id");
        rig.schema.execute("UPDATE api_key SET name = 'lunar', name_key = 'lunar', description = '' WHERE id = ?", id);
        rig.schema.execute("UPDATE api_key_word SET word = 'lunar' WHERE key_id = ?", id);

        assertThat(listed(rig.operator, "organization=org_other&q=lunar")).containsExactly(id);
        assertThat(listed(rig.operator, "organization=org_other&q=tidal")).isEmpty();

        assertThat(rig.patch(rig.operator, "/v1/keys/" + id, "{\"name\":\"solar\"}")
                        .status())
                .isEqualTo(200);
        assertThat(listed(rig.operator, "organization=org_other&q=solar")).containsExactly(id);
        assertThat(rig.schema.query("SELECT word_key FROM api_key WHERE id = ?", id))
                .isEqualTo(" solar");
    }

    private static void compare(String who, String credential, String visible) {
        FILTERS.forEach((filter, condition) -> {
            for (var sort : SORTS) {
                for (var order : List.of("asc", "desc")) {
                    var query = "sort=" + sort + "&order=" + order + filter;
                    assertThat(listed(credential, query))
                            .as(who + ": " + query)
                            .isEqualTo(plain(visible + " AND " + condition, sort, order));
                }
            }
        });
    }

    private static List<String> plain(String condition, String sort, String order) {
        var column = Map.of(
                        "created",
                        "k.created_at",
                        "name",
                        "k.name_key",
                        "last_used",
                        "a.last_used_at",
                        "expires",
                        "k.expires_at")
                .get(sort);
        var ids = rig.schema.query(
                "SELECT coalesce(string_agg(id, ' ' ORDER BY n), '') FROM (SELECT k.id, row_number() OVER (ORDER BY "
                        + column + " " + order + ", k.id " + order
                        + ") AS n FROM api_key AS k JOIN api_key_activity AS a ON a.key_id = k.id"
                        + " WHERE k.organization_id = 'org_acme' AND " + condition + ") AS sorted WHERE n <= "
                        + COMPARED);
        return ids.isEmpty() ? List.of() : List.of(ids.split(" ", -1));
    }

    private static List<String> listed(String credential, String query) {
        var ids = new ArrayList<String>();
        var path = "/v1/keys?limit=" + COMPARED / 2 + "&" + query;
        for (var page = rig.get(credential, path); ; ) {
            assertThat(page.status()).as(page.toString()).isEqualTo(200);
            page.body().path("items").forEach(key -> ids.add(key.path("id").asString()));
            if (ids.size() == COMPARED || page.body().path("next_cursor").isNull()) {
                return ids;
            }
            page = rig.get(credential, path + "&cursor=" + page.text("next_cursor"));
        }
    }
}
