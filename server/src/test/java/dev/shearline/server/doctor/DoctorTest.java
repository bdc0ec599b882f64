package dev.shearline.server.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.shearline.server.Server;
import dev.shearline.server.config.DatabaseUrl;
import dev.shearline.server.config.Setting;
import dev.shearline.server.db.DatabaseAddress;
import dev.shearline.server.db.Migrations;
import dev.shearline.server.testing.Eventually;
import dev.shearline.server.testing.FeedRig;
import dev.shearline.server.testing.NodeSettings;
import dev.shearline.server.testing.TestSchema;
import dev.shearline.token.Secret;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import org.jdbi.v3.core.Jdbi;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Each thing that can be wrong is made wrong, found, and named with what mends it. */
@Tag("storage")
class DoctorTest {

    private static final String RELEASE = "1.0";

    @TempDir
    Path directory;

    private TestSchema schema;
    private NodeSettings settings;

    @BeforeEach
    void makeEverythingWell() throws IOException {
        schema = TestSchema.create();
        settings = new NodeSettings(schema, directory);
        Files.createDirectory(
                directory.resolve("data"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    }

    private List<Finding> examine() {
        return examine(Clock.systemUTC());
    }

    private List<Finding> examine(Clock clock) {
        return new Doctor(settings.parse(), RELEASE, clock).examine();
    }

    private Finding found(String what) {
        return found(examine(), what);
    }

    private static Finding found(List<Finding> findings, String what) {
        return findings.stream()
                .filter(finding -> finding.what().equals(what))
                .findFirst()
                .orElseThrow(() -> new AssertionError(what + " is not among " + findings));
    }

    private void assertFound(String what, Finding.Level level, String figure, String mend) {
        var finding = found(what);
        assertThat(finding.level()).as(finding.toString()).isEqualTo(level);
        assertThat(finding.figure()).contains(figure);
        assertThat(finding.mend().orElseThrow()).contains(mend);
    }

    @Test
    void of_what_is_well_only_the_standby_is_missing() {
        var findings = examine();

        assertThat(findings)
                .filteredOn(finding ->
                        finding.level() != Finding.Level.OK && !finding.what().equals("disk"))
                .extracting(Finding::what)
                .containsExactly("synchronous standby");
        assertThat(findings)
                .extracting(Finding::what)
                .containsExactly(
                        "instance keys",
                        "data directory",
                        "disk",
                        "API port",
                        "management port",
                        "application database",
                        "application role",
                        "node database",
                        "node role",
                        "PostgreSQL",
                        "durability",
                        "synchronous standby",
                        "clock",
                        "schema",
                        "role privileges",
                        "feed",
                        "numbering",
                        "sealing",
                        "directory",
                        "nodes");
        assertThat(found(findings, "synchronous standby").mend().orElseThrow())
                .startsWith("sudo -u postgres psql")
                .contains("once a standby follows");
        assertThat(findings.toString()).doesNotContain("test-only");
    }

    @Test
    void instance_keys_that_are_missing_or_seen_by_others() throws IOException {
        var file = directory.resolve("instance.keys");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));
        assertFound("instance keys", Finding.Level.FAIL, "Others than its owner", "chmod 600 " + file);
        Files.delete(file);
        assertFound("instance keys", Finding.Level.FAIL, "cannot be read", "shearline secrets create " + file);
    }

    @Test
    void a_data_directory_that_others_may_enter_or_that_is_missing() throws IOException {
        var data = directory.resolve("data");
        Files.setPosixFilePermissions(data, PosixFilePermissions.fromString("rwxr-xr-x"));
        assertFound("data directory", Finding.Level.WARN, "others may enter", "chmod 700 " + data);
        Files.delete(data);
        assertFound("data directory", Finding.Level.WARN, "is missing", "install -d -m 700 " + data);
    }

    @Test
    void ports_that_somebody_else_holds_and_ports_that_a_node_holds() throws IOException {
        try (var taken = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
            settings.with(Setting.LISTEN, "127.0.0.1:" + taken.getLocalPort());
            assertFound("API port", Finding.Level.FAIL, "cannot be had", "'sport = :" + taken.getLocalPort() + "'");
        }
        settings.with(Setting.LISTEN, "127.0.0.1:0");
        try (var server = Server.start(settings.parse())) {
            Eventually.isTrue("the node is ready", server::isReady);
            settings.with(Setting.LISTEN, "127.0.0.1:" + server.port())
                    .with(Setting.MANAGEMENT_LISTEN, "127.0.0.1:" + server.managementPort());

            var findings = examine();

            assertThat(found(findings, "API port").figure()).endsWith("is held by the node that runs");
            assertThat(found(findings, "management port").figure()).endsWith("is held by the node that runs");
            assertThat(found(findings, "nodes").figure())
                    .startsWith("1 with a lease: 127.0.0.1:" + server.port() + " (" + Server.VERSION);
            assertThat(found(findings, "nodes").level())
                    .as("this release is another")
                    .isEqualTo(Finding.Level.WARN);
            assertThat(found(findings, "feed").figure()).isEqualTo("the slowest node is 0 changes behind");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "shearline_app:test-only@,shearline_app:wrong@,--new-passwords",
        "(?<=[0-9])/shearline_,/nothing_,createdb",
        "@127.0.0.1:[0-9]+,@127.0.0.1:1,systemctl start postgresql"
    })
    void a_database_that_cannot_be_reached(String right, String wrong, String mend) {
        settings.with(Setting.DATABASE_URL, settings.get(Setting.DATABASE_URL).replaceFirst(right, wrong));
        assertFound("application database", Finding.Level.FAIL, schema.app().user() + "@", mend);
    }

    @Test
    void an_owner_in_the_place_of_a_role() {
        settings.with(
                Setting.NODE_DATABASE_URL,
                settings.get(Setting.NODE_DATABASE_URL).replace("shearline_node:", "shearline_owner:"));
        assertFound("node role", Finding.Level.FAIL, "owns the schema", "shearline migrate --owner-url-file FILE");
    }

    @Test
    void rights_that_somebody_took_gave_or_turned_off() {
        schema.execute("REVOKE INSERT ON feed_entry FROM shearline_app");
        schema.execute("GRANT DELETE ON audit_event TO shearline_app");
        schema.execute("GRANT UPDATE (bytes) ON audit_event TO shearline_node");
        schema.execute("ALTER TABLE membership DISABLE ROW LEVEL SECURITY");
        var broken = examine().stream()
                .filter(finding -> finding.what().equals("role privileges"))
                .toList();

        assertThat(broken)
                .extracting(Finding::figure)
                .containsExactlyInAnyOrder(
                        "shearline_app lacks INSERT on feed_entry",
                        "shearline_app has DELETE on audit_event",
                        "shearline_node has UPDATE on audit_event",
                        "membership has no row-level security: tenants are not kept apart");
        // each names the statement that mends it
        for (var finding : broken) {
            var mend = finding.mend().orElseThrow();
            schema.execute(mend.substring(mend.indexOf('"') + 1, mend.lastIndexOf('"')));
        }
        assertThat(found("role privileges").level()).isEqualTo(Finding.Level.OK);
    }

    @Test
    void a_schema_of_another_release() {
        var history = "UPDATE flyway_schema_history SET version = ? WHERE version = ?";
        var newest = Integer.toString(Migrations.SCHEMA_VERSION);
        schema.execute(history, "1000", newest);
        assertFound("schema", Finding.Level.WARN, "of a later release", "shearline --version");
        schema.execute("UPDATE schema_compatibility SET min_version = 1000");
        assertFound("schema", Finding.Level.FAIL, "update this node", "shearline --version");
        schema.execute("DELETE FROM flyway_schema_history WHERE version = '1000'");
        assertFound("schema", Finding.Level.FAIL, "run shearline migrate", "shearline migrate");
    }

    @Test
    void a_clock_that_is_wrong() {
        var ahead = found(examine(Clock.offset(Clock.systemUTC(), Duration.ofSeconds(60))), "clock");
        assertThat(ahead.level()).isEqualTo(Finding.Level.FAIL);
        assertThat(ahead.mend().orElseThrow()).startsWith("timedatectl set-ntp true");
    }

    @Test
    void changes_without_a_number_nodes_that_lag_and_nodes_of_two_releases() {
        schema.execute("INSERT INTO node (id, version, address, applied, staleness_ms, lease_until) VALUES"
                + " ('node_a', '1.0', 'a:1', 1, 10000, now() + interval '1 hour'),"
                + " ('node_b', '0.9', 'b:1', 1, 10000, now() + interval '1 hour'),"
                + " ('node_c', '0.1', 'c:1', 1, 10000, now() - interval '1 hour')");
        assertFound("nodes", Finding.Level.WARN, "a:1 (1.0), b:1 (0.9); this release is 1.0", "systemctl restart");

        schema.execute("INSERT INTO feed_entry (id, kind, at)"
                + " VALUES (gen_random_uuid(), 'key.changed', now() - interval '1 minute')");
        assertFound("numbering", Finding.Level.FAIL, "1 changes wait", "SELECT shearline.number_entries()");

        schema.query("SELECT number_entries()");
        assertThat(found("numbering").level()).isEqualTo(Finding.Level.OK);
        assertFound("feed", Finding.Level.WARN, "a:1 is 1 changes behind", "systemctl restart shearline   # at a:1");
    }

    @Test
    void a_database_that_does_not_keep_what_it_confirms() throws SQLException {
        superuser("ALTER SYSTEM SET fsync = off");
        try {
            Eventually.isTrue("it is found", () -> found("durability").level() == Finding.Level.FAIL);
            assertFound("durability", Finding.Level.FAIL, "fsync is off", "ALTER SYSTEM SET fsync = on");
        } finally {
            superuser("ALTER SYSTEM RESET fsync");
        }
        Eventually.isTrue("fsync is on again", () -> found("durability").level() == Finding.Level.OK);
    }

    /** As one comes about behind a pooler that drops what a session asks for. */
    @ParameterizedTest
    @ValueSource(strings = {"off", "local"})
    void a_session_of_either_role_whose_commits_are_not_on_disk(String commit) throws SQLException {
        try (var handle = Jdbi.open(schema.app().dataSource("test").getConnection())) {
            assertThat(PostgresChecks.commits(handle, "application")).isEmpty();
            handle.execute("SET synchronous_commit = " + commit);
            assertThat(PostgresChecks.commits(handle, "application"))
                    .singleElement()
                    .satisfies(finding -> {
                        assertThat(finding.level()).isEqualTo(Finding.Level.FAIL);
                        assertThat(finding.figure()).contains(commit + " for the application role");
                    });
        }
    }

    @Test
    void events_that_wait_for_a_seal_or_would_never_get_one() {
        schema.execute("INSERT INTO audit_event (id, organization_id, at, actor, action, target, bytes)"
                + " VALUES ('evt_waiting', 'org_instance', now(), 'a', 'b', 'c', '')");
        schema.execute("UPDATE audit_unsealed SET at = now() - interval '1 hour' WHERE event_id = 'evt_waiting'");
        assertFound("sealing", Finding.Level.WARN, "the next node that starts does it", "systemctl start");
        schema.execute("INSERT INTO node (id, version, address, applied, staleness_ms, lease_until) VALUES"
                + " ('node_a', '1.0', 'a:1', 1, 10000, now() + interval '1 hour')");
        assertFound("sealing", Finding.Level.FAIL, "has waited for 36", "cannot seal");
        schema.execute("DELETE FROM audit_unsealed");
        assertThat(found("sealing").level()).isEqualTo(Finding.Level.OK);

        for (var loss : List.of(
                "ALTER TABLE audit_event DISABLE TRIGGER await_seal", "DROP TRIGGER await_seal ON audit_event")) {
            schema.execute(loss);
            var finding = found("sealing");
            assertThat(finding.level()).as(loss).isEqualTo(Finding.Level.FAIL);
            assertThat(finding.figure()).contains("is never sealed");
            var mend = finding.mend().orElseThrow();
            schema.execute(mend.substring(mend.indexOf('"') + 1, mend.lastIndexOf('"')));
            assertThat(found("sealing").level()).as(mend).isEqualTo(Finding.Level.OK);
        }
    }

    @Test
    void more_live_keys_than_a_node_holds() {
        settings.with(Setting.DIRECTORY_MAX_KEYS, "1000");
        try (var rig = FeedRig.start(schema, 0, feed -> feed)) {
            rig.insertKey();
        }
        assertThat(found("directory").figure()).startsWith("1 live keys, room for 1000");
        assertThat(found("directory").level()).isEqualTo(Finding.Level.OK);
        schema.execute("""
                INSERT INTO api_key (id, organization_id, audience_id, type, visibility, mode, unit_id, digest, prefix, last_four,
                                     name, name_key, scopes, created_at, created_by, updated_at)
                SELECT 'key_' || lpad(i::text, 12, '0'), organization_id, audience_id, type, visibility, mode, unit_id,
                       sha256(convert_to(i::text, 'UTF8')), prefix, last_four, name, name_key, scopes, created_at, created_by, updated_at
                  FROM api_key, generate_series(1, 1000) AS i
                """);
        assertFound("directory", Finding.Level.WARN, "1001 live keys", "SHEARLINE_DIRECTORY_MAX_KEYS=2002");
    }

    private static void superuser(String sql) throws SQLException {
        try (var connection = TestSchema.superuser();
                var statement = connection.createStatement()) {
            statement.execute(sql);
            statement.execute("SELECT pg_reload_conf()");
        }
    }

    @Test
    void a_database_without_a_schema() {
        var empty = new DatabaseAddress(
                schema.node().host(), schema.node().port(), "postgres", "shearline_node", Secret.of("test-only"));
        settings.with(Setting.NODE_DATABASE_URL, DatabaseUrl.reveal(empty));
        assertFound("schema", Finding.Level.FAIL, "version 0", "shearline migrate");
    }
}
