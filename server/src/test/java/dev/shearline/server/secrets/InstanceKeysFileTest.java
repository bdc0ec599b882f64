package dev.shearline.server.secrets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InstanceKeysFileTest {

    private static final Purpose PURPOSE = new Purpose("webhook-secret");
    private final SecureRandom random = new SecureRandom();

    @TempDir
    Path directory;

    private Path file;
    private String first;

    @BeforeEach
    void create() {
        file = directory.resolve("instance.keys");
        first = InstanceKeys.create(file, random).newest();
    }

    @Test
    void a_prepared_key_decrypts_and_does_not_encrypt_yet() {
        var next = InstanceKeysFile.of(file).prepare(random);
        var keys = InstanceKeys.read(file);

        assertThat(keys.newest()).isEqualTo(first);
        assertThat(keys.findNext()).contains(next);
        assertThat(keys.ids()).containsExactly(first, next);
        assertThat(keys.derive(next, PURPOSE, "AES")).isNotNull();
    }

    /** Which is why no order of restarts meets a key that a node lacks: the file before and the file after hold the same keys. */
    @Test
    void promoting_it_changes_the_order_and_no_key() throws IOException {
        var next = InstanceKeysFile.of(file).prepare(random);
        var before = InstanceKeys.read(file).derive(next, PURPOSE, "AES");

        assertThat(InstanceKeysFile.of(file).promotePrepared()).contains(next);

        var keys = InstanceKeys.read(file);
        assertThat(keys.ids()).containsExactly(next, first);
        assertThat(keys.findNext()).isEmpty();
        assertThat(keys.derive(next, PURPOSE, "AES")).isEqualTo(before);
        assertThat(file).content().startsWith("# Instance keys of Shearline");
    }

    @Test
    void without_a_prepared_key_a_new_one_becomes_the_newest() {
        assertThat(InstanceKeysFile.of(file).promotePrepared()).isEmpty();
        assertThat(InstanceKeys.read(file).ids()).containsExactly(first);

        var newest = InstanceKeysFile.of(file).promoteNew(random);
        assertThat(InstanceKeys.read(file).ids()).containsExactly(newest, first);
    }

    @Test
    void the_file_stays_private_and_its_owners_and_a_link_stays_a_link() throws IOException {
        var link = Files.createSymbolicLink(directory.resolve("link"), file);
        boolean root = "root".equals(System.getProperty("user.name"));
        if (root) {
            Files.setOwner(
                    file, file.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName("nobody"));
        }
        var owner = Files.getOwner(file);

        InstanceKeysFile.of(link).promoteNew(random);

        assertThat(link).isSymbolicLink();
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        assertThat(Files.getOwner(file)).isEqualTo(owner);
        assertThat(InstanceKeys.read(file).ids()).hasSize(2);
        assertThat(directory.resolve("instance.keys.new")).doesNotExist();
    }

    @Test
    void two_prepared_keys_and_two_rotations_at_once_are_refused() throws IOException {
        InstanceKeysFile.of(file).prepare(random);
        assertThatThrownBy(() -> InstanceKeysFile.of(file).prepare(random))
                .isInstanceOf(SecretsException.class)
                .hasMessageContaining("is prepared already");

        var before = Files.readString(file);
        Files.createFile(directory.resolve("instance.keys.new"));
        assertThatThrownBy(() -> InstanceKeysFile.of(file).promotePrepared())
                .isInstanceOf(SecretsException.class)
                .hasMessageContaining("another rotation is under way");
        assertThat(file).hasContent(before);
    }

    @Test
    void a_rotation_that_comes_while_another_has_read_the_file_is_refused_and_no_key_is_lost() {
        var interrupting = new Interrupting(
                () -> assertThatThrownBy(() -> InstanceKeysFile.of(file).promoteNew(random))
                        .isInstanceOf(SecretsException.class)
                        .hasMessageContaining("another rotation is under way"));

        var newest = InstanceKeysFile.of(file).promoteNew(interrupting);

        assertThat(InstanceKeys.read(file).ids()).containsExactly(newest, first);
        assertThat(InstanceKeysFile.of(file).promoteNew(random)).isNotEqualTo(newest);
    }

    @Test
    void a_key_more_than_a_node_reads_is_refused_before_the_file_changes() throws IOException {
        var lines = new StringBuilder();
        for (int i = 0; i < 100; i++) {
            lines.append("key_").append(i).append(" ").append("A".repeat(43)).append("=\n");
        }
        Files.writeString(file, lines);

        for (var change : List.<Runnable>of(
                () -> InstanceKeysFile.of(file).prepare(random),
                () -> InstanceKeysFile.of(file).promoteNew(random))) {
            assertThatThrownBy(change::run)
                    .isInstanceOf(SecretsException.class)
                    .hasMessageContaining(file + " stays as it is")
                    .hasMessageContaining("1 to 100 instance keys");
            assertThat(file).hasContent(lines.toString());
            assertThat(directory.resolve("instance.keys.new")).doesNotExist();
        }
    }

    @Test
    void a_mark_on_the_first_key_is_refused() throws IOException {
        var text = Files.readString(file).replaceFirst("(ik_.*)\n", "$1 next\n");
        Files.writeString(file, text);
        assertThatThrownBy(() -> InstanceKeys.read(file))
                .isInstanceOf(SecretsException.class)
                .hasMessageContaining("never the first");
    }

    @Test
    void a_directory_that_is_missing_is_named() {
        assertThatThrownBy(() -> InstanceKeys.create(directory.resolve("none/keys"), random))
                .isInstanceOf(SecretsException.class)
                .hasMessageContaining("the directory " + directory.resolve("none") + " does not exist");
    }

    /** Something else happens when somebody wants a key of it. */
    private static final class Interrupting extends SecureRandom {
        private static final long serialVersionUID = 1L;

        private final transient Runnable once;
        private boolean done;

        Interrupting(Runnable once) {
            this.once = once;
        }

        @Override
        public void nextBytes(byte[] bytes) {
            if (!done) {
                done = true;
                once.run();
            }
            super.nextBytes(bytes);
        }
    }
}
