package dev.shearline.server.feed;

import static org.assertj.core.api.Assertions.assertThat;

import dev.shearline.server.testing.ChildJvm;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NodeIdFileTest {

    private static final NodeId ID = NodeId.draw(new SecureRandom());

    @TempDir
    private Path directory;

    @Test
    void a_held_id_is_not_dead_for_this_process() throws IOException {
        try (var _ = NodeIdFile.hold(directory, ID)) {
            assertThat(NodeIdFile.findDead(directory)).isEmpty();
        }
    }

    @Test
    void a_held_id_is_not_dead_for_another_process_even_after_this_one_has_looked_for_dead_ones() throws Exception {
        try (var _ = NodeIdFile.hold(directory, ID)) {
            assertThat(foundDeadElsewhere()).isEmpty();
            // as every start does
            assertThat(NodeIdFile.findDead(directory)).isEmpty();
            assertThat(foundDeadElsewhere()).isEmpty();
        }
    }

    @Test
    void an_id_that_nobody_holds_is_dead_until_it_is_forgotten() throws IOException {
        Files.createFile(directory.resolve(ID.value() + ".node"));
        assertThat(NodeIdFile.findDead(directory)).containsExactly(ID);
        assertThat(NodeIdFile.findDead(directory)).containsExactly(ID);
        NodeIdFile.forget(directory, List.of(ID));
        assertThat(NodeIdFile.findDead(directory)).isEmpty();
    }

    @Test
    void an_id_given_back_leaves_nothing_behind() throws IOException {
        NodeIdFile.hold(directory, ID).close();
        assertThat(directory).isEmptyDirectory();
        try (var again = NodeIdFile.hold(directory, ID)) {
            assertThat(again).isNotNull();
            assertThat(NodeIdFile.findDead(directory)).isEmpty();
        }
    }

    @Test
    void a_directory_that_was_never_made_has_no_dead() throws IOException {
        assertThat(NodeIdFile.findDead(directory.resolve("none"))).isEmpty();
    }

    private List<String> foundDeadElsewhere() throws IOException, InterruptedException {
        var command = new ArrayList<>(ChildJvm.command(NodeIdFileTest.class));
        command.add(directory.toString());
        var process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        var said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).isZero();
        return said.lines().toList();
    }

    /** The other process. */
    public static void main(String[] args) throws IOException {
        NodeIdFile.findDead(Path.of(args[0])).forEach(System.out::println);
    }
}
