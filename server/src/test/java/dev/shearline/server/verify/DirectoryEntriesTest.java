package dev.shearline.server.verify;

import static org.assertj.core.api.Assertions.assertThat;

import dev.shearline.server.db.NodeDatabase;
import dev.shearline.server.feed.ChangeKind;
import dev.shearline.server.feed.Epoch;
import dev.shearline.server.feed.FeedEntry;
import dev.shearline.server.feed.Position;
import dev.shearline.server.testing.FeedRig;
import dev.shearline.token.MintedKey;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What entries do to a directory, in whatever order and however often they come. */
@Tag("storage")
class DirectoryEntriesTest {

    @AutoClose
    private static final FeedRig RIG = FeedRig.start(0);

    @AutoClose
    private static final NodeDatabase DATABASE = new NodeDatabase(RIG.schema().node());

    private Instant now = Instant.now();
    private final Directory directory = new Directory(() -> now, Long.MAX_VALUE);
    private final List<Directory.Resurrected> resurrected = new ArrayList<>();
    private final MintedKey key = RIG.insertKey();

    @BeforeEach
    void load() {
        directory.onResurrected(resurrected::addAll);
        reload();
    }

    @Test
    void entries_of_one_life_in_any_order_once_or_twice_end_at_the_row() {
        long seed = System.nanoTime();
        var random = new Random(seed);
        var life = List.of(
                entry(ChangeKind.KEY_CREATED, 1),
                entry(ChangeKind.KEY_DISABLED, 2),
                entry(ChangeKind.KEY_ENABLED, 3),
                entry(ChangeKind.KEY_DISABLED, 4),
                entry(ChangeKind.KEY_ENABLED, 5));
        store("active", 5);
        for (int round = 0; round < 100; round++) {
            var shuffled = new ArrayList<>(life);
            shuffled.addAll(life);
            Collections.shuffle(shuffled, random);
            int cut = random.nextInt(shuffled.size());
            apply(shuffled.subList(0, cut));
            apply(shuffled.subList(cut, shuffled.size()));
            assertShown("active 5", "seed " + seed);
        }
    }

    @Test
    void a_removing_entry_acts_without_the_row() {
        apply(entry(ChangeKind.KEY_DISABLED, 2));
        assertShown("disabled 2", "the row is still active at version 1");
        apply(entry(ChangeKind.KEY_REVOKED, 3));
        assertShown("revoked 3", "");
    }

    @Test
    void an_enable_that_was_overtaken_by_a_disable_does_not_enable() {
        store("active", 3);
        apply(entry(ChangeKind.KEY_DISABLED, 4));
        apply(entry(ChangeKind.KEY_ENABLED, 3));
        assertShown("disabled 4", "the row that was read is older than what is held");
    }

    @Test
    void a_late_revocation_of_an_earlier_version_changes_nothing() {
        store("active", 5);
        apply(entry(ChangeKind.KEY_UPDATED, 5));
        apply(entry(ChangeKind.KEY_DISABLED, 4));
        assertShown("active 5", "");
    }

    @Test
    void the_removal_of_a_key_that_is_not_known_leaves_a_tombstone() {
        var other = RIG.insertKey();
        RIG.commitRevoke(other);
        assertThat(directory.keys().find(other.digest())).isNull();
        apply(entry(other, ChangeKind.KEY_REVOKED, 2));
        assertThat(DirectoryLooks.show(directory, other.digest())).isEqualTo("revoked 2");
    }

    @Test
    void entries_about_things_that_are_nowhere_do_nothing() {
        int size = directory.size();
        for (var kind : ChangeKind.values()) {
            apply(new FeedEntry(new Epoch(2, 2), Optional.of(kind), Optional.of(FeedRig.ACME), "key_000000000000", 9));
        }
        assertThat(directory.size()).isEqualTo(size);
        assertShown("active 1", "");
    }

    @Test
    void a_row_that_is_gone_is_removed_by_an_entry_that_reads_it() {
        int size = directory.size();
        RIG.schema().execute("DELETE FROM api_key WHERE id = ?", key.id().toString());
        apply(entry(ChangeKind.KEY_UPDATED, 2));
        assertThat(directory.keys().find(key.digest())).isNull();
        assertThat(directory.size()).isEqualTo(size - 1);
    }

    @Test
    void a_key_that_was_revoked_and_is_alive_after_a_loading_is_refused_and_reported() {
        apply(entry(ChangeKind.KEY_REVOKED, 2));
        reload();
        assertShown("revoked 2", "refused as before");
        assertThat(resurrected).containsExactly(new Directory.Resurrected(FeedRig.ACME, key.id(), 2));
    }

    @Test
    void a_key_that_was_disabled_before_it_was_revoked_is_refused_and_reported_though_its_row_is_disabled() {
        store("disabled", 2);
        reload();
        apply(entry(ChangeKind.KEY_REVOKED, 3));
        reload();
        assertShown("revoked 3", "its organization could enable it");
        assertThat(resurrected).containsExactly(new Directory.Resurrected(FeedRig.ACME, key.id(), 3));
        store("active", 4);
        apply(entry(ChangeKind.KEY_ENABLED, 4));
        assertThat(DirectoryLooks.look(directory, key.digest())).isEqualTo("dead");
    }

    @Test
    void a_key_that_an_operator_has_confirmed_is_alive_for_a_node_that_knew_it_as_dead_and_loads_later() {
        apply(entry(ChangeKind.KEY_REVOKED, 2));
        confirm(4, 4);
        reload();
        assertShown("active 4", "");
        assertThat(resurrected).isEmpty();
    }

    @Test
    void a_key_that_died_after_it_was_confirmed_is_not_alive_by_that() {
        apply(entry(ChangeKind.KEY_REVOKED, 6));
        confirm(4, 9);
        reload();
        assertShown("revoked 9", "later versions of the row say nothing");
        assertThat(resurrected).hasSize(1);
    }

    @Test
    void a_key_that_was_disabled_and_is_alive_after_a_loading_is_alive() {
        apply(entry(ChangeKind.KEY_DISABLED, 2));
        reload();
        assertShown("active 1", "");
        assertThat(resurrected).isEmpty();
    }

    @Test
    void a_resurrected_key_is_refused_until_an_operator_confirms_it() {
        apply(entry(ChangeKind.KEY_REVOKED, 2));
        reload();
        apply(entry(ChangeKind.KEY_CREATED, 1));
        assertThat(DirectoryLooks.look(directory, key.digest())).isEqualTo("dead");
        store("active", 2);
        apply(entry(ChangeKind.KEY_UPDATED, 2));
        assertThat(DirectoryLooks.look(directory, key.digest()))
                .as("a new name is no confirmation")
                .isEqualTo("dead");
        store("active", 4);
        apply(entry(ChangeKind.KEY_DISABLED, 3), entry(ChangeKind.KEY_ENABLED, 4));
        assertThat(DirectoryLooks.look(directory, key.digest()))
                .as("its organization has not been told that it was dead")
                .isEqualTo("dead");
        fork(5);
        apply(entry(ChangeKind.KEY_DISABLED, 5));
        assertThat(DirectoryLooks.look(directory, key.digest())).isEqualTo("dead");
        confirm(6, 6);
        apply(entry(ChangeKind.KEY_ENABLED, 6));
        assertShown("active 6", "");
    }

    @Test
    void an_enable_and_an_update_in_one_batch_lift_the_refusal_in_either_order() {
        for (boolean enableFirst : new boolean[] {true, false}) {
            confirm(0, 1);
            reload();
            apply(entry(ChangeKind.KEY_REVOKED, 2));
            reload();
            apply(entry(ChangeKind.KEY_DISABLED, 3));
            confirm(4, 5);
            var enable = entry(ChangeKind.KEY_ENABLED, 4);
            var update = entry(ChangeKind.KEY_UPDATED, 5);
            apply(enableFirst ? List.of(enable, update) : List.of(update, enable));
            assertShown("active 5", "enable first: " + enableFirst);
        }
    }

    @Test
    void a_resurrected_key_is_reported_again_after_every_loading_until_it_is_disabled() {
        apply(entry(ChangeKind.KEY_REVOKED, 2));
        reload();
        reload();
        assertThat(resurrected).hasSize(2);
        fork(3);
        reload();
        assertThat(resurrected).hasSize(2);
        assertShown("disabled 3", "its row says that it waits for an operator");
    }

    @Test
    void tombstones_are_swept_after_ninety_days() {
        apply(entry(ChangeKind.KEY_REVOKED, 2));
        now = now.plus(java.time.Duration.ofDays(DeadKey.KEEP_DAYS));
        apply(new FeedEntry(new Epoch(3, 3), Optional.of(ChangeKind.GENESIS), Optional.empty(), "", 0));
        assertShown("revoked 2", "on the last day");
        now = now.plus(java.time.Duration.ofDays(1));
        apply(new FeedEntry(new Epoch(4, 4), Optional.of(ChangeKind.GENESIS), Optional.empty(), "", 0));
        assertThat(directory.keys().find(key.digest())).isNull();
    }

    @Test
    void a_suspension_acts_without_the_row_and_a_late_one_does_not() {
        apply(organization(ChangeKind.ORGANIZATION_SUSPENDED, 2));
        assertThat(directory.findOrganization(FeedRig.ACME).orElseThrow().active())
                .isFalse();
        RIG.schema().execute("UPDATE organization SET version = 3 WHERE id = ?", FeedRig.ACME.value());
        apply(organization(ChangeKind.ORGANIZATION_CHANGED, 3));
        apply(organization(ChangeKind.ORGANIZATION_SUSPENDED, 2));
        assertThat(directory.findOrganization(FeedRig.ACME).orElseThrow().active())
                .isTrue();
    }

    private void reload() {
        DATABASE.call(handle -> {
            directory.load(handle, Position.head(handle)).show();
            return true;
        });
    }

    private void apply(FeedEntry... entries) {
        apply(Arrays.asList(entries));
    }

    private void apply(List<FeedEntry> entries) {
        DATABASE.call(handle -> {
            directory.apply(entries, handle);
            return true;
        });
    }

    private FeedEntry entry(ChangeKind kind, int version) {
        return entry(key, kind, version);
    }

    private static FeedEntry entry(MintedKey of, ChangeKind kind, int version) {
        return new FeedEntry(
                new Epoch(2, 2),
                Optional.of(kind),
                Optional.of(FeedRig.ACME),
                of.id().toString(),
                version);
    }

    private static FeedEntry organization(ChangeKind kind, int version) {
        return new FeedEntry(
                new Epoch(2, 2), Optional.of(kind), Optional.of(FeedRig.ACME), FeedRig.ACME.value(), version);
    }

    private void store(String state, int version) {
        RIG.schema()
                .execute(
                        "UPDATE api_key SET state = ?, version = ? WHERE id = ?",
                        state,
                        version,
                        key.id().toString());
    }

    /** Disabled because history has forked. */
    private void fork(int version) {
        store("disabled", version);
        RIG.schema()
                .execute(
                        "UPDATE api_key SET disabled_cause = 'history_forked' WHERE id = ?",
                        key.id().toString());
    }

    /** Active at a version, and confirmed by an operator at another. */
    private void confirm(int confirmed, int version) {
        store("active", version);
        RIG.schema()
                .execute(
                        "UPDATE api_key SET disabled_cause = NULL, confirmed_version = ? WHERE id = ?",
                        confirmed,
                        key.id().toString());
    }

    private void assertShown(String expected, String why) {
        assertThat(DirectoryLooks.show(directory, key.digest())).as(why).isEqualTo(expected);
    }
}
