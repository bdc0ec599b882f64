package dev.shearline.server.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.shearline.server.db.NodeDatabase;
import dev.shearline.server.db.TenantContext;
import dev.shearline.server.feed.ChangeKind;
import dev.shearline.server.feed.Epoch;
import dev.shearline.server.feed.FeedEntry;
import dev.shearline.server.feed.Position;
import dev.shearline.server.feed.ServerIdentity;
import dev.shearline.server.identity.Actor;
import dev.shearline.server.testing.Eventually;
import dev.shearline.server.testing.FeedRig;
import dev.shearline.server.testing.Holding;
import dev.shearline.token.KeyDigest;
import dev.shearline.token.MintedKey;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.cumulative.CumulativeCounter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What entries, loads and reads do to a directory that has room for one live key. */
@Tag("storage")
class SmallDirectoryTest {

    /** Slots of a small table, in the order in which they are looked at for something to forget. */
    private static final Comparator<MintedKey> FORGOTTEN_FIRST =
            Comparator.comparingInt(key -> KeyTable.digestHash(key.digest().a()) - 1 & 1023);

    private static final Actor TEST = new Actor.Job("test");

    @AutoClose
    private final FeedRig rig = FeedRig.start(0);

    @AutoClose
    private final NodeDatabase database = new NodeDatabase(rig.schema().node());

    private final Directory directory = new Directory(Instant::now, 1);
    private final ReadThrough reads = new ReadThrough(directory, database, new SimpleMeterRegistry());

    @Test
    void a_revocation_in_the_batch_that_brings_a_key_too_many_leaves_its_tombstone() {
        for (var end : List.of(ChangeKind.KEY_REVOKED, ChangeKind.KEY_USED)) {
            rig.schema().execute("DELETE FROM api_key");
            var two = Stream.of(rig.insertKey(), rig.insertKey())
                    .sorted(FORGOTTEN_FIRST)
                    .toList();
            var held = two.getFirst();
            hide(two.getLast());
            load();
            assertThat(directory.isComplete()).isTrue();
            unhide(two.getLast());
            apply(entry(two.getLast(), ChangeKind.KEY_CREATED, 1), entry(held, end, 2));
            assertThat(look(held)).isEqualTo("dead");
            assertThat(look(two.getLast())).isEqualTo("alive");
            // a failover loses the end of the key
            load();
            assertThat(look(held)).isEqualTo("dead");
        }
    }

    @Test
    void nothing_is_taken_from_another_server_or_one_that_has_not_come_as_far() {
        var away = loadOneOfTwo();
        var head = database.call(Position::head);
        var next = new Epoch(head.epoch().number() + 1, 1);
        for (var wanted : List.of(new Position(head.epoch(), new ServerIdentity("another")), head.at(next))) {
            rig.schema().execute("UPDATE api_key SET confirmed_version = 0");
            load(wanted);
            rig.schema().execute("UPDATE api_key SET confirmed_version = 1");
            var read = reads.read(away.digest(), TEST);
            assertThatThrownBy(read::join).hasMessageContaining("unavailable");
            assertThat(look(away)).isEqualTo("unknown");
            assertThat(directory.state().settled).isEmpty();
        }
    }

    @Test
    void connections_that_lead_to_another_server_are_left_and_the_key_is_read_over_a_new_one() {
        var away = loadOneOfTwo();
        rig.schema().execute("CREATE SCHEMA another");
        rig.schema().execute("GRANT USAGE ON SCHEMA another TO shearline_node");
        rig.schema()
                .execute("CREATE FUNCTION another.pg_postmaster_start_time() RETURNS timestamptz"
                        + " LANGUAGE sql AS $$ SELECT 'epoch'::timestamptz $$");
        leadElsewhere(4);
        assertThat(database.call(Position::head).server())
                .isNotEqualTo(directory.state().readBegins().position().server());
        reads.read(away.digest(), TEST).join();
        assertThat(look(away)).isEqualTo("alive");
    }

    @Test
    void a_load_keeps_of_what_it_does_not_hold_that_it_exists() {
        var live = List.of(rig.insertKey(), rig.insertKey(), rig.insertKey());
        var ended = rig.insertKey();
        rig.database().inTransaction(TenantContext.whole(TEST, FeedRig.ACME), tx -> {
            rig.revoke(tx, ended);
            return true;
        });
        hide(rig.insertKey());
        assertThat(database.call(DirectoryRows::countKeys)).isEqualTo(new HeldKeys.Expected(3, 1));
        load();
        assertThat(look(ended)).isEqualTo("dead");
        assertThat(live.stream().map(this::look)).containsOnlyOnce("alive").containsOnly("alive", "unknown");
        assertThat(live)
                .filteredOn(key -> look(key).equals("unknown"))
                .allMatch(key -> directory.keys().mayExist(key.digest()));
        assertThat(directory.size()).isEqualTo(2);
        assertThat(directory.known()).isEqualTo(4);
        assertThat(directory.evictions()).isZero();
    }

    @Test
    void an_expired_key_takes_no_room_that_another_could_have_unless_it_was_held_before() {
        var expired = rig.insertKey();
        rig.schema().execute("UPDATE api_key SET expires_at = now() - interval '1 day'");
        var good = rig.insertKey();
        load();
        assertThat(look(expired)).isEqualTo("unknown");
        assertThat(look(good)).isEqualTo("alive");
        reads.read(expired.digest(), TEST).join();
        assertThat(look(expired)).isEqualTo("alive");
        load();
        assertThat(look(expired)).isEqualTo("alive");
    }

    @Test
    void what_keys_have_in_common_is_one_object_as_long_as_it_is_remembered() {
        var state = directory.state();
        var cidrs = state.cidrs("10.0.0.0/8");
        assertThat(state.cidrs("10.0.0.0/8")).isSameAs(cidrs);
        IntStream.range(0, DirectoryState.SHARED_MAX)
                .forEach(n -> state.cidrs("192.168." + n / 256 + "." + n % 256 + "/32"));
        assertThat(state.cidrs("10.0.0.0/8")).isEqualTo(cidrs).isNotSameAs(cidrs);
    }

    @Test
    void nobody_has_all_of_the_room_for_questions_and_who_calls_has_another() {
        loadOneOfTwo();
        var other = new Actor.Job("other");
        try (var _ = Holding.after(rig.schema(), "LOCK TABLE api_key IN ACCESS EXCLUSIVE MODE")) {
            IntStream.range(0, ReadThrough.ASKERS_EACH_MAX).forEach(n -> {
                var _ = ask(n, TEST);
            });
            assertThat(ask(-1, TEST)).isCompletedExceptionally();
            assertThat(ask(-2, other)).isNotDone();
            assertThat(reads.readCaller(KeyDigest.of("-3"))).isNotDone();
        }
        Eventually.isTrue("its places are free again", () -> !ask(-4, TEST).isCompletedExceptionally());
    }

    @Test
    void a_failure_while_a_failure_is_told_does_not_end_the_reads_that_come() {
        var away = loadOneOfTwo();
        load(new Position(database.call(Position::head).epoch(), new ServerIdentity("another")));
        var faulty = new ReadThrough(directory, database, new SimpleMeterRegistry() {
            @Override
            protected Counter newCounter(Meter.Id id) {
                return new CumulativeCounter(id) {
                    @Override
                    public void increment(double amount) {
                        throw new IllegalStateException("no counting");
                    }
                };
            }
        });
        for (int round = 0; round <= ReadThrough.STATEMENTS_MAX; round++) {
            assertThatThrownBy(faulty.read(away.digest(), TEST)::join).hasMessageContaining("unavailable");
        }
    }

    private CompletableFuture<Void> ask(int number, Actor asker) {
        return reads.read(KeyDigest.of("" + number), asker);
    }

    /** This many connections of the pool, which has no more. */
    private void leadElsewhere(int connections) {
        database.call(handle -> {
            handle.execute("SET search_path = another, pg_catalog, shearline");
            if (connections > 1) {
                leadElsewhere(connections - 1);
            }
            return true;
        });
    }

    /** Two live keys, of which one is held: the other. */
    private MintedKey loadOneOfTwo() {
        var two = List.of(rig.insertKey(), rig.insertKey());
        load();
        assertThat(directory.isComplete()).isFalse();
        return two.stream()
                .filter(key -> look(key).equals("unknown"))
                .findFirst()
                .orElseThrow();
    }

    /** As if it were created later. */
    private void hide(MintedKey key) {
        rig.schema()
                .execute(
                        "UPDATE api_key SET expires_at = now() - interval '1 year' WHERE id = ?",
                        key.id().toString());
    }

    private void unhide(MintedKey key) {
        rig.schema()
                .execute(
                        "UPDATE api_key SET expires_at = 'infinity' WHERE id = ?",
                        key.id().toString());
    }

    /** By its id, since a look by digest counts as asking for it. */
    private String look(MintedKey key) {
        return switch (directory.keys().find(key.id())) {
            case LiveKey _ -> "alive";
            case DeadKey _ -> "dead";
            case null -> "unknown";
        };
    }

    private void load() {
        load(database.call(Position::head));
    }

    private void load(Position at) {
        database.call(handle -> {
            directory.load(handle, at).show();
            return true;
        });
    }

    private void apply(FeedEntry... entries) {
        database.call(handle -> {
            directory.apply(List.of(entries), handle);
            return true;
        });
    }

    private static FeedEntry entry(MintedKey key, ChangeKind kind, int version) {
        return new FeedEntry(
                new Epoch(2, 2),
                Optional.of(kind),
                Optional.of(FeedRig.ACME),
                key.id().toString(),
                version);
    }
}
