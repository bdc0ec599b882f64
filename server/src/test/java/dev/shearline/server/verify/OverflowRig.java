package dev.shearline.server.verify;

import dev.shearline.server.config.Setting;
import dev.shearline.server.testing.Api;
import dev.shearline.server.testing.Cluster;
import dev.shearline.server.testing.Eventually;
import dev.shearline.token.Secret;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/** Two nodes with room for a quarter of the keys that there are. */
final class OverflowRig implements AutoCloseable {

    static final int KEYS = 200_000;
    static final int ROOM = 50_000;
    static final int DEAD = KEYS / 10;

    private static final Duration LOADED_WITHIN = Duration.ofMinutes(3);

    private final Cluster cluster;
    private final AtomicInteger next = new AtomicInteger();

    private OverflowRig(Cluster cluster) {
        this.cluster = cluster;
    }

    static OverflowRig start() throws SQLException {
        var rig = new OverflowRig(Cluster.start(2, Map.of(Setting.DIRECTORY_MAX_KEYS, "" + ROOM)));
        rig.populate(rig.cluster.organization("acme"));
        rig.loadAgain();
        return rig;
    }

    Cluster cluster() {
        return cluster;
    }

    /** Texts of another system, found by their digests; of ten, one each is revoked, disabled, expired, and good for one use. */
    private void populate(String organization) throws SQLException {
        try (var connection = cluster.schema().connect();
                var statement = connection.createStatement()) {
            statement.execute("SET statement_timeout = 0");
            // nobody lists here, and filling those indexes takes longer than all the rest
            statement.execute("""
                    DO $$ DECLARE name text; BEGIN
                        FOR name IN SELECT c.relname FROM pg_index AS i JOIN pg_class AS c ON c.oid = i.indexrelid
                                     WHERE i.indrelid = 'api_key'::regclass AND NOT i.indisunique LOOP
                            EXECUTE format('DROP INDEX %I', name);
                        END LOOP;
                    END $$
                    """);
            statement.execute("""
                    INSERT INTO api_key (id, organization_id, audience_id, type, visibility, mode, unit_id, digest, prefix, last_four,
                                         name, name_key, scopes, state, expires_at, revoked_at, revoked_cause, created_at, created_by,
                                         updated_at)
                    SELECT 'key_' || lpad(i::text, 12, '0'), o.id, o.id, CASE mod(i, 10) WHEN 3 THEN 'ephemeral' ELSE 'team' END, 'secret',
                           'live', o.id, sha256(convert_to('old-' || i, 'UTF8')), '', '', 'k', 'k', '{keys:verify,sessions:read}',
                           CASE mod(i, 10) WHEN 0 THEN 'revoked' WHEN 1 THEN 'disabled' ELSE 'active' END,
                           CASE mod(i, 10) WHEN 2 THEN now() - interval '1 day' WHEN 3 THEN now() + interval '1 day' ELSE 'infinity' END,
                           CASE mod(i, 10) WHEN 0 THEN now() END, CASE mod(i, 10) WHEN 0 THEN 'manual' END, now(), 'job_test', now()
                      FROM generate_series(0, %d - 1) AS i, (SELECT '%s' AS id) AS o
                    """.formatted(KEYS, organization));
            statement.execute("INSERT INTO api_key_activity (key_id, organization_id, audience_id)"
                    + " SELECT id, organization_id, audience_id FROM api_key ON CONFLICT DO NOTHING");
            statement.execute("ANALYZE api_key, api_key_activity");
        }
    }

    /** Another history makes every node load everything. */
    void loadAgain() {
        cluster.schema().execute("UPDATE feed_entry SET tag = tag # 1 WHERE epoch = (SELECT epoch FROM epoch_counter)");
        for (int node = 0; node < 2; node++) {
            var probe = managementOf(node);
            Eventually.isTrue(
                    "it has loaded",
                    LOADED_WITHIN,
                    () -> probe.get("/readyz").at("checks/directory/detail").contains(" of 2000"));
            Eventually.isTrue("it is ready", cluster.node(node)::isReady);
        }
    }

    /** A key that no other test uses, whose number ends in this digit. */
    int take(int digit) {
        return KEYS - 10 * (next.incrementAndGet() % 1_000 + 1) + digit;
    }

    static String text(int number) {
        return "old-" + number;
    }

    static String id(int number) {
        return "key_%012d".formatted(number);
    }

    private Api managementOf(int node) {
        return new Api(URI.create("http://127.0.0.1:" + cluster.node(node).managementPort()), Secret.of(""));
    }

    double reads() {
        return metric(0, "shearline_directory_reads_total{outcome=\"found\"}")
                + metric(0, "shearline_directory_reads_total{outcome=\"absent\"}")
                + metric(0, "shearline_directory_reads_total{outcome=\"failed\"}");
    }

    double metric(int node, String name) {
        return metrics(node)
                .lines()
                .filter(line -> line.startsWith(name + " "))
                .map(line -> Double.parseDouble(line.substring(name.length() + 1)))
                .findFirst()
                .orElseThrow();
    }

    private String metrics(int node) {
        try (var client = HttpClient.newHttpClient()) {
            var uri = URI.create("http://127.0.0.1:" + cluster.node(node).managementPort() + "/metrics");
            return client.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString())
                    .body();
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        cluster.close();
    }
}
