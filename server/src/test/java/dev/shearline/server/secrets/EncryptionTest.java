package dev.shearline.server.secrets;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EncryptionTest {

    private static final Purpose WEBHOOK = new Purpose("webhook-secret");
    private static final String OLD = "old AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
    private static final String NEW = "new BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBA=";
    private static final byte[] PLAIN = "whsec_4711".getBytes(UTF_8);

    @TempDir
    Path directory;

    @Test
    void what_was_encrypted_opens_in_its_row() {
        var encryption = with(OLD);
        var sealed = encryption.encrypt(WEBHOOK, "row_1", PLAIN);
        assertThat(new String(sealed, UTF_8)).doesNotContain("whsec");
        assertThat(encryption.decrypt(WEBHOOK, "row_1", sealed)).isEqualTo(PLAIN);
        assertThat(encryption.decrypt(WEBHOOK, "row_1", encryption.encrypt(WEBHOOK, "row_1", new byte[0])))
                .isEmpty();
    }

    @Test
    void the_same_text_never_looks_the_same() {
        var encryption = with(OLD);
        assertThat(encryption.encrypt(WEBHOOK, "row_1", PLAIN))
                .isNotEqualTo(encryption.encrypt(WEBHOOK, "row_1", PLAIN));
    }

    @Test
    void every_altered_byte_is_noticed() {
        var encryption = with(OLD);
        var sealed = encryption.encrypt(WEBHOOK, "row_1", PLAIN);
        for (int i = 0; i < sealed.length; i++) {
            var altered = sealed.clone();
            altered[i] ^= 1;
            assertThatThrownBy(() -> encryption.decrypt(WEBHOOK, "row_1", altered))
                    .isInstanceOf(SecretsException.class);
        }
    }

    @Test
    void every_truncation_is_noticed() {
        var encryption = with(OLD);
        var sealed = encryption.encrypt(WEBHOOK, "row_1", PLAIN);
        for (int length = 0; length < sealed.length; length++) {
            var cut = java.util.Arrays.copyOf(sealed, length);
            assertThatThrownBy(() -> encryption.decrypt(WEBHOOK, "row_1", cut)).isInstanceOf(SecretsException.class);
        }
    }

    @Test
    void it_opens_in_no_other_row_and_for_no_other_purpose() {
        var encryption = with(OLD);
        var sealed = encryption.encrypt(WEBHOOK, "row_1", PLAIN);
        assertDoesNotOpen(() -> encryption.decrypt(WEBHOOK, "row_2", sealed));
        assertDoesNotOpen(() -> encryption.decrypt(new Purpose("smtp-password"), "row_1", sealed));
    }

    @Test
    void after_a_rotation_the_newest_encrypts_and_the_old_still_opens() {
        var sealed = with(OLD).encrypt(WEBHOOK, "row_1", PLAIN);
        var rotated = with(NEW + "\n" + OLD);

        assertThat(rotated.decrypt(WEBHOOK, "row_1", sealed)).isEqualTo(PLAIN);
        assertThat(Encryption.keyIdOf(sealed)).isEqualTo("old");
        assertThat(Encryption.keyIdOf(rotated.encrypt(WEBHOOK, "row_1", PLAIN))).isEqualTo("new");
    }

    @Test
    void a_key_that_is_gone_is_asked_for_by_id() {
        var sealed = with(OLD).encrypt(WEBHOOK, "row_1", PLAIN);
        assertThatThrownBy(() -> with(NEW).decrypt(WEBHOOK, "row_1", sealed))
                .isInstanceOf(SecretsException.class)
                .hasMessageContaining("The instance key old is not in the secret-keys-file");
    }

    private static void assertDoesNotOpen(ThrowingCallable attempt) {
        assertThatThrownBy(attempt).isInstanceOf(SecretsException.class).hasMessageContaining("does not open");
    }

    private Encryption with(String keys) {
        try {
            var file = Files.writeString(Files.createTempFile(directory, "instance", ".keys"), keys);
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
            return new Encryption(InstanceKeys.read(file), new SecureRandom());
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
