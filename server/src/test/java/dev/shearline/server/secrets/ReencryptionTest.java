package dev.shearline.server.secrets;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReencryptionTest {

    private static final int ROWS = Reencryption.BATCH_MAX + 1;
    private final SecureRandom random = new SecureRandom();

    @TempDir
    Path directory;

    @Test
    void every_value_is_under_the_newest_key_afterwards_and_opens_as_before() {
        var file = directory.resolve("instance.keys");
        var old = InstanceKeys.create(file, random);
        var rows = new Rows();
        for (int i = 0; i < ROWS; i++) {
            rows.put(new Encryption(old, random), "row_%04d".formatted(i), "secret " + i);
        }
        InstanceKeysFile.of(file).promoteNew(random);
        var keys = InstanceKeys.read(file);
        var encryption = new Encryption(keys, random);
        rows.put(encryption, "row_new", "written since");

        assertThat(new Reencryption(keys, encryption).run(List.of(rows))).isEqualTo(ROWS);

        rows.stored.forEach((id, ciphertext) -> {
            assertThat(Encryption.keyIdOf(ciphertext)).isEqualTo(keys.newest());
            assertThat(new String(encryption.decrypt(rows.purpose(), id, ciphertext), UTF_8))
                    .isEqualTo(id.equals("row_new") ? "written since" : "secret " + Integer.parseInt(id.substring(4)));
        });
        assertThat(new Reencryption(keys, encryption).run(List.of(rows)))
                .as("nothing is left for a second run")
                .isZero();
    }

    @Test
    void a_row_that_somebody_else_has_changed_meanwhile_is_not_counted() {
        var file = directory.resolve("instance.keys");
        var rows = new Rows();
        rows.put(new Encryption(InstanceKeys.create(file, random), random), "row", "secret");
        InstanceKeysFile.of(file).promoteNew(random);
        var keys = InstanceKeys.read(file);
        rows.contested = true;

        assertThat(new Reencryption(keys, new Encryption(keys, random)).run(List.of(rows)))
                .isZero();
    }

    /** A table of a feature's. */
    private static final class Rows implements StoredSecrets {
        private final TreeMap<String, byte[]> stored = new TreeMap<>();
        private boolean contested;

        void put(Encryption encryption, String id, String text) {
            stored.put(id, encryption.encrypt(purpose(), id, text.getBytes(UTF_8)));
        }

        @Override
        public Purpose purpose() {
            return new Purpose("test-secret");
        }

        @Override
        public List<Value> listAfter(String rowId, int max) {
            return stored.tailMap(rowId, false).entrySet().stream()
                    .limit(max)
                    .map(row -> new Value(row.getKey(), row.getValue()))
                    .toList();
        }

        @Override
        public boolean replace(Value value, byte[] ciphertext) {
            if (contested) {
                return false;
            }
            stored.put(value.rowId(), ciphertext);
            return true;
        }
    }
}
