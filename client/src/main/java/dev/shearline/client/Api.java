package dev.shearline.client;

import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import tools.jackson.databind.JsonNode;

/**
 * The management's requests. All of them may be repeated: what creates carries an idempotency key, and everything else comes to the same
 * when it is done twice.
 */
final class Api {

    private static final byte[] NOTHING = {};

    private static final Duration FIRST_PAUSE = Duration.ofMillis(200);
    private static final Duration PAUSE_MAX = Duration.ofSeconds(5);
    private static final int PAGE = 100;

    private final Http http;
    private final Duration timeout;
    private final int retries;

    Api(Http http, Duration timeout, int retries) {
        this.http = http;
        this.timeout = timeout;
        this.retries = retries;
    }

    JsonNode get(String path) {
        return send("GET", path, NOTHING, Map.of());
    }

    JsonNode put(String path, Map<String, ?> body) {
        return send("PUT", path, Json.write(body), Map.of());
    }

    JsonNode patch(String path, Map<String, ?> body) {
        return send("PATCH", path, Json.write(body), Map.of());
    }

    /** Of what comes to the same when it is done twice. */
    JsonNode post(String path, Map<String, ?> body) {
        return send("POST", path, Json.write(body), Map.of());
    }

    /** Of what makes something: a repetition gets the first answer again. */
    JsonNode create(String path, Map<String, ?> body) {
        return send(
                "POST",
                path,
                Json.write(body),
                Map.of("Idempotency-Key", UUID.randomUUID().toString()));
    }

    /** All pages, each when it is needed. */
    <T> Stream<T> list(String path, Map<String, String> parameters, Class<T> type) {
        var first = new LinkedHashMap<>(parameters);
        first.putIfAbsent("limit", Integer.toString(PAGE));
        return Stream.iterate(
                        page(path, first),
                        page -> !page.isMissingNode(),
                        page -> page.path("next_cursor").isString()
                                ? page(
                                        path,
                                        with(
                                                first,
                                                "cursor",
                                                page.path("next_cursor").stringValue()))
                                : Json.MAPPER.missingNode())
                .flatMap(page -> items(page).stream())
                .map(item -> Json.as(item, type));
    }

    private static List<JsonNode> items(JsonNode page) {
        return StreamSupport.stream(page.path("items").spliterator(), false).toList();
    }

    private JsonNode page(String path, Map<String, String> parameters) {
        return get(path + "?"
                + parameters.entrySet().stream()
                        .map(each -> each.getKey() + "=" + encode(each.getValue()))
                        .collect(Collectors.joining("&")));
    }

    private static Map<String, String> with(Map<String, String> parameters, String name, String value) {
        var more = new LinkedHashMap<>(parameters);
        more.put(name, value);
        return more;
    }

    static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    private JsonNode send(String method, String path, byte[] body, Map<String, String> headers) {
        for (int attempt = 0; ; attempt++) {
            try {
                var answer = http.send(method, path, body, headers, timeout);
                if (answer.isSuccess()) {
                    return answer.body().length == 0 ? Json.MAPPER.missingNode() : Json.read(answer);
                }
                var problem = Problems.of(answer);
                if (attempt >= retries || !mayHelp(problem)) {
                    throw problem;
                }
                Pause.of(problem.retryAfter().orElse(Pause.backOff(FIRST_PAUSE, attempt, PAUSE_MAX)));
            } catch (IOException e) {
                if (attempt >= retries) {
                    throw ShearlineException.unreachable(http.base() + " has not answered: " + e.getMessage(), e);
                }
                Pause.of(Pause.backOff(FIRST_PAUSE, attempt, PAUSE_MAX));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw ShearlineException.unreachable("The thread that asked was interrupted.", e);
            }
        }
    }

    private static boolean mayHelp(ShearlineException problem) {
        boolean later = problem.status() == 429
                || problem.status() == 502
                || problem.status() == 503
                || problem.status() == 504;
        return later
                && problem.retryAfter()
                        .filter(wait -> wait.compareTo(PAUSE_MAX) > 0)
                        .isEmpty();
    }
}
