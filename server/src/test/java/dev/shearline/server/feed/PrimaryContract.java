package dev.shearline.server.feed;

import static org.assertj.core.api.Assertions.assertThat;

import dev.shearline.server.feed.Primary.Line;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** What the protocol counts on. PostgreSQL and the model of it that the simulation runs on pass the same tests. */
abstract class PrimaryContract {

    static final NodeId ID = NodeId.draw(new Random(1));
    static final NodeId OTHER = NodeId.draw(new Random(2));

    private static final Duration STALENESS = Duration.ofSeconds(10);
    private static final FeedSettings SETTINGS = SimulatedNode.settings(STALENESS, Duration.ofMillis(250), false);

    /** A transaction that is under way. */
    interface UnderWay extends AutoCloseable {

        @Override
        void close();
    }

    /** A line to a primary with an entry in its feed, the genesis, and no node. */
    abstract Line line();

    /** A change, committed. */
    abstract UUID commit();

    /** A change that is committed when it is closed. */
    abstract UnderWay begin();

    /** Somebody holds the lock of the numberer until it is closed. */
    abstract UnderWay holdCounter();

    /** Somebody holds the row of a node until it is closed. */
    abstract UnderWay holdRow(NodeId id);

    /** Makes the entries from this number on, or those that wait for one, so much older. */
    abstract void age(long from, Duration by);

    /** Ends a lease, so long ago. */
    abstract void lapse(NodeId id, Duration since);

    abstract Instant leaseUntil(NodeId id);

    // numbering -------------------------------------------------------------------------------------------------------

    @Test
    void numbers_are_given_after_the_commit_without_gaps_and_each_with_a_tag_of_its_own() {
        var entries = List.of(commit(), commit(), commit());
        assertThat(line().numbersOf(entries)).isEmpty();
        assertThat(line().number()).isEqualTo(3);
        var numbers = line().numbersOf(entries);
        assertThat(entries).allSatisfy(entry -> assertThat(numbers).containsKey(entry));
        assertThat(numbers.values()).extracting(Epoch::number).containsExactlyInAnyOrder(2L, 3L, 4L);
        assertThat(numbers.values()).extracting(Epoch::tag).doesNotHaveDuplicates();
        assertThat(line().head()).isIn(numbers.values()).returns(4L, Epoch::number);
        assertThat(line().number()).isZero();
    }

    @Test
    void what_is_not_committed_has_no_number_and_is_not_waited_for() {
        try (var _ = begin()) {
            assertThat(line().number()).isZero();
        }
        assertThat(line().number()).isEqualTo(1);
    }

    @Test
    void nobody_waits_for_who_holds_the_counter_nor_says_how_far_all_is() {
        try (var _ = holdCounter()) {
            assertThat(line().number()).isEqualTo(-1);
            assertThat(line().headOfAll())
                    .as("nothing waits here, but is this the primary?")
                    .isEmpty();
            commit();
            assertThat(line().number()).isEqualTo(-1);
            assertThat(line().headOfAll()).isEmpty();
        }
        assertThat(line().headOfAll().orElseThrow().number()).isEqualTo(2);
    }

    // reading ---------------------------------------------------------------------------------------------------------

    @Test
    void the_feed_is_read_from_a_number_on_in_their_order() {
        number(5);
        assertThat(line().read(3).entries())
                .extracting(entry -> entry.epoch().number())
                .containsExactly(3L, 4L, 5L, 6L);
        assertThat(line().read(6).entries()).extracting(FeedEntry::epoch).containsExactly(line().head());
        assertThat(line().read(7).entries()).isEmpty();
    }

    @Test
    void a_page_holds_the_last_known_entry_and_at_most_a_batch_after_it() {
        number(FeedLog.BATCH_MAX + 5);
        assertThat(line().read(1).entries()).hasSize(FeedLog.BATCH_MAX + 1);
    }

    @Test
    void an_entry_that_has_waited_for_its_number_for_two_seconds_is_told_of() {
        commit();
        age(Long.MAX_VALUE, Duration.ofSeconds(1));
        assertThat(line().read(1).numbersLate()).isFalse();
        age(Long.MAX_VALUE, Duration.ofSeconds(2));
        assertThat(line().read(1).numbersLate()).isTrue();
        line().number();
        assertThat(line().read(1).numbersLate()).isFalse();
    }

    @Test
    void every_answer_says_which_server_it_is_from() {
        var server = line().read(1).server();
        assertThat(line().read(1).server()).isEqualTo(server);
        assertThat(line().renew(ID, SETTINGS, line().head()).server()).isEqualTo(server);
        var loaded = line().load();
        assertThat(loaded.position()).isEqualTo(new Position(line().head(), server));
    }

    // leases ----------------------------------------------------------------------------------------------------------

    @Test
    void a_lease_outlives_the_freshness_of_its_node_by_the_margin_on_the_primarys_clock() {
        var now = line().renew(ID, SETTINGS, line().head()).primaryNow();
        var end = now.plus(STALENESS).plus(Nodes.MARGIN);
        assertThat(leaseUntil(ID)).isBetween(end.minusSeconds(1), end);
    }

    @Test
    void a_deleted_row_is_inserted_anew_and_a_lapsed_lease_is_renewed() {
        renew(ID, line().head());
        line().delete(List.of(ID));
        assertThat(rows()).isEmpty();
        renew(ID, line().head());
        lapse(ID, Duration.ofSeconds(1));
        assertThat(rows()).singleElement().returns(true, Nodes.Row::lapsed);
        renew(ID, line().head());
        assertThat(rows()).singleElement().returns(false, Nodes.Row::lapsed);
    }

    @Test
    void a_position_in_another_history_acknowledges_nothing() {
        number(3);
        var head = line().head();
        renew(ID, head);
        assertThat(rows())
                .singleElement()
                .returns(head.number(), Nodes.Row::applied)
                .returns(STALENESS, Nodes.Row::staleness);
        renew(ID, new Epoch(head.number(), head.tag() ^ 1));
        assertThat(rows()).singleElement().returns(0L, Nodes.Row::applied);
        renew(ID, new Epoch(head.number() + 1, head.tag()));
        assertThat(rows()).singleElement().returns(0L, Nodes.Row::applied);
    }

    @Test
    void a_look_says_which_very_entries_the_feed_holds() {
        number(2);
        var head = line().head();
        var other = new Epoch(head.number(), head.tag() ^ 1);
        assertThat(line().look(List.of(head, other, head)).held()).containsExactly(head);
    }

    @Test
    void rows_lapsed_for_a_minute_are_forgotten_and_no_others() {
        renew(ID, line().head());
        renew(OTHER, line().head());
        lapse(ID, Nodes.FORGET.minusSeconds(10));
        lapse(OTHER, Nodes.FORGET.plusSeconds(1));
        assertThat(line().forgetLapsed()).isEqualTo(1);
        assertThat(rows()).singleElement().returns(ID, Nodes.Row::id);
    }

    @Test
    void forgetting_waits_for_nobody_who_is_renewing() {
        renew(ID, line().head());
        renew(OTHER, line().head());
        lapse(ID, Nodes.FORGET.multipliedBy(2));
        lapse(OTHER, Nodes.FORGET.multipliedBy(2));
        try (var _ = holdRow(ID)) {
            assertThat(line().forgetLapsed()).isEqualTo(1);
        }
        assertThat(rows()).singleElement().returns(ID, Nodes.Row::id);
    }

    // trimming --------------------------------------------------------------------------------------------------------

    @Test
    void the_feed_is_trimmed_below_what_live_nodes_have_applied() {
        number(8);
        age(0, FeedLog.KEEP.multipliedBy(2));
        renew(ID, epoch(5));
        renew(OTHER, epoch(3));
        lapse(OTHER, Duration.ofSeconds(1));
        assertThat(line().trim()).isEqualTo(4);
        assertThat(oldest()).isEqualTo(5);
    }

    @Test
    void a_node_that_has_acknowledged_nothing_of_this_history_keeps_everything() {
        number(8);
        age(0, FeedLog.KEEP.multipliedBy(2));
        renew(ID, new Epoch(5, epoch(5).tag() ^ 1));
        assertThat(line().trim()).isZero();
    }

    @Test
    void the_newest_entry_stays_however_old_it_is() {
        number(8);
        age(0, FeedLog.KEEP.multipliedBy(2));
        assertThat(line().trim()).isEqualTo(8);
        assertThat(oldest()).isEqualTo(line().head().number());
        assertThat(line().trim()).isZero();
    }

    @Test
    void what_is_younger_than_a_day_stays_and_all_that_comes_after_it() {
        number(3);
        age(0, FeedLog.KEEP.plusHours(1));
        number(1);
        assertThat(line().trim()).isEqualTo(4);
        assertThat(oldest()).isEqualTo(5);
    }

    final void number(int entries) {
        var committed = new ArrayList<UUID>();
        for (int i = 0; i < entries; i++) {
            committed.add(commit());
        }
        assertThat(line().number()).isEqualTo(committed.size());
    }

    private Epoch epoch(long number) {
        return line().read(number).entries().getFirst().epoch();
    }

    final long oldest() {
        return line().read(0).entries().getFirst().epoch().number();
    }

    private void renew(NodeId id, Epoch applied) {
        line().renew(id, SETTINGS, applied);
    }

    private List<Nodes.Row> rows() {
        return line().look(List.of(line().head())).rows();
    }
}
