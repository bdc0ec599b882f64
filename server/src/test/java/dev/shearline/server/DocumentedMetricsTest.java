package dev.shearline.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.shearline.server.testing.Api;
import dev.shearline.server.testing.Cluster;
import dev.shearline.server.testing.Repository;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What a running server measures and what docs/metrics.md explains are the same. */
class DocumentedMetricsTest {

    private static final Pattern TYPE = Pattern.compile("(?m)^# TYPE (shearline_\\S+) (\\S+)$");
    private static final Pattern ROW = Pattern.compile("(?m)^\\| `(shearline_[a-z_]+)` \\| (\\w+)");
    private static final String MAX = "_max";

    @Test
    void every_metric_is_explained_with_its_type_and_nothing_else() throws Exception {
        try (var cluster = Cluster.start(1)) {
            Api api = cluster.api();
            api.post("/v1/keys/verify", Map.of("key", "junk")).expect(200);
            assertThat(measured(cluster.node(0).managementPort())).isEqualTo(explained());
        }
    }

    private static Map<String, String> measured(int port) throws Exception {
        try (var client = HttpClient.newHttpClient()) {
            var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/metrics"))
                    .build();
            var text =
                    client.send(request, HttpResponse.BodyHandlers.ofString()).body();
            var types = new TreeMap<String, String>();
            TYPE.matcher(text).results().forEach(type -> types.put(type.group(1), type.group(2)));
            // the maximum of a summary is explained with it
            types.keySet()
                    .removeIf(name ->
                            name.endsWith(MAX) && types.containsKey(name.substring(0, name.length() - MAX.length())));
            return types;
        }
    }

    private static Map<String, String> explained() {
        var rows = new TreeMap<String, String>();
        ROW.matcher(Repository.ofThisProject().read("docs/metrics.md"))
                .results()
                .forEach(row -> rows.put(row.group(1), row.group(2)));
        return rows;
    }
}
