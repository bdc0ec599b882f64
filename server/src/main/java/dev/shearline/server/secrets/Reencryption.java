package dev.shearline.server.secrets;

import java.util.List;

/** Has everything that is stored under older instance keys encrypted under the newest. May be cut off and run again. */
public final class Reencryption {

    static final int BATCH_MAX = 500;

    private final InstanceKeys keys;
    private final Encryption encryption;

    public Reencryption(InstanceKeys keys, Encryption encryption) {
        this.keys = keys;
        this.encryption = encryption;
    }

    /** Returns how many values it has replaced. */
    public int run(List<? extends StoredSecrets> stored) {
        return stored.stream().mapToInt(this::run).sum();
    }

    private int run(StoredSecrets stored) {
        int replaced = 0;
        var after = "";
        List<StoredSecrets.Value> batch;
        do {
            batch = stored.listAfter(after, BATCH_MAX);
            for (var value : batch) {
                replaced += isOld(value) && replace(stored, value) ? 1 : 0;
                after = value.rowId();
            }
        } while (batch.size() == BATCH_MAX);
        return replaced;
    }

    private boolean isOld(StoredSecrets.Value value) {
        return !Encryption.keyIdOf(value.ciphertext()).equals(keys.newest());
    }

    private boolean replace(StoredSecrets stored, StoredSecrets.Value value) {
        var plaintext = encryption.decrypt(stored.purpose(), value.rowId(), value.ciphertext());
        return stored.replace(value, encryption.encrypt(stored.purpose(), value.rowId(), plaintext));
    }
}
