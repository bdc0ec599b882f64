package dev.shearline.server.keys;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** In which order keys are listed, said in names. */
@Tag("storage")
class SortKeysTest {

    private static KeyRig rig;

    @BeforeAll
    static void start() {
        rig = new KeyRig();
        make("Beta", "30d", "2026-02-02");
        make("alpha", "none", "-infinity");
        make("Gamma", "10d", "2026-03-03");
        make("delta", "20d", "2026-01-01");
    }

    @AfterAll
    static void stop() {
        rig.close();
    }

    private static void make(String name, String lifetime, String lastUsed) {
        var key = rig.create(
                rig.operator,
                "{\"type\":\"team\",\"organization\":\"org_other\",\"scopes\":[\"resources:read\"],\"name\":\"" + name
                        + "\",\"expires_in\":\"" + lifetime + "\"}");
        assertThat(key.status()).as(key.toString()).isEqualTo(201);
        rig.schema.execute(
                "UPDATE api_key_activity SET last_used_at = CAST(? AS timestamptz) WHERE key_id = ?",
                lastUsed,
                key.text("id"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
            ~~                        | delta,Gamma,alpha,Beta
            order=asc                 | Beta,alpha,Gamma,delta
            sort=created              | delta,Gamma,alpha,Beta
            sort=created&order=asc    | Beta,alpha,Gamma,delta
            sort=created&order=desc   | delta,Gamma,alpha,Beta
            sort=name                 | alpha,Beta,delta,Gamma
            sort=name&order=asc       | alpha,Beta,delta,Gamma
            sort=name&order=desc      | Gamma,delta,Beta,alpha
            sort=expires              | Gamma,delta,Beta,alpha
            sort=expires&order=asc    | Gamma,delta,Beta,alpha
            sort=expires&order=desc   | alpha,Beta,delta,Gamma
            sort=last_used            | Gamma,Beta,delta,alpha
            sort=last_used&order=desc | Gamma,Beta,delta,alpha
            sort=last_used&order=asc  | alpha,delta,Beta,Gamma
            """)
    void keys_come_in_this_order(String query, String names) {
        var expected = List.of(names.split(","));
        for (var filter : List.of("", "&scope=resources:read", "&type=team")) {
            for (int limit : new int[] {1, 3, 100}) {
                assertThat(listed("organization=org_other&limit=" + limit + "&" + query + filter))
                        .as(query + filter + " by " + limit)
                        .isEqualTo(expected);
            }
        }
    }

    private static List<String> listed(String query) {
        var names = new ArrayList<String>();
        var path = "/v1/keys?" + query.replace("&&", "&").replaceFirst("&$", "");
        for (var page = rig.get(rig.operator, path); ; ) {
            assertThat(page.status()).as(page.toString()).isEqualTo(200);
            page.body().path("items").forEach(key -> names.add(key.path("name").asString()));
            if (page.body().path("next_cursor").isNull()) {
                return names;
            }
            page = rig.get(rig.operator, path + "&cursor=" + page.text("next_cursor"));
        }
    }
}
