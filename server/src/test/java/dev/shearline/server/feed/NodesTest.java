package dev.shearline.server.feed;

import static org.assertj.core.api.Assertions.assertThat;

import dev.shearline.server.db.NodeDatabase;
import dev.shearline.server.testing.Holding;
import dev.shearline.server.testing.TestSchema;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;
import org.jdbi.v3.core.Handle;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Leases and trimming as SQL, without a node. */
@Tag("storage")
class NodesTest {

    private static final NodeId ID = NodeId.draw(new SecureRandom());
    private static final NodeId OTHER = NodeId.draw(new SecureRandom());

    private static final TestSchema SCHEMA = TestSchema.create();

    @AutoClose
    private static final NodeDatabase DATABASE = new NodeDatabase(SCHEMA.node());

    @BeforeEach
    void beginHistory() {
        SCHEMA.beginHistory();
    }

    @Test
    void a_lease_outlives_the_freshness_of_its_node_by_the_margin_on_the_primarys_clock() {
        renew(ID, head());
        assertThat(SCHEMA.query(
                        "SELECT lease_until - started_at = interval '12 seconds' FROM node WHERE id = ?", ID.value()))
                .isEqualTo("t");
    }

    @Test
    void a_deleted_row_is_inserted_anew_and_a_lapsed_lease_is_renewed() {
        renew(ID, head());
        call(handle -> {
            Nodes.delete(handle, List.of(ID));
            return true;
        });
        renew(ID, head());
        lapse(ID, "1 second");
        assertThat(rows()).singleElement().returns(true, Nodes.Row::lapsed);
        renew(ID, head());
        assertThat(rows()).singleElement().returns(false, Nodes.Row::lapsed);
    }

    @Test
    void a_position_in_another_history_acknowledges_nothing() {
        number(3);
        var head = head();
        renew(ID, head);
        assertThat(rows()).singleElement().returns(head.number(), Nodes.Row::applied);
        renew(ID, new Epoch(head.number(), head.tag() ^ 1));
        assertThat(rows()).singleElement().returns(0L, Nodes.Row::applied);
        renew(ID, new Epoch(head.number() + 1, head.tag()));
        assertThat(rows()).singleElement().returns(0L, Nodes.Row::applied);
    }

    @Test
    void rows_lapsed_for_a_minute_are_forgotten_and_no_others() {
        renew(ID, head());
        renew(OTHER, head());
        lapse(ID, "59 seconds");
        lapse(OTHER, "61 seconds");
        assertThat(call(Nodes::forgetLapsed)).isEqualTo(1);
        assertThat(rows()).singleElement().returns(ID, Nodes.Row::id);
    }

    @Test
    void forgetting_waits_for_nobody_who_is_renewing() {
        renew(ID, head());
        renew(OTHER, head());
        lapse(ID, "2 minutes");
        lapse(OTHER, "2 minutes");
        try (var _ = Holding.after(SCHEMA, "UPDATE node SET lease_until = now() WHERE id = '" + ID.value() + "'")) {
            assertThat(call(Nodes::forgetLapsed)).isEqualTo(1);
        }
    }

    @Test
    void the_feed_is_trimmed_below_what_live_nodes_have_applied() {
        number(8);
        age(0);
        renew(ID, epoch(5));
        renew(OTHER, epoch(3));
        lapse(OTHER, "1 second");
        assertThat(call(FeedLog::trim)).isEqualTo(4);
        assertThat(oldest()).isEqualTo("5");
    }

    @Test
    void a_node_that_has_acknowledged_nothing_of_this_history_keeps_everything() {
        number(8);
        age(0);
        renew(ID, new Epoch(5, epoch(5).tag() ^ 1));
        assertThat(call(FeedLog::trim)).isZero();
    }

    @Test
    void the_newest_entry_stays_however_old_it_is() {
        number(8);
        age(0);
        assertThat(call(FeedLog::trim)).isEqualTo(8);
        assertThat(oldest()).isEqualTo(Long.toString(head().number()));
        assertThat(call(FeedLog::trim)).isZero();
    }

    @Test
    void what_is_younger_than_a_day_stays_and_all_that_comes_after_it() {
        number(8);
        age(0);
        SCHEMA.execute("UPDATE feed_entry SET at = now() - interval '23 hours' WHERE epoch = 4");
        assertThat(call(FeedLog::trim)).isEqualTo(3);
        assertThat(oldest()).isEqualTo("4");
    }

    @Test
    void trimming_waits_for_nobody_who_holds_an_old_entry() {
        number(8);
        age(0);
        try (var _ = Holding.after(SCHEMA, "SELECT 1 FROM feed_entry WHERE epoch = 2 FOR UPDATE")) {
            assertThat(call(FeedLog::trim)).isPositive();
        }
        call(FeedLog::trim);
        assertThat(oldest()).isEqualTo(Long.toString(head().number()));
    }

    @Test
    void what_this_server_answers_is_on_disk_whatever_the_database_says_by_default() {
        SCHEMA.execute("ALTER DATABASE " + SCHEMA.node().database() + " SET synchronous_commit = off");
        try (var later = new NodeDatabase(SCHEMA.node());
                var dedicated = later.open()) {
            for (var handle : List.of(later.open(), dedicated)) {
                try (handle) {
                    assertThat(handle.createQuery("SHOW synchronous_commit")
                                    .mapTo(String.class)
                                    .one())
                            .isEqualTo("on");
                }
            }
        }
    }

    private List<Nodes.Row> rows() {
        return call(handle -> Nodes.look(handle, List.of())).rows();
    }

    private void renew(NodeId id, Epoch applied) {
        call(handle -> Nodes.renew(handle, id, "test", "127.0.0.1:0", applied, Duration.ofSeconds(10)));
    }

    private void lapse(NodeId id, String since) {
        SCHEMA.execute("UPDATE node SET lease_until = clock_timestamp() - ?::interval WHERE id = ?", since, id.value());
    }

    private void number(int entries) {
        SCHEMA.execute(
                "INSERT INTO feed_entry (id, kind) SELECT gen_random_uuid(), 'catalog.changed' FROM generate_series(1, ?)",
                entries);
        assertThat(call(Numbers::number)).isEqualTo(entries);
    }

    /** Makes everything from there on two days old. */
    private void age(int from) {
        SCHEMA.execute("UPDATE feed_entry SET at = now() - interval '2 days' WHERE epoch >= ?", from);
    }

    private Epoch head() {
        return call(Numbers::head);
    }

    private Epoch epoch(long number) {
        return new Epoch(number, Long.parseLong(SCHEMA.query("SELECT tag FROM feed_entry WHERE epoch = ?", number)));
    }

    private String oldest() {
        return SCHEMA.query("SELECT min(epoch) FROM feed_entry");
    }

    private <T> T call(Function<Handle, T> work) {
        return DATABASE.call(work);
    }
}
