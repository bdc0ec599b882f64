package dev.shearline.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.shearline.server.config.Setting;
import dev.shearline.server.db.embedded.EmbeddedPostgres;
import dev.shearline.server.db.embedded.EmbeddedPostgresException;
import dev.shearline.server.secrets.InstanceKeys;
import dev.shearline.server.secrets.SecretsException;
import dev.shearline.server.testing.Cluster;
import dev.shearline.server.testing.SmallDisk;
import dev.shearline.server.testing.TestPostgres;
import java.io.UncheckedIOException;
import java.security.SecureRandom;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The directory of a node's own files has no room left, or cannot be written any more. */
class NodeDirectoryTest {

    @Test
    void a_node_that_runs_does_not_need_it() {
        try (var disk = SmallDisk.mount("size=1m");
                var cluster =
                        Cluster.start(1, Map.of(Setting.DATA_DIR, disk.root().toString()))) {
            var acme = cluster.organization("acme");
            disk.fill();
            var key = cluster.issue(acme, "sessions:read");
            assertThat(cluster.api().verify(key.at("secret"))).isEqualTo("allowed");
            cluster.api().post("/v1/keys/" + key.at("id") + "/revoke").expect(200);
            assertThat(cluster.api().verify(key.at("secret"))).isEqualTo("revoked");
        }
    }

    @Test
    void a_node_that_starts_says_which_directory_it_is_and_starts_when_there_is_room() {
        // an inode for the root and one for the directory of the ids, none for an id
        try (var disk = SmallDisk.mount("nr_inodes=2");
                var cluster = Cluster.start(1)) {
            var settings = Map.of(Setting.DATA_DIR, disk.root().toString());
            assertThatThrownBy(() -> cluster.joinWith(settings))
                    .isInstanceOf(UncheckedIOException.class)
                    .hasMessageContaining(disk.root().resolve("nodes").toString())
                    .hasMessageContaining("data-dir");
            disk.resize("nr_inodes=100");
            try (var node = cluster.joinWith(settings)) {
                assertThat(node.port()).isPositive();
            }
        }
    }

    @Test
    void a_node_that_starts_says_that_its_directory_can_only_be_read() {
        try (var disk = SmallDisk.mount("size=1m");
                var cluster = Cluster.start(1)) {
            disk.makeReadOnly();
            assertThatThrownBy(() -> cluster.joinWith(
                            Map.of(Setting.DATA_DIR, disk.root().toString())))
                    .isInstanceOf(UncheckedIOException.class)
                    .hasMessageContaining("Read-only file system")
                    .hasMessageContaining("data-dir");
        }
    }

    @Test
    void instance_keys_are_written_whole_or_not_at_all() {
        try (var disk = SmallDisk.mount("size=64k")) {
            var file = disk.root().resolve("instance.keys");
            disk.fill();
            assertThatThrownBy(() -> InstanceKeys.create(file, new SecureRandom()))
                    .isInstanceOf(SecretsException.class)
                    .hasMessageContaining(file.toString());
            assertThat(file).doesNotExist();
            disk.free();
            assertThat(InstanceKeys.create(file, new SecureRandom())).isNotNull();
        }
    }

    @Test
    void a_postgresql_of_our_own_says_that_it_has_no_room_and_starts_when_there_is_some() {
        try (var disk = SmallDisk.mount("size=12m")) {
            var config = TestPostgres.config(disk.root().resolve("postgres"));
            assertThatThrownBy(() -> EmbeddedPostgres.start(config))
                    .isInstanceOf(EmbeddedPostgresException.class)
                    .hasMessageContaining("No space left on device");
            disk.resize("size=200m");
            try (var postgres = EmbeddedPostgres.start(config)) {
                assertThat(postgres.pid()).isPositive();
            }
        }
    }
}
