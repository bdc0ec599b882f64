package dev.shearline.server.verify;

import static org.assertj.core.api.Assertions.assertThat;

import dev.shearline.server.db.TenantContext;
import dev.shearline.server.feed.Change;
import dev.shearline.server.feed.ChangeKind;
import dev.shearline.server.feed.FeedNode;
import dev.shearline.server.feed.FeedSettings;
import dev.shearline.server.identity.Actor;
import dev.shearline.server.testing.Eventually;
import dev.shearline.server.testing.FeedRig;
import dev.shearline.server.testing.Gate;
import dev.shearline.token.MintedKey;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The holes that the protocol of the feed closes, one by one, on real nodes and a real database. */
@Tag("storage")
class FeedProtocolTest {

    private static final Actor TEST = new Actor.Job("test");
    private static final int WRITERS = 50;

    @Test
    void a_renewal_whose_commit_is_slow_never_lets_a_revoker_say_complete_too_early() {
        // every renewal takes 300 ms from its statement to its commit; a lease lapses between two polls again and again
        try (var rig = FeedRig.start(1, settings -> with(settings, Duration.ofMillis(200)))) {
            var follower = rig.join();
            rig.schema().execute("""
                    CREATE FUNCTION shearline.slow_commit() RETURNS trigger LANGUAGE plpgsql AS
                    $$ BEGIN PERFORM pg_sleep(0.3); RETURN NULL; END $$
                    """);
            rig.schema().execute("GRANT EXECUTE ON FUNCTION shearline.slow_commit() TO shearline_node");
            rig.schema().execute("""
                    CREATE CONSTRAINT TRIGGER slow_commit AFTER INSERT OR UPDATE ON node DEFERRABLE INITIALLY DEFERRED
                    FOR EACH ROW EXECUTE FUNCTION shearline.slow_commit()
                    """);
            for (int round = 0; round < 5; round++) {
                var key = rig.insertKey();
                rig.changeKey(0, key, ChangeKind.KEY_CREATED);
                Eventually.isTrue(
                        "the other node has it",
                        () -> follower.directory().keys().find(key.digest()) instanceof LiveKey);
                rig.schema()
                        .execute(
                                "UPDATE node SET lease_until = now() - interval '1 second' WHERE id = ?",
                                follower.feed().id().value());
                var revoked = rig.revoke(0, key);
                if (revoked.propagation().complete()) {
                    assertNotAllowed(follower, key);
                }
            }
        }
    }

    @Test
    void a_lapsed_node_whose_renewal_is_being_committed_reads_what_the_revoker_did_not_wait_for() {
        try (var rig = FeedRig.start(1, settings -> with(settings, Duration.ofSeconds(1)))) {
            var slow = rig.join();
            var key = rig.issueKey();
            try (var gate = Gate.shut(
                    rig.schema(), "node", "NEW.id = '" + slow.feed().id().value() + "'")) {
                gate.awaitSomebody();
                Eventually.isTrue(
                        "the committed lease has lapsed",
                        () -> rig.schema()
                                .query("SELECT count(*) FROM node WHERE lease_until < now()")
                                .equals("1"));
                var revoked = rig.revoke(0, key).propagation();
                assertThat(revoked.fenced()).isEqualTo(1);
                assertThat(revoked.complete()).isTrue();
                gate.open();
                Eventually.isTrue("it serves again", () -> {
                    assertThat(slow.allows(key)).isFalse();
                    return slow.isFresh();
                });
                assertThat(slow.look(key)).isEqualTo("dead");
            }
        }
    }

    @Test
    void an_entry_that_waits_for_its_number_in_an_empty_feed_starts_the_nodes_again() {
        try (var rig = FeedRig.start(1)) {
            rig.schema().execute("DELETE FROM feed_entry");
            Eventually.isTrue("stopped", () -> !rig.node(0).isFresh());
            rig.schema().execute("INSERT INTO feed_entry (id, kind) VALUES (gen_random_uuid(), 'genesis')");
            assertNextChangeArrives(rig);
        }
    }

    @Test
    void a_client_stopped_inside_numbering_blinds_nobody_for_longer_than_it_lives() throws Exception {
        try (var rig = FeedRig.start(2, settings -> with(settings, Duration.ofSeconds(2)))) {
            var key = rig.insertKey();
            try (var stopped = rig.schema().node().dataSource("stopped").getConnection();
                    var statement = stopped.createStatement()) {
                stopped.setAutoCommit(false);
                statement.execute("SELECT epoch FROM epoch_counter FOR UPDATE");
                var seen = rig.changeKey(0, key, ChangeKind.KEY_CREATED);
                assertThat(seen.epoch()).isEmpty();
                assertThat(seen.propagation().complete()).isFalse();
                Eventually.isTrue(
                        "an entry without a number stops freshness",
                        () -> rig.nodes().stream()
                                .noneMatch(node -> node.feed().freshness().isFresh()));
                stopped.rollback();
            }
            Eventually.isTrue(
                    "all nodes serve again and know the key",
                    () -> rig.nodes().stream()
                            .allMatch(node -> node.feed().freshness().isFresh()
                                    && node.directory().keys().find(key.digest()) instanceof LiveKey));
        }
    }

    @Test
    void two_entries_of_one_key_may_be_read_again_between_them() {
        try (var rig = FeedRig.start(1)) {
            var key = known(rig);
            var committed = rig.database().inTransaction(TenantContext.whole(TEST, FeedRig.ACME), tx -> {
                // both are numbered in one batch; the row read again is that of the second
                setState(rig, key, "active", 3);
                rig.feed().append(tx, entry(key, ChangeKind.KEY_ENABLED, 3));
                rig.feed().append(tx, entry(key, ChangeKind.KEY_DISABLED, 2));
                return true;
            });
            rig.node(0).feed().propagate(committed, FeedNode.REMOVING_WAIT);
            assertThat(rig.node(0).directory().keys().find(key.digest()))
                    .isInstanceOfSatisfying(
                            LiveKey.class, live -> assertThat(live.isDisabled()).isFalse());
        }
    }

    @Test
    void entries_may_come_twice_and_late() {
        try (var rig = FeedRig.start(1)) {
            var key = known(rig);
            setState(rig, key, "active", 7);
            append(rig, key, ChangeKind.KEY_UPDATED, 7);
            append(rig, key, ChangeKind.KEY_DISABLED, 4);
            append(rig, key, ChangeKind.KEY_UPDATED, 7);
            append(rig, key, ChangeKind.KEY_UPDATED, 5);
            assertThat(rig.node(0).directory().keys().find(key.digest()))
                    .isInstanceOfSatisfying(
                            LiveKey.class, live -> assertThat(live.isDisabled()).isFalse());
            rig.revoke(0, key);
            append(rig, key, ChangeKind.KEY_ENABLED, 6);
            append(rig, key, ChangeKind.KEY_REVOKED, 8);
            assertThat(rig.node(0).directory().keys().find(key.digest())).isInstanceOf(DeadKey.class);
        }
    }

    @Test
    void an_entry_of_a_newer_release_costs_one_loading() {
        try (var rig = FeedRig.start(1)) {
            var key = rig.insertKey();
            rig.schema()
                    .execute(
                            "INSERT INTO feed_entry (id, kind, target, version) VALUES (gen_random_uuid(), 'key.teleported', ?, 1)",
                            key.id().toString());
            Eventually.isTrue("loaded", () -> rig.node(0).directory().keys().find(key.digest()) instanceof LiveKey);
            assertNextChangeArrives(rig);
        }
    }

    @Test
    void a_gap_in_the_numbers_costs_one_loading() {
        try (var rig = FeedRig.start(1)) {
            var key = rig.insertKey();
            rig.schema().execute("""
                    WITH counted AS (UPDATE epoch_counter SET epoch = epoch + 5 RETURNING epoch)
                    INSERT INTO feed_entry (id, epoch, tag, kind, version) SELECT gen_random_uuid(), epoch, 1, 'catalog.changed', 1 FROM counted
                    """);
            Eventually.isTrue("loaded", () -> rig.node(0).directory().keys().find(key.digest()) instanceof LiveKey);
            assertNextChangeArrives(rig);
        }
    }

    @Test
    void an_empty_feed_stops_a_node_and_a_new_genesis_starts_it() {
        try (var rig = FeedRig.start(1, settings -> with(settings, Duration.ofSeconds(2)))) {
            rig.schema().execute("DELETE FROM feed_entry");
            Eventually.isTrue("fenced", () -> !rig.node(0).feed().freshness().isFresh());
            rig.schema().execute("""
                    WITH counted AS (UPDATE epoch_counter SET epoch = epoch + 1 RETURNING epoch)
                    INSERT INTO feed_entry (id, epoch, tag, kind, version) SELECT gen_random_uuid(), epoch, 1, 'genesis', 0 FROM counted
                    """);
            Eventually.isTrue(
                    "serves again", () -> rig.node(0).feed().freshness().isFresh());
            assertNextChangeArrives(rig);
        }
    }

    @Test
    void fifty_writers_with_slow_commits_leave_every_node_equal_to_the_database() throws Exception {
        try (var rig = FeedRig.start(3);
                var threads = Executors.newFixedThreadPool(WRITERS)) {
            rig.schema().execute("""
                    CREATE FUNCTION shearline.slow_change() RETURNS trigger LANGUAGE plpgsql AS
                    $$ BEGIN PERFORM pg_sleep(random() * 0.05); RETURN NULL; END $$
                    """);
            rig.schema().execute("""
                    CREATE CONSTRAINT TRIGGER slow_change AFTER UPDATE ON api_key DEFERRABLE INITIALLY DEFERRED
                    FOR EACH ROW EXECUTE FUNCTION shearline.slow_change()
                    """);
            List<Callable<MintedKey>> writers = new ArrayList<>();
            for (int writer = 0; writer < WRITERS; writer++) {
                int node = writer % 3;
                boolean ends = writer % 2 == 0;
                writers.add(() -> write(rig, node, ends));
            }
            var keys = new ArrayList<MintedKey>();
            for (var writer : threads.invokeAll(writers)) {
                keys.add(writer.get());
            }
            for (var node : rig.nodes()) {
                for (var key : keys) {
                    Eventually.isTrue("equal", () -> node.shows(key).equals(rig.stored(key)));
                }
            }
        }
    }

    /** Disables and enables a key a few times, and revokes it or not. */
    private static MintedKey write(FeedRig rig, int node, boolean ends) {
        var key = rig.insertKey();
        rig.changeKey(node, key, ChangeKind.KEY_CREATED);
        for (int i = 0; i < 4; i++) {
            boolean disable = i % 2 == 0;
            var committed = rig.database().inTransaction(TenantContext.whole(TEST, FeedRig.ACME), tx -> {
                tx.handle()
                        .createUpdate("UPDATE api_key SET state = :state, version = version + 1 WHERE id = :id")
                        .bind("state", disable ? "disabled" : "active")
                        .bind("id", key.id().toString())
                        .execute();
                rig.feed()
                        .append(
                                tx,
                                entry(
                                        key,
                                        disable ? ChangeKind.KEY_DISABLED : ChangeKind.KEY_ENABLED,
                                        rig.versionOf(tx, key)));
                return true;
            });
            rig.node(node).feed().announce(committed);
        }
        if (ends) {
            rig.revoke(node, key);
        }
        return key;
    }

    private static void assertNextChangeArrives(FeedRig rig) {
        Eventually.isTrue("serves", () -> rig.node(0).feed().freshness().isFresh());
        var next = known(rig);
        var revoked = rig.revoke(0, next);
        assertThat(revoked.propagation().complete()).isTrue();
        assertThat(rig.node(0).directory().keys().find(next.digest())).isInstanceOf(DeadKey.class);
    }

    private static void assertNotAllowed(FeedRig.Node node, MintedKey key) {
        boolean fresh = node.feed().freshness().isFresh();
        assertThat(fresh && node.directory().keys().find(key.digest()) instanceof LiveKey)
                .isFalse();
    }

    private static MintedKey known(FeedRig rig) {
        var key = rig.insertKey();
        rig.changeKey(0, key, ChangeKind.KEY_CREATED);
        assertThat(rig.node(0).directory().keys().find(key.digest())).isInstanceOf(LiveKey.class);
        return key;
    }

    private static void append(FeedRig rig, MintedKey key, ChangeKind kind, int version) {
        var committed = rig.database().inTransaction(TenantContext.whole(TEST, FeedRig.ACME), tx -> {
            rig.feed().append(tx, entry(key, kind, version));
            return true;
        });
        rig.node(0).feed().propagate(committed, FeedNode.REMOVING_WAIT);
    }

    private static Change entry(MintedKey key, ChangeKind kind, int version) {
        return Change.in(FeedRig.ACME, kind, key.id().toString(), version);
    }

    private static void setState(FeedRig rig, MintedKey key, String state, int version) {
        rig.schema()
                .execute(
                        "UPDATE api_key SET state = ?, version = ? WHERE id = ?",
                        state,
                        version,
                        key.id().toString());
    }

    private static FeedSettings with(FeedSettings usual, Duration staleness) {
        return new FeedSettings(
                staleness, usual.pollInterval(), usual.wakeUp(), usual.directory(), usual.version(), usual.address());
    }
}
