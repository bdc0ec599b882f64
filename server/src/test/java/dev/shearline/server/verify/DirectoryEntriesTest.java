package dev.shearline.server.verify;

import static org.assertj.core.api.Assertions.assertThat;

import dev.shearline.server.db.NodeDatabase;
import dev.shearline.server.feed.ChangeKind;
import dev.shearline.server.feed.Epoch;
import dev.shearline.server.feed.FeedEntry;
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
    private final Directory directory = new Directory(() -> now);
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
        assertThat(directory.find(other.digest())).isNull();
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
        assertThat(directory.find(key.digest())).isNull();
        assertThat(directory.size()).isEqualTo(size - 1);
    }

    @Test
    void a_key_that_was_revoked_and_is_alive_after_a_loading_is_refused_and_reported() {
        apply(entry(ChangeKind.KEY_REVOKED, 2));
        reload();
        assertShown("revoked 1", "refused at the version of the row that was loaded");
        assertThat(resurrected).containsExactly(new Directory.Resurrected(FeedRig.ACME, key.id()));
    }

    @Test
    void a_key_that_was_disabled_and_is_alive_after_a_loading_is_alive() {
        apply(entry(ChangeKind.KEY_DISABLED, 2));
        reload();
        assertShown("active 1", "");
        assertThat(resurrected).isEmpty();
    }

    @Test
    void a_resurrected_key_is_refused_until_somebody_enables_it() {
        apply(entry(ChangeKind.KEY_REVOKED, 2));
        reload();
        apply(entry(ChangeKind.KEY_CREATED, 1));
        assertThat(DirectoryLooks.look(directory, key.digest())).isEqualTo("dead");
        store("active", 2);
        apply(entry(ChangeKind.KEY_UPDATED, 2));
        assertThat(DirectoryLooks.look(directory, key.digest()))
                .as("a new name is no confirmation")
                .isEqualTo("dead");
        store("disabled", 3);
        apply(entry(ChangeKind.KEY_DISABLED, 3));
        assertThat(DirectoryLooks.look(directory, key.digest())).isEqualTo("dead");
        store("active", 4);
        apply(entry(ChangeKind.KEY_ENABLED, 4));
        assertShown("active 4", "");
    }

    @Test
    void an_enable_and_an_update_in_one_batch_lift_the_refusal_in_either_order() {
        for (boolean enableFirst : new boolean[] {true, false}) {
            store("active", 1);
            reload();
            apply(entry(ChangeKind.KEY_REVOKED, 2));
            reload();
            store("active", 4);
            var enable = entry(ChangeKind.KEY_ENABLED, 3);
            var update = entry(ChangeKind.KEY_UPDATED, 4);
            apply(enableFirst ? List.of(enable, update) : List.of(update, enable));
            assertShown("active 4", "enable first: " + enableFirst);
        }
    }

    @Test
    void a_resurrected_key_is_reported_again_after_every_loading_until_it_is_disabled() {
        apply(entry(ChangeKind.KEY_REVOKED, 2));
        reload();
        reload();
        assertThat(resurrected).hasSize(2);
        store("disabled", 2);
        reload();
        assertThat(resurrected).hasSize(2);
        assertShown("disabled 2", "");
    }

    @Test
    void tombstones_are_swept_after_ninety_days() {
        apply(entry(ChangeKind.KEY_REVOKED, 2));
        now = now.plus(java.time.Duration.ofDays(DeadKey.KEEP_DAYS));
        apply(new FeedEntry(new Epoch(3, 3), Optional.of(ChangeKind.GENESIS), Optional.empty(), "", 0));
        assertShown("revoked 2", "on the last day");
        now = now.plus(java.time.Duration.ofDays(1));
        apply(new FeedEntry(new Epoch(4, 4), Optional.of(ChangeKind.GENESIS), Optional.empty(), "", 0));
        assertThat(directory.find(key.digest())).isNull();
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
            directory.load(handle).show();
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

    private void assertShown(String expected, String why) {
        assertThat(DirectoryLooks.show(directory, key.digest())).as(why).isEqualTo(expected);
    }
}
