package dev.shearline.server.db;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.shearline.server.testing.Cluster;
import dev.shearline.server.testing.TestPostgres;
import dev.shearline.server.testing.TestSchema;
import dev.shearline.server.testing.Wire;
import java.util.TimeZone;
import org.jdbi.v3.core.Handle;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Transactions are what this release takes them for, whatever somebody has told the database. */
@Tag("storage")
class DatabaseTest {

    private static final String USERS = "SELECT count(*) FROM app_user";

    @Test
    void a_transaction_sees_what_others_commit_meanwhile_whatever_the_database_does_by_default() {
        var schema = repeatableReadByDefault();
        try (var database = new Database(schema.app(), 1);
                var node = new NodeDatabase(schema.node())) {
            assertThat(node.<String>call(handle -> handle.createQuery("SHOW transaction_isolation")
                            .mapTo(String.class)
                            .one()))
                    .isEqualTo("read committed");
            int seen = database.acrossTenants("test", tx -> {
                int before = users(tx);
                schema.execute("INSERT INTO app_user (id, name) VALUES ('usr_meanwhile', 'Meanwhile')");
                return users(tx) - before;
            });
            assertThat(seen).isOne();
        }
    }

    /** Cursors and days are texts of times in UTC. */
    @Test
    void sessions_are_in_utc_wherever_the_node_is() {
        var here = TimeZone.getDefault();
        TimeZone.setDefault(TimeZone.getTimeZone("America/New_York"));
        var schema = TestSchema.create();
        try (var database = new Database(schema.app(), 1);
                var node = new NodeDatabase(schema.node())) {
            assertThat(node.<String>call(handle -> zone(handle))).isEqualTo("UTC");
            assertThat(database.<String>acrossTenants("test", tx -> zone(tx.handle())))
                    .isEqualTo("UTC");
        } finally {
            TimeZone.setDefault(here);
        }
    }

    private static String zone(Handle handle) {
        return handle.createQuery("SHOW TimeZone").mapTo(String.class).one();
    }

    @Test
    void nodes_number_follow_and_spend_whatever_the_database_does_by_default() {
        try (var cluster = Cluster.startOn(repeatableReadByDefault(), 2)) {
            var acme = cluster.organization("acme");
            for (int round = 0; round < 5; round++) {
                var key = cluster.issue(acme, "sessions:read");
                assertThat(key.at("propagation/complete")).isEqualTo("true");
                var revoked = cluster.api(1)
                        .post("/v1/keys/" + key.at("id") + "/revoke")
                        .expect(200);
                assertThat(revoked.at("propagation/complete")).isEqualTo("true");
                assertThat(cluster.api(0).verify(key.at("secret"))).isEqualTo("revoked");
            }
        }
    }

    private static TestSchema repeatableReadByDefault() {
        var schema = TestSchema.create();
        schema.execute("ALTER DATABASE " + schema.owner().database()
                + " SET default_transaction_isolation = 'repeatable read'");
        return schema;
    }

    @Test
    void a_read_whose_commit_is_lost_has_changed_nothing() {
        var schema = TestSchema.create();
        try (var wire = Wire.to(TestPostgres.postgres().port(), true);
                var database = new Database(schema.through(wire).app(), 1)) {
            wire.loseCommitOf("FROM app_user");
            assertThatThrownBy(() -> database.acrossTenants("test", DatabaseTest::users))
                    .isInstanceOf(DatabaseUnavailableException.class);
            wire.join();
            assertThat(database.<Integer>acrossTenants("test", DatabaseTest::users))
                    .isZero();
        }
    }

    private static int users(Tx tx) {
        return tx.handle().createQuery(USERS).mapTo(Integer.class).one();
    }
}
