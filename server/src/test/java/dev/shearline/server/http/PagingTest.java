package dev.shearline.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PagingTest {

    private static final List<Integer> ROWS = IntStream.range(0, 60).boxed().toList();
    private static TestListener listener;

    @BeforeAll
    static void start() {
        listener = new TestListener(routes -> routes.get("/v1/numbers", request -> {
            request.queryOnly("limit", "cursor", "sort");
            var paging = Paging.of(request, "numbers " + request.query("sort").orElse("asc"));
            int from = paging.after()
                    .map(key -> Integer.parseInt(key.getFirst()) + 1)
                    .orElse(0);
            var rows = ROWS.stream().skip(from).limit(paging.limit() + 1L).toList();
            return Response.ok(paging.page(rows, row -> List.of(row.toString(), "ü")));
        }));
    }

    @AfterAll
    static void stop() {
        listener.close();
    }

    @Test
    void pages_follow_each_other_without_gap_or_repetition() {
        var seen = new ArrayList<Integer>();
        var path = "/v1/numbers";
        for (int pages = 0; pages < 3; pages++) {
            var page = listener.json(listener.get(path));
            page.path("items").forEach(item -> seen.add(item.asInt()));
            path = "/v1/numbers?cursor=" + page.path("next_cursor").asString("");
        }
        assertThat(seen).isEqualTo(ROWS);
        assertThat(path).endsWith("cursor=");
    }

    @Test
    void the_last_page_has_a_null_cursor() {
        var body = listener.get("/v1/numbers?limit=60").body();
        assertThat(body).endsWith("\"next_cursor\":null}");
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "101", "-1", "ten", "", "1e1", "99999999999", "%2B5", "%D9%A5"})
    void a_limit_outside_1_to_100_is_refused(String limit) {
        var response = listener.get("/v1/numbers?limit=" + limit);
        assertThat(response.statusCode()).isEqualTo(422);
        assertThat(listener.code(response)).isEqualTo("invalid_parameter");
        assertThat(listener.json(response).path("field").asString()).isEqualTo("limit");
    }

    @Test
    void an_altered_cursor_is_refused() {
        var cursor = Paging.encode(List.of("24", "ü"), "numbers asc");
        assertThat(listener.get("/v1/numbers?cursor=" + cursor).statusCode()).isEqualTo(200);
        for (int i = 0; i < cursor.length(); i++) {
            var altered = cursor.substring(0, i) + (cursor.charAt(i) == 'A' ? 'B' : 'A') + cursor.substring(i + 1);
            assertRefused(altered);
            assertRefused(cursor.substring(0, i));
        }
        assertRefused("!!!");
        assertRefused("x".repeat(HttpLimits.CURSOR_CHARACTERS_MAX + 1));
        assertRefused(Paging.encode(List.of("24", "ü"), "numbers desc"));
    }

    private static void assertRefused(String cursor) {
        var response = listener.get("/v1/numbers?cursor=" + URLEncoder.encode(cursor, StandardCharsets.UTF_8));
        assertThat(response.statusCode()).as(cursor).isEqualTo(422);
        assertThat(listener.json(response).path("field").asString()).isEqualTo("cursor");
    }
}
