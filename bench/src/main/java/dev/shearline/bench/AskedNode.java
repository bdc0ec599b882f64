package dev.shearline.bench;

import dev.shearline.server.identity.Scope;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * A node with keys, and who asks about them at random.
 *
 * @param question one of those that are asked
 * @param answer to it
 */
record AskedNode(ChildProcess node, String url, String question, String answer, Wrk wrk) {

    static final String PATH = "/v1/keys/verify";

    private static final Duration START = Duration.ofSeconds(60);
    private static final int CHECKED = 500;
    /** Of more keys the generator would keep more questions than its memory takes. */
    private static final int ASKED_MAX = 200_000;

    /** @param limited whether keys and organizations have rate limits, wide enough to refuse nothing; uses are counted in any case */
    static AskedNode on(Stage stage, int keys, int organizations, boolean limited) throws IOException, SQLException {
        var random = new Random(keys);
        var bodies = new ArrayList<String>();
        Path token;
        try (var connection = stage.database().connect()) {
            var population = new Population();
            population.makeOrganizations(connection, organizations);
            Population.dropListIndexes(connection);
            population.makeKeys(connection, keys, key -> {
                if (keys <= ASKED_MAX || random.nextInt(keys) < ASKED_MAX) {
                    bodies.add("{\"key\":\"" + key.secret().reveal() + "\",\"scopes\":[\"" + Population.COMMON_SCOPE
                            + "\"]}");
                }
            });
            token = stage.writeToken(population.makeOperatorKey(connection, Scope.KEYS_VERIFY.value()));
            Population.makeActivity(connection);
            if (limited) {
                Population.makeLimits(connection);
            }
            Population.analyze(connection);
        }
        stage.database().checkpoint();
        var node = stage.startNode();
        var answer = checkedAnswer(node, bodies, Files.readString(token).strip());
        return new AskedNode(
                node,
                "http://127.0.0.1:" + node.port() + PATH,
                bodies.getFirst(),
                answer,
                new Wrk(stage.directory(), stage.write("bodies", bodies), token));
    }

    /** Waits until the node answers, then asks about some keys: a benchmark of refusals would be fast and worthless. */
    private static String checkedAnswer(ChildProcess node, List<String> bodies, String token) throws IOException {
        try (var client = new WireClient(node.port())) {
            var first = WireClient.post(PATH, token, bodies.getFirst());
            Waiting.until(START, () -> client.send(first).status() == 200);
            for (var body : bodies.subList(0, Math.min(CHECKED, bodies.size()))) {
                var answer = client.send(WireClient.post(PATH, token, body));
                if (!answer.isAllowed()) {
                    throw new IllegalStateException("not allowed: " + answer);
                }
            }
            return client.send(first).body();
        }
    }
}
