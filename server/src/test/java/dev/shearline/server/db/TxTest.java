package dev.shearline.server.db;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.shearline.server.identity.Actor;
import dev.shearline.server.identity.OrganizationId;
import dev.shearline.server.testing.TestPostgres;
import dev.shearline.server.testing.TestSchema;
import dev.shearline.server.testing.Wire;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What is put off is done all the same, in its order, and with the rest of its transaction or not at all. */
@Tag("storage")
class TxTest {

    private static final String INSERT = "INSERT INTO app_user (id, name) VALUES (:id, :name)";
    private static final String USERS = "SELECT count(*) FROM app_user";
    private static final TenantContext CONTEXT = TenantContext.whole(new Actor.Job("test"), OrganizationId.INSTANCE);

    @Test
    void it_goes_with_the_commit() {
        var schema = TestSchema.create();
        try (var database = new Database(schema.app(), 1)) {
            database.inTransaction(CONTEXT, tx -> {
                later(tx, "a");
                later(tx, "b");
                assertThat(schema.query(USERS)).isEqualTo("0");
                return true;
            });
            assertThat(schema.query(USERS)).isEqualTo("2");
            // the connection is fit for the next transaction, and the statement is prepared by then
            for (int i = 0; i < 20; i++) {
                var id = "again" + i;
                database.inTransaction(CONTEXT, tx -> {
                    later(tx, id);
                    return true;
                });
            }
            assertThat(schema.query(USERS)).isEqualTo("22");
        }
    }

    @Test
    void the_next_statement_sees_it_and_so_does_the_end_of_many() {
        var schema = TestSchema.create();
        try (var database = new Database(schema.app(), 1)) {
            database.inTransaction(CONTEXT, tx -> {
                later(tx, "a");
                assertThat(users(tx)).isOne();
                for (int i = 0; i <= Tx.PUT_OFF_MAX * 2; i++) {
                    later(tx, "many" + i);
                }
                return true;
            });
            assertThat(schema.query(USERS)).isEqualTo(Integer.toString(Tx.PUT_OFF_MAX * 2 + 2));
        }
    }

    @Test
    void it_is_written_in_the_organization_in_which_it_was_put_off() {
        var schema = TestSchema.create();
        try (var database = new Database(schema.app(), 1)) {
            database.inTransaction(CONTEXT, tx -> {
                tx.writeLater(
                        "INSERT INTO app_user (id, name) VALUES (:id, current_setting('shearline.organization'))",
                        Map.of("id", "usr_where"));
                tx.enter(TenantContext.whole(new Actor.Job("test"), new OrganizationId("org_other")));
                return true;
            });
            assertThat(schema.query("SELECT name FROM app_user")).isEqualTo(OrganizationId.INSTANCE.value());
        }
    }

    @Test
    void what_fails_at_the_end_takes_everything_with_it() {
        var schema = TestSchema.create();
        try (var database = new Database(schema.app(), 1)) {
            assertThatThrownBy(() -> database.inTransaction(CONTEXT, tx -> {
                        later(tx, "a");
                        assertThat(users(tx)).isOne();
                        later(tx, "b");
                        later(tx, "a");
                        return true;
                    }))
                    .hasMessageContaining("app_user_pkey");
            assertThat(schema.query(USERS)).isEqualTo("0");
            assertThat(database.<Integer>acrossTenants("test", TxTest::users)).isZero();
        }
    }

    @Test
    void what_is_thrown_before_the_end_leaves_nothing() {
        var schema = TestSchema.create();
        try (var database = new Database(schema.app(), 1)) {
            assertThatThrownBy(() -> database.inTransaction(CONTEXT, tx -> {
                        later(tx, "a");
                        throw new IllegalStateException("changed its mind");
                    }))
                    .hasMessage("changed its mind");
            assertThat(schema.query(USERS)).isEqualTo("0");
        }
    }

    @Test
    void a_connection_lost_on_the_way_back_leaves_the_outcome_unknown_and_the_change_made() {
        var schema = TestSchema.create();
        try (var wire = Wire.to(TestPostgres.postgres().port(), true);
                var database = new Database(schema.through(wire).app(), 1)) {
            wire.loseCommitOf("INSERT INTO app_user");
            assertThatThrownBy(() -> database.inTransaction(CONTEXT, tx -> {
                        later(tx, "a");
                        return true;
                    }))
                    .isInstanceOf(OutcomeUnknownException.class);
            assertThat(schema.query(USERS)).isEqualTo("1");
        }
    }

    private static void later(Tx tx, String id) {
        tx.writeLater(INSERT, Map.of("id", "usr_" + id, "name", id));
    }

    private static int users(Tx tx) {
        return tx.handle().createQuery(USERS).mapTo(Integer.class).one();
    }
}
