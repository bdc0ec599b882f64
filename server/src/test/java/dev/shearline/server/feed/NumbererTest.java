package dev.shearline.server.feed;

import static org.assertj.core.api.Assertions.assertThat;

import dev.shearline.server.db.NodeDatabase;
import dev.shearline.server.testing.Eventually;
import dev.shearline.server.testing.Holding;
import dev.shearline.server.testing.TestSchema;
import dev.shearline.server.verify.DirectoryLooks;
import java.time.Clock;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("storage")
class NumbererTest {

    private static final TestSchema SCHEMA = TestSchema.create();

    @AutoClose
    private static final NodeDatabase DATABASE = new NodeDatabase(SCHEMA.node());

    private final AtomicInteger wakes = new AtomicInteger();
    private final Numberer numberer = new Numberer(
            new PostgresPrimary(DATABASE, new DirectoryLooks(Clock.systemUTC()).replica()),
            wakes::incrementAndGet,
            false,
            Threads.of(System::nanoTime));

    @BeforeEach
    void start() {
        SCHEMA.beginHistory();
        numberer.start();
    }

    @AfterEach
    void close() {
        numberer.close();
    }

    @Test
    void the_answer_is_the_highest_number_of_the_commit() {
        var entries = List.of(commit(), commit(), commit());
        var epoch = numberer.number(entries).join();
        assertThat(epoch.number()).isEqualTo(4);
        assertThat(SCHEMA.query("SELECT epoch FROM epoch_counter")).isEqualTo("4");
    }

    @Test
    void the_follower_is_woken_for_entries_that_another_node_has_numbered() {
        var entries = List.of(commit());
        DATABASE.call(Numbers::number);
        assertThat(numberer.number(entries).join().number()).isEqualTo(2);
        Eventually.isTrue("woken", () -> wakes.get() > 0);
    }

    @Test
    void it_waits_for_whoever_holds_the_counter_and_then_numbers() {
        var entries = List.of(commit());
        try (var _ = Holding.after(SCHEMA, "SELECT epoch FROM epoch_counter FOR UPDATE")) {
            assertThat(DATABASE.call(Numbers::number)).isEqualTo(-1);
            assertThat(numberer.number(entries)).isNotDone();
        }
        assertThat(numberer.number(entries).join().number()).isEqualTo(2);
    }

    @Test
    void commits_that_cannot_be_numbered_are_not_kept_for_ever() {
        try (var _ = Holding.after(SCHEMA, "SELECT epoch FROM epoch_counter FOR UPDATE")) {
            var stuck = numberer.number(List.of(commit()));
            Eventually.isTrue("it gives up", stuck::isCompletedExceptionally);
        }
    }

    @Test
    void entries_that_a_failover_has_lost_are_not_waited_for_for_ever() {
        var lost = numberer.number(List.of(UUID.randomUUID()));
        var other = numberer.number(List.of(commit()));
        assertThat(other.join().number()).isEqualTo(2);
        Eventually.isTrue("it gives up", lost::isCompletedExceptionally);
    }

    @Test
    void it_goes_on_after_its_connection_was_ended() {
        assertThat(numberer.number(List.of(commit())).join().number()).isEqualTo(2);
        SCHEMA.endOtherSessions();
        assertThat(numberer.number(List.of(commit())).join().number()).isEqualTo(3);
    }

    private UUID commit() {
        var id = UUID.randomUUID();
        SCHEMA.execute("INSERT INTO feed_entry (id, kind) VALUES (?, 'catalog.changed')", id);
        return id;
    }
}
