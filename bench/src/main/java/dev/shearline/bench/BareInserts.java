package dev.shearline.bench;

import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * What creating is measured against: the same row of {@code api_key}, inserted as fast as PostgreSQL takes it. A prepared statement that
 * commits by itself, on as many connections as the server has; no HTTP, no checks, no row-level security, no side tables, no audit event,
 * no feed entry.
 */
final class BareInserts {

    private static final String INSERT = """
            INSERT INTO api_key (id, organization_id, audience_id, type, visibility, mode, unit_id, digest, prefix, last_four, name,
                                 name_key, scopes, expires_at, created_at, created_by, updated_at)
            VALUES (?, ?, ?, 'team', 'secret', 'live', ?, ?, 'shl_live_sk_none', 'none', 'bench', 'bench', '{resources:read}', ?, ?,
                    'bench', ?)
            """;
    private static final int DIGEST_BYTES = 32;

    private final BenchDatabase database;
    private final List<String> organizations;

    BareInserts(BenchDatabase database, List<String> organizations) {
        this.database = database;
        this.organizations = organizations;
    }

    /** Rows a second. */
    double run(int connections, Duration duration) {
        long deadline = System.nanoTime() + duration.toNanos();
        try (var threads =
                Executors.newThreadPerTaskExecutor(Thread.ofPlatform().factory())) {
            List<Future<Long>> counts = new ArrayList<>();
            for (int i = 0; i < connections; i++) {
                counts.add(threads.submit(() -> insertUntil(deadline)));
            }
            long inserted = 0;
            for (var count : counts) {
                inserted += count.get();
            }
            return inserted * 1e9 / duration.toNanos();
        } catch (ExecutionException e) {
            throw new IllegalStateException("the peer cannot insert", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    private long insertUntil(long deadline) throws SQLException {
        var random = new SecureRandom();
        long inserted = 0;
        try (var connection = database.connect()) {
            while (System.nanoTime() - deadline < 0) {
                insert(connection, random, organizations.get(random.nextInt(organizations.size())));
                inserted++;
            }
        }
        return inserted;
    }

    private static void insert(Connection connection, SecureRandom random, String organization) throws SQLException {
        var digest = new byte[DIGEST_BYTES];
        random.nextBytes(digest);
        var now = Instant.now().atOffset(ZoneOffset.UTC);
        // the driver keeps statements prepared by their text
        try (var statement = connection.prepareStatement(INSERT)) {
            statement.setString(1, "key_" + java.util.HexFormat.of().formatHex(digest, 0, 6));
            statement.setString(2, organization);
            statement.setString(3, organization);
            statement.setString(4, organization);
            statement.setBytes(5, digest);
            statement.setObject(6, now.plusDays(90));
            statement.setObject(7, now);
            statement.setObject(8, now);
            statement.executeUpdate();
        }
    }

    /** How long one commit takes when nobody else commits, in milliseconds: what the disk, or what stands for it, costs. */
    static double commitMillis(BenchDatabase database, String organization) throws SQLException {
        var millis = new ArrayList<Double>();
        try (var connection = database.connect();
                var statement =
                        connection.prepareStatement("UPDATE organization SET updated_at = now() WHERE id = ?")) {
            statement.setString(1, organization);
            for (int i = 0; i < 100; i++) {
                long began = System.nanoTime();
                statement.executeUpdate();
                millis.add((System.nanoTime() - began) / 1e6);
            }
        }
        return Samples.of(millis).median();
    }
}
