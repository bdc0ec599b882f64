package dev.shearline.server.verify;

import static org.assertj.core.api.Assertions.assertThat;

import dev.shearline.server.identity.KeyType;
import dev.shearline.server.identity.ScopeSet;
import dev.shearline.token.ApiKeyId;
import dev.shearline.token.KeyDigest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What is held of more keys than there is room for, against a database of two lines. */
class HeldKeysTest {

    private static final Cell<Records.Organization> ACME = new Cell<>("org_acme");
    private static final Cell<Records.Unit> UNIT = new Cell<>("org_acme");
    private static final int ROOM = 50;

    private final LongAdder evictions = new LongAdder();

    @Test
    void while_all_fit_a_miss_is_final_and_nothing_is_forgotten() {
        var keys = held();
        IntStream.range(0, ROOM).forEach(key -> put(keys, live(key, 1)));
        put(keys, dead(ROOM, 1));
        assertThat(keys.isComplete()).isTrue();
        assertThat(keys.size()).isEqualTo(ROOM + 1);
        assertThat(keys.mayExist(digest(-1))).isFalse();
        assertThat(evictions.sum()).isZero();
    }

    @Test
    void one_more_than_there_is_room_for_makes_it_forget_what_nobody_has_looked_for() {
        var keys = held();
        IntStream.range(0, ROOM + 1).forEach(key -> put(keys, live(key, 1)));
        assertThat(keys.isComplete()).isFalse();
        IntStream.range(0, 10).filter(key -> keys.find(digest(key)) != null).forEach(looked -> {
            for (int other = 1_000; other < 1_000 + ROOM / 2; other++) {
                put(keys, live(looked * ROOM + other, 1));
                keys.find(digest(looked));
            }
            assertThat(keys.find(digest(looked))).isNotNull();
        });
        assertThat(keys.size()).isEqualTo(ROOM);
        assertThat(evictions.sum()).isEqualTo(keys.known() - ROOM);
    }

    @Test
    void nothing_is_forgotten_in_the_middle_of_a_batch() {
        var keys = held();
        IntStream.range(0, 2 * ROOM).forEach(key -> keys.put(live(key, 1)));
        assertThat(IntStream.range(0, 2 * ROOM)).allMatch(key -> keys.find(digest(key)) != null);
        keys.makeRoom();
        assertThat(keys.size()).isEqualTo(ROOM);
        assertThat(keys.known()).isEqualTo(2 * ROOM);
    }

    @Test
    void a_load_holds_what_was_wanted_and_of_the_others_as_many_as_there_is_room_for() {
        var keys = held();
        IntStream.range(0, 4 * ROOM).forEach(key -> {
            boolean wanted = key >= 3 * ROOM;
            if (wanted || keys.hasRoom()) {
                keys.load(live(key, 1), wanted);
            } else {
                keys.exists(digest(key));
            }
        });
        assertThat(keys.known()).isEqualTo(4 * ROOM);
        assertThat(keys.size()).isEqualTo(ROOM);
        assertThat(IntStream.range(3 * ROOM, 4 * ROOM)).allMatch(key -> keys.find(digest(key)) != null);
    }

    @Test
    void a_row_whose_key_has_changed_since_the_read_began_is_not_taken() {
        var keys = overflown();
        long began = keys.readBegins();
        keys.changed(id(1).toString());
        assertThat(keys.bring(digest(1), Optional.of(live(1, 1)), began)).isEqualTo(HeldKeys.Brought.OUTDATED);
        assertThat(keys.bring(digest(2), Optional.of(live(2, 1)), began)).isEqualTo(HeldKeys.Brought.SETTLED);
        assertThat(keys.bring(digest(1), Optional.of(live(1, 2)), keys.readBegins()))
                .isEqualTo(HeldKeys.Brought.SETTLED);
    }

    @Test
    void a_read_that_is_older_than_all_changes_that_are_remembered_is_not_taken() {
        var keys = overflown();
        long began = keys.readBegins();
        IntStream.rangeClosed(0, Overflow.CHANGED_MAX).forEach(other -> keys.changed("key_" + other));
        assertThat(keys.bring(digest(1), Optional.of(live(1, 1)), began)).isEqualTo(HeldKeys.Brought.OUTDATED);
    }

    @Test
    void a_key_that_is_not_there_is_read_once_until_it_comes() {
        var keys = overflown();
        put(keys, live(1_000, 1));
        keys.remove(live(1_000, 1));
        assertThat(keys.mayExist(digest(1_000))).isTrue();
        assertThat(keys.bring(digest(1_000), Optional.empty(), keys.readBegins()))
                .isEqualTo(HeldKeys.Brought.SETTLED);
        assertThat(keys.mayExist(digest(1_000))).isFalse();
        long began = keys.readBegins();
        keys.changed(id(1_000).toString());
        put(keys, live(1_000, 2));
        keys.remove(live(1_000, 2));
        assertThat(keys.mayExist(digest(1_000))).isTrue();
        assertThat(keys.bring(digest(1_000), Optional.empty(), began)).isEqualTo(HeldKeys.Brought.OUTDATED);
    }

    @Test
    void a_key_that_is_not_there_is_settled_whatever_becomes_of_others_meanwhile() {
        var keys = overflown();
        keys.exists(digest(1_000));
        long began = keys.readBegins();
        IntStream.range(0, 100).forEach(other -> {
            keys.changed(id(100 + other).toString());
            put(keys, live(100 + other, 2));
        });
        assertThat(keys.bring(digest(1_000), Optional.empty(), began)).isEqualTo(HeldKeys.Brought.SETTLED);
        assertThat(keys.mayExist(digest(1_000))).isFalse();
    }

    @Test
    void a_key_that_is_not_there_is_read_again_when_more_has_come_meanwhile_than_is_remembered() {
        var keys = overflown();
        keys.exists(digest(1_000));
        long began = keys.readBegins();
        IntStream.rangeClosed(0, Overflow.CHANGED_MAX).forEach(other -> {
            keys.changed(id(10_000 + other).toString());
            put(keys, live(10_000 + other, 1));
        });
        assertThat(keys.bring(digest(1_000), Optional.empty(), began)).isEqualTo(HeldKeys.Brought.OUTDATED);
    }

    /** A read that is under way: what the database said, and when it was asked. */
    private record Read(int key, Optional<KeyEntry> row, long began) {}

    @Test
    void what_is_held_is_always_what_the_database_holds_whatever_comes_between_a_read_and_its_end() {
        long seed = System.nanoTime();
        var random = new Random(seed);
        Map<Integer, KeyEntry> database = new HashMap<>();
        List<Read> reads = new ArrayList<>();
        var keys = overflown();
        for (int step = 0; step < 200_000; step++) {
            int key = 10_000 + random.nextInt(4 * ROOM);
            switch (random.nextInt(6)) {
                case 0 -> change(keys, database, key, step, random);
                case 1 -> keys.find(digest(key));
                case 2, 3 -> reads.add(new Read(key, Optional.ofNullable(database.get(key)), keys.readBegins()));
                default -> {
                    if (!reads.isEmpty()) {
                        var read = reads.remove(random.nextInt(reads.size()));
                        keys.bring(digest(read.key), read.row, read.began);
                    }
                }
            }
            assertAgrees(keys, database, key, "seed " + seed + " step " + step);
        }
        IntStream.range(10_000, 10_000 + 4 * ROOM).forEach(key -> assertAgrees(keys, database, key, "seed " + seed));
    }

    private static void change(HeldKeys keys, Map<Integer, KeyEntry> database, int key, int version, Random random) {
        var row = database.get(key);
        keys.changed(id(key).toString());
        if (row instanceof DeadKey) {
            return;
        }
        if (random.nextInt(8) == 0) {
            database.remove(key);
            var held = keys.find(id(key));
            if (held != null) {
                keys.remove(held);
            }
            return;
        }
        var next = random.nextInt(16) == 0 ? dead(key, version) : live(key, version);
        database.put(key, next);
        put(keys, next);
    }

    private static void assertAgrees(HeldKeys keys, Map<Integer, KeyEntry> database, int key, String when) {
        var row = database.get(key);
        var held = keys.find(digest(key));
        if (held != null) {
            assertThat(row)
                    .as(when)
                    .isNotNull()
                    .extracting(entry -> entry.version)
                    .isEqualTo(held.version);
        } else if (row != null) {
            assertThat(row).as(when).isInstanceOf(LiveKey.class);
            assertThat(keys.mayExist(digest(key))).as(when).isTrue();
        }
        assertThat(keys.mayExist(digest(-1 - key))).as(when).isFalse();
    }

    /** A batch of one. */
    private static void put(HeldKeys keys, KeyEntry entry) {
        keys.put(entry);
        keys.makeRoom();
    }

    private HeldKeys held() {
        return new HeldKeys(HeldKeys.Expected.NONE, ROOM, evictions);
    }

    private HeldKeys overflown() {
        var keys = held();
        IntStream.rangeClosed(0, ROOM).forEach(key -> put(keys, live(100 + key, 1)));
        return keys;
    }

    private static KeyEntry dead(int key, int version) {
        return new DeadKey(digest(key), id(key), version, ACME, Reason.REVOKED, 20_000);
    }

    private static KeyEntry live(int key, int version) {
        return new LiveKey(
                digest(key),
                id(key),
                version,
                ACME,
                new LiveKey.Traits(KeyType.TEAM, false, false, false, false),
                UNIT,
                null,
                ScopeSet.NONE,
                List.of(),
                List.of(),
                null,
                null,
                Long.MIN_VALUE,
                Long.MAX_VALUE);
    }

    private static KeyDigest digest(int key) {
        return KeyDigest.of("key " + key);
    }

    private static ApiKeyId id(int key) {
        return ApiKeyId.of(key, 0);
    }
}
