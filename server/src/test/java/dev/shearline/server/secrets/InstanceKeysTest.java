package dev.shearline.server.secrets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class InstanceKeysTest {

    private static final String KEY = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
    private static final Purpose WEBHOOK = new Purpose("webhook-secret");

    @TempDir
    Path directory;

    @Test
    void a_new_file_holds_one_key_and_is_private() throws IOException {
        var file = directory.resolve("instance.keys");
        var created = InstanceKeys.create(file, new SecureRandom());

        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        assertThat(created.ids()).hasSize(1);
        assertThat(InstanceKeys.read(file).ids()).isEqualTo(created.ids());
        assertThat(InstanceKeys.read(file).derive(created.newest(), WEBHOOK, "AES"))
                .isEqualTo(created.derive(created.newest(), WEBHOOK, "AES"));
    }

    @Test
    void a_file_is_never_overwritten() {
        var file = directory.resolve("instance.keys");
        InstanceKeys.create(file, new SecureRandom());
        assertThatThrownBy(() -> InstanceKeys.create(file, new SecureRandom()))
                .isInstanceOf(SecretsException.class)
                .hasMessageContaining("never overwritten");
    }

    @ParameterizedTest
    @ValueSource(strings = {"rw-r-----", "rw----r--", "rw--w----", "rwx-----x"})
    void a_file_that_others_may_use_is_refused_with_the_command_that_mends_it(String mode) throws IOException {
        var file = file("a " + KEY);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
        assertThatThrownBy(() -> InstanceKeys.read(file))
                .isInstanceOf(SecretsException.class)
                .hasMessageEndingWith("Run: chmod 600 " + file);
    }

    @Test
    void keys_are_read_newest_first_around_comments() throws IOException {
        var keys = InstanceKeys.read(file("# rotated in May\nnew " + KEY + "\n\nold " + KEY.replace('A', 'B') + "\n"));
        assertThat(keys.newest()).isEqualTo("new");
        assertThat(keys.ids()).containsExactly("new", "old");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "# nothing", "one", "one c2hvcnQ=", "one !!!", "b@d " + KEY, "a " + KEY + "\na " + KEY})
    void a_file_of_another_form_is_refused_without_repeating_it(String text) throws IOException {
        var file = file(text);
        assertThatThrownBy(() -> InstanceKeys.read(file))
                .isInstanceOf(SecretsException.class)
                .hasMessageContaining(file.toString())
                .message()
                .doesNotContain(KEY)
                .doesNotContain("c2hvcnQ=");
    }

    @Test
    void a_file_that_is_not_there_is_refused() {
        assertThatThrownBy(() -> InstanceKeys.read(directory.resolve("absent")))
                .isInstanceOf(SecretsException.class)
                .hasMessageContaining("cannot be read");
    }

    @Test
    void purposes_and_keys_derive_apart() throws IOException {
        var keys = InstanceKeys.read(file("new " + KEY + "\nold " + KEY.replace('A', 'B')));
        assertThat(keys.derive("new", WEBHOOK, "AES"))
                .isNotEqualTo(keys.derive("old", WEBHOOK, "AES"))
                .isNotEqualTo(keys.derive("new", new Purpose("checkpoint"), "AES"));
        assertThatThrownBy(() -> keys.derive("gone", WEBHOOK, "AES"))
                .isInstanceOf(SecretsException.class)
                .hasMessageContaining("gone");
    }

    @Test
    void keys_do_not_print() throws IOException {
        assertThat(InstanceKeys.read(file("a " + KEY))).hasToString("instance keys [a]");
    }

    private Path file(String text) throws IOException {
        var file = Files.writeString(directory.resolve("keys"), text);
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    }
}
