package dev.shearline.server.feed;

import static org.assertj.core.api.Assertions.assertThat;

import dev.shearline.server.db.NodeDatabase;
import dev.shearline.server.testing.TestSchema;
import org.jdbi.v3.core.Handle;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** PostgreSQL keeps the plans of a connection: those made with an empty feed must still be right when it is long. */
@Tag("storage")
class FeedPlansTest {

    private static final TestSchema SCHEMA = TestSchema.create();

    @AutoClose
    private static final NodeDatabase DATABASE = new NodeDatabase(SCHEMA.node());

    @Test
    void a_feed_that_has_grown_is_still_read_by_its_indexes() {
        SCHEMA.beginHistory();
        try (var handle = DATABASE.open()) {
            // a statement's plan is kept after some executions
            for (int i = 0; i < 20; i++) {
                commit(1);
                poll(handle);
            }
            commit(5_000);
            poll(handle);
            commit(1);
            handle.useTransaction(poll -> {
                poll(poll);
                assertThat(wholeReads(poll)).isZero();
            });
        }
    }

    private static void commit(int entries) {
        SCHEMA.execute("INSERT INTO feed_entry (id, kind) SELECT gen_random_uuid(), 'catalog.changed'"
                + " FROM generate_series(1, " + entries + ")");
    }

    private static void poll(Handle handle) {
        Numbers.number(handle);
        var head = Numbers.head(handle);
        assertThat(FeedLog.read(handle, head.number()).entries()).hasSize(1);
    }

    private static long wholeReads(Handle handle) {
        return handle.createQuery("SELECT seq_scan FROM pg_stat_xact_user_tables WHERE relname = 'feed_entry'")
                .mapTo(Long.class)
                .one();
    }
}
