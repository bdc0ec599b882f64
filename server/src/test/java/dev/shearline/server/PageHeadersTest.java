package dev.shearline.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.shearline.server.testing.Cluster;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class PageHeadersTest {

    private static final List<String> KEPT_TO_ITSELF = List.of(
            "Content-Security-Policy", "Referrer-Policy", "Cross-Origin-Opener-Policy", "X-Content-Type-Options");

    @Test
    void every_page_has_the_same_headers_that_keep_a_browser_from_more_than_showing_it() throws Exception {
        try (var cluster = Cluster.start(1);
                var client = HttpClient.newHttpClient()) {
            var link = cluster.node(0).openOneTimeLink();
            var pages = new TreeMap<String, List<String>>();
            for (var route : cluster.node(0).routes()) {
                var path = route.path().startsWith("/welcome/") ? link : route.path();
                if (path.startsWith("/v1/")) {
                    continue;
                }
                // a page that shows what it does not find is a page too
                for (var asked : List.of(path, path + "x")) {
                    var request = HttpRequest.newBuilder(cluster.api().base().resolve(asked))
                            .method(route.method(), HttpRequest.BodyPublishers.noBody());
                    var answer = client.send(request.build(), HttpResponse.BodyHandlers.ofString());
                    if (answer.headers().firstValue("Content-Type").orElse("").startsWith("text/html")) {
                        pages.put(
                                route.method() + " " + asked.replace(link, "/welcome/link"),
                                KEPT_TO_ITSELF.stream()
                                        .map(name -> answer.headers()
                                                .firstValue(name)
                                                .orElse("none"))
                                        .toList());
                    }
                }
            }
            // its policy names its script: EmbedPagesTest
            pages.remove("GET /embed");
            assertThat(pages.keySet())
                    .contains("GET /docs", "GET /docs/problems", "GET /welcome/link", "POST /welcome/link");
            assertThat(pages.values())
                    .allSatisfy(headers -> assertThat(headers)
                            .containsExactly(
                                    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none';"
                                            + " frame-ancestors 'none'",
                                    "no-referrer",
                                    "same-origin",
                                    "nosniff"));
        }
    }
}
