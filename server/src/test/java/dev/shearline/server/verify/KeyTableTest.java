package dev.shearline.server.verify;

import static org.assertj.core.api.Assertions.assertThat;

import dev.shearline.token.ApiKeyId;
import dev.shearline.token.KeyDigest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class KeyTableTest {

    private static final Cell<Records.Organization> ACME = new Cell<>("org_acme");
    private static final int KEYS = 50_000;

    @Test
    void it_holds_what_a_map_holds() {
        long seed = System.nanoTime();
        var random = new Random(seed);
        var table = new KeyTable(0);
        var map = new HashMap<Integer, Integer>();
        for (int step = 0; step < 200_000; step++) {
            int key = random.nextInt(5_000);
            if (random.nextInt(3) == 0) {
                var held = table.find(digest(key));
                if (held != null) {
                    table.remove(held);
                }
                map.remove(key);
            } else {
                table.put(entry(key, step));
                map.put(key, step);
            }
        }
        assertThat(table.size()).as("seed " + seed).isEqualTo(map.size());
        for (int key = 0; key < 5_000; key++) {
            var byDigest = table.find(digest(key));
            assertThat(byDigest == null ? null : byDigest.version)
                    .as("seed " + seed)
                    .isEqualTo(map.get(key));
            assertThat(table.find(id(key))).isSameAs(byDigest);
        }
    }

    @Test
    void readers_see_every_entry_whole_while_the_table_grows_and_entries_are_replaced() throws Exception {
        var table = new KeyTable(0);
        var done = new AtomicBoolean();
        table.put(entry(-1, 0));
        try (var threads = Executors.newFixedThreadPool(3)) {
            List<Callable<Integer>> readers = new ArrayList<>();
            for (int reader = 0; reader < 2; reader++) {
                readers.add(() -> {
                    int last = 0;
                    while (!done.get()) {
                        var found = Objects.requireNonNull(table.find(digest(-1)));
                        assertThat(found.version).isGreaterThanOrEqualTo(last);
                        last = found.version;
                    }
                    return last;
                });
            }
            readers.add(() -> {
                for (int key = 0; key < KEYS; key++) {
                    table.put(entry(key, 1));
                    table.put(entry(-1, key));
                    if (key % 3 == 0) {
                        table.remove(entry(key, 1));
                    }
                }
                done.set(true);
                return 0;
            });
            for (var thread : threads.invokeAll(readers)) {
                thread.get();
            }
        }
        assertThat(table.size()).isEqualTo(KEYS - (KEYS + 2) / 3 + 1);
    }

    @Test
    void a_tombstone_keeps_its_reason_its_day_and_its_id() {
        for (var reason : Reason.values()) {
            var dead = new DeadKey(digest(1), id(3_843), 7, ACME, reason, 65_535);
            assertThat(dead.reason()).isEqualTo(reason);
            assertThat(dead.deathDay()).isEqualTo(65_535);
            assertThat(dead.id()).isEqualTo(id(3_843));
        }
    }

    private static KeyEntry entry(int key, int version) {
        return new DeadKey(digest(key), id(key), version, ACME, Reason.REVOKED, 20_000);
    }

    private static KeyDigest digest(int key) {
        return KeyDigest.of("key " + key);
    }

    private static ApiKeyId id(int key) {
        return ApiKeyId.of(key + 10L, Math.floorMod(key, 3_844));
    }
}
