package dev.shearline.server.usage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.shearline.server.config.Setting;
import dev.shearline.server.testing.Eventually;
import dev.shearline.server.testing.NodeSettings;
import dev.shearline.server.testing.ServerProcess;
import dev.shearline.server.testing.SmallDisk;
import dev.shearline.server.testing.TemporaryDirectory;
import dev.shearline.server.testing.TestSchema;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** A node is killed while it counts: answers received ≤ counted ≤ questions sent. */
class UsageCrashTest {

    private static final int THREADS = 4;
    private static final int ANSWERS = 2_000;
    private static final int KILLS = 2;

    private final AtomicInteger sent = new AtomicInteger();
    private final AtomicInteger answered = new AtomicInteger();
    private final AtomicInteger next = new AtomicInteger();

    @Test
    void killed_under_load_it_loses_no_count_and_counts_none_twice() {
        try (var directory = TemporaryDirectory.make("shearline-usage")) {
            var schema = TestSchema.create();
            UsageKeys.insert(schema, 50);
            killUnderLoad(schema, new NodeSettings(schema, directory.path()), 50);
        }
    }

    @Test
    void nor_where_the_file_is_full() {
        try (var directory = TemporaryDirectory.make("shearline-usage")) {
            var schema = TestSchema.create();
            // 2 sheets of 1,024 counters
            UsageKeys.insert(schema, 3_500);
            killUnderLoad(
                    schema, new NodeSettings(schema, directory.path()).with(Setting.USAGE_COUNTERS, "1024"), 3_500);
        }
    }

    @Test
    void nor_where_the_disk_is_full_and_with_room_again_there_is_a_file_again() {
        // a file, and twice one for the next: the first takes its room until the collector has unmapped it
        try (var disk = SmallDisk.mount("size=40m")) {
            var schema = TestSchema.create();
            UsageKeys.insert(schema, 50);
            var settings = new NodeSettings(schema, disk.root());
            var usage = Path.of(settings.get(Setting.DATA_DIR)).resolve("usage");
            try (var node = ServerProcess.start(settings)) {
                disk.fill();
                askUntilKilled(node, 50);
            }
            var left = files(usage);
            try (var node = ServerProcess.start(settings)) {
                Eventually.isTrue("what was left is counted", () -> Collections.disjoint(left, files(usage)));
                requireCounted(schema);
                disk.free();
                Eventually.isTrue("there is a file again", () -> !files(usage).isEmpty());
                ask(node, 0);
            }
            requireAfterRestart(schema, settings);
        }
    }

    private void killUnderLoad(TestSchema schema, NodeSettings settings, int keys) {
        for (int kill = 0; kill < KILLS; kill++) {
            try (var node = ServerProcess.start(settings)) {
                askUntilKilled(node, keys);
            }
            requireAfterRestart(schema, settings);
        }
        // with nothing under way it is exact
        int before = counted(schema);
        try (var node = ServerProcess.start(settings)) {
            for (int i = 0; i < 100; i++) {
                ask(node, i % keys);
            }
            node.kill();
        }
        requireAfterRestart(schema, settings);
        assertThat(counted(schema)).isEqualTo(before + 100);
    }

    private void requireAfterRestart(TestSchema schema, NodeSettings settings) {
        var usage = Path.of(settings.get(Setting.DATA_DIR)).resolve("usage");
        var left = files(usage);
        try (var _ = ServerProcess.start(settings)) {
            Eventually.isTrue("what was left is counted", () -> Collections.disjoint(left, files(usage)));
        }
        requireCounted(schema);
    }

    private void requireCounted(TestSchema schema) {
        assertThat(counted(schema)).isBetween(answered.get(), sent.get());
        assertThat(sent.get() - answered.get()).as("under way").isLessThanOrEqualTo(THREADS * (KILLS + 1));
    }

    private static int counted(TestSchema schema) {
        return Integer.parseInt(schema.query("""
                SELECT coalesce(sum(count), 0)
                  FROM (SELECT count FROM usage_hour UNION ALL SELECT count - folded FROM usage_report) AS counted
                """));
    }

    private static Set<Path> files(Path usage) {
        try (var files = Files.newDirectoryStream(usage, "*" + CounterFile.SUFFIX)) {
            var found = new HashSet<Path>();
            files.forEach(found::add);
            return found;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void askUntilKilled(ServerProcess node, int keys) {
        int until = answered.get() + ANSWERS;
        try (var threads = Executors.newFixedThreadPool(THREADS)) {
            for (int i = 0; i < THREADS; i++) {
                var _ = threads.submit(() -> askOn(node, keys));
            }
            Eventually.isTrue("under load", () -> answered.get() >= until);
            node.kill();
        }
    }

    private void askOn(ServerProcess node, int keys) {
        try {
            while (true) {
                ask(node, next.getAndIncrement() % keys);
            }
        } catch (UncheckedIOException e) {
            // killed
        }
    }

    private void ask(ServerProcess node, int key) {
        sent.incrementAndGet();
        assertThat(node.api().verify(UsageKeys.secret(key))).isEqualTo("allowed");
        answered.incrementAndGet();
    }
}
