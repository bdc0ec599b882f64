package dev.shearline.server.feed;

import static org.assertj.core.api.Assertions.assertThat;

import dev.shearline.server.testing.Eventually;
import dev.shearline.server.testing.FeedRig;
import dev.shearline.server.testing.Gate;
import dev.shearline.server.testing.Holding;
import dev.shearline.token.MintedKey;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.postgresql.PGConnection;

/** {@code complete} means: no verification that arrives after this answer is allowed. */
@Tag("storage")
class AcknowledgementTest {

    private static final String COUNTER = "SELECT epoch FROM epoch_counter FOR UPDATE";

    @Test
    void revoking_a_revoked_key_is_not_complete_while_the_revocation_has_no_number() {
        try (var rig = FeedRig.start(2)) {
            var key = rig.issueKey();
            try (var _ = Holding.after(rig.schema(), COUNTER)) {
                rig.commitRevoke(key);
                var again = rig.node(1).feed().propagateHead(FeedNode.WIDENING_WAIT);
                assertThat(rig.node(0).look(key)).isEqualTo("alive");
                assertThat(again.propagation().complete()).isFalse();
                assertThat(again.epoch()).isEmpty();
            }
            Eventually.isTrue(
                    "numbered",
                    () -> rig.node(1)
                            .feed()
                            .propagateHead(FeedNode.REMOVING_WAIT)
                            .propagation()
                            .complete());
            assertNobodyAllows(rig, key);
        }
    }

    /** Who cannot commit does not know whether this is still the primary: an old one looks as if nothing waited for a number. */
    @Test
    void nothing_is_said_of_the_head_while_a_client_holds_the_counter() {
        try (var rig = FeedRig.start(2)) {
            var key = rig.issueKey();
            assertThat(rig.revoke(0, key).propagation().complete()).isTrue();
            try (var _ = Holding.after(rig.schema(), COUNTER)) {
                var told = rig.node(1).feed().propagateHead(FeedNode.WIDENING_WAIT);
                assertThat(told.epoch()).isEmpty();
                assertThat(told.propagation().complete()).isFalse();
                assertThat(told.propagation().deadBy()).isEmpty();
            }
            Eventually.isTrue(
                    "both have reported it",
                    () -> rig.node(1)
                            .feed()
                            .propagateHead(FeedNode.REMOVING_WAIT)
                            .propagation()
                            .complete());
        }
    }

    @Test
    void a_node_does_not_vouch_for_itself_with_numbers_of_another_history() {
        try (var rig = FeedRig.start(1)) {
            var key = rig.issueKey();
            for (int i = 0; i < 10; i++) {
                rig.issueKey();
            }
            var node = rig.node(0);
            var ownRow = "SELECT 1 FROM node WHERE id = '" + node.feed().id().value() + "' FOR UPDATE";
            try (var _ = Holding.after(rig.schema(), ownRow)) {
                rig.schema().awaitBlocked();
                // a restore, while the node's poll is under way: fewer numbers, and the node knows higher ones
                rig.schema().execute("DELETE FROM feed_entry");
                rig.schema().execute("UPDATE epoch_counter SET epoch = 2");
                rig.schema().execute("""
                        INSERT INTO feed_entry (id, epoch, tag, kind) VALUES (gen_random_uuid(), 2, random_tag(), 'genesis')
                        """);
                var revoked = rig.revoke(0, key);
                assertThat(revoked.epoch().orElseThrow().number()).isEqualTo(3);
                assertThat(node.feed().position().number()).isGreaterThan(3);
                assertThat(revoked.propagation().complete() && node.allows(key)).isFalse();
            }
            Eventually.isTrue(
                    "it has loaded again",
                    () -> node.isFresh() && node.look(key).equals("dead"));
        }
    }

    @Test
    void a_change_that_history_holds_no_longer_is_not_complete_and_has_no_number() throws SQLException {
        try (var rig = FeedRig.start(1);
                var numbered = Numbered.listen(rig)) {
            var key = rig.issueKey();
            numbered.await();
            var ownRow =
                    "SELECT 1 FROM node WHERE id = '" + rig.node(0).feed().id().value() + "' FOR UPDATE";
            CompletableFuture<Propagation.Measured> answer;
            try (var _ = Holding.after(rig.schema(), ownRow)) {
                rig.schema().awaitBlocked();
                var committed = rig.commitRevoke(key);
                answer = CompletableFuture.supplyAsync(
                        () -> rig.node(0).feed().propagate(committed, Duration.ofMinutes(1)));
                numbered.await();
                // another history has another change at this number, and the node will apply that one
                rig.schema().execute("UPDATE feed_entry SET tag = tag # 1 WHERE kind = 'key.revoked'");
            }
            var measured = answer.join();
            assertThat(measured.epoch()).isEmpty();
            assertThat(measured.propagation().complete()).isFalse();
            assertThat(measured.propagation().deadBy()).isEmpty();
        }
    }

    /** Hears of every commit that has got its number. */
    private record Numbered(Connection connection) implements AutoCloseable {

        static Numbered listen(FeedRig rig) throws SQLException {
            var numbered = new Numbered(rig.schema().connect());
            try (var statement = numbered.connection.createStatement()) {
                statement.execute("LISTEN " + WakeUp.CHANNEL);
            }
            return numbered;
        }

        void await() {
            Eventually.isTrue("a commit has its number", () -> {
                try {
                    var heard = connection.unwrap(PGConnection.class).getNotifications(100);
                    return heard != null && heard.length > 0;
                } catch (SQLException e) {
                    throw new AssertionError(e);
                }
            });
        }

        @Override
        public void close() throws SQLException {
            connection.close();
        }
    }

    @Test
    void a_node_that_answers_and_whose_row_is_gone_counts_itself() {
        try (var rig = FeedRig.start(1)) {
            var key = rig.issueKey();
            var node = rig.node(0);
            rig.schema()
                    .execute(
                            "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$");
            rig.schema().execute("CREATE TRIGGER refuse BEFORE INSERT ON node FOR EACH ROW EXECUTE FUNCTION refuse()");
            rig.schema().execute("DELETE FROM node");
            var revoked = rig.revoke(0, key);
            assertThat(revoked.propagation().complete() && node.allows(key)).isFalse();
            rig.schema().execute("DROP TRIGGER refuse ON node");
            Eventually.isTrue(
                    "it has heard of it", () -> node.isFresh() && node.look(key).equals("dead"));
        }
    }

    @Test
    void a_node_that_leaves_does_not_answer_again_when_its_last_poll_returns() {
        try (var rig = FeedRig.start(1)) {
            var node = rig.node(0);
            CompletableFuture<Void> left;
            try (var gate = Gate.shut(
                    rig.schema(), "node", "NEW.id = '" + node.feed().id().value() + "'")) {
                gate.awaitSomebody();
                left = CompletableFuture.runAsync(() -> node.feed().leave());
                Eventually.isTrue("it stops answering", () -> !node.isFresh());
                gate.open();
                left.join();
                assertThat(node.isFresh()).isFalse();
            }
        }
    }

    @Test
    void a_pending_node_is_dead_by_the_time_that_is_said() {
        try (var rig = FeedRig.start(2)) {
            var key = rig.issueKey();
            var slow = rig.node(1);
            try (var gate = Gate.shut(
                    rig.schema(), "node", "NEW.id = '" + slow.feed().id().value() + "'")) {
                gate.awaitSomebody();
                var before = rig.node(0).feed().primaryClock().instant();
                var revoked = rig.revoke(0, key).propagation();
                assertThat(revoked.nodes()).isEqualTo(2);
                assertThat(revoked.acknowledged()).isEqualTo(1);
                assertThat(revoked.pending()).isEqualTo(1);
                assertThat(revoked.complete()).isFalse();
                assertThat(revoked.deadBy().orElseThrow())
                        .isBetween(before.plusSeconds(12), before.plus(Duration.ofMinutes(2)));
            }
            Eventually.isTrue("it follows", () -> slow.look(key).equals("dead"));
        }
    }

    private static void assertNobodyAllows(FeedRig rig, MintedKey key) {
        assertThat(rig.nodes()).noneMatch(node -> node.allows(key));
    }
}
