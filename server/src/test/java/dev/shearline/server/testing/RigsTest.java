package dev.shearline.server.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class RigsTest {

    @Test
    void a_closed_cluster_leaves_no_directory_behind() {
        Path directory;
        try (var cluster = Cluster.start(1)) {
            directory = cluster.directory();
            assertThat(directory).isNotEmptyDirectory();
        }
        assertThat(Files.exists(directory)).isFalse();
    }

    @Test
    void closed_nodes_leave_no_directory_behind() {
        Path directory;
        try (var rig = FeedRig.start(2)) {
            directory = rig.directory();
            assertThat(directory).isNotEmptyDirectory();
        }
        assertThat(Files.exists(directory)).isFalse();
    }
}
