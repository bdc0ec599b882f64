package dev.shearline.server.verify;

import static org.assertj.core.api.Assertions.assertThat;

import dev.shearline.server.db.NodeDatabase;
import dev.shearline.server.feed.ChangeKind;
import dev.shearline.server.feed.Epoch;
import dev.shearline.server.feed.FeedEntry;
import dev.shearline.server.testing.FeedRig;
import dev.shearline.token.MintedKey;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
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

    @AutoClose
    private final FeedRig rig = FeedRig.start(0);

    @AutoClose
    private final NodeDatabase database = new NodeDatabase(rig.schema().node());

    private final Directory directory = new Directory(Instant::now, 1);

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
        database.call(handle -> {
            directory.load(handle).show();
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
