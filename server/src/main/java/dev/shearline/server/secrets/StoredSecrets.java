package dev.shearline.server.secrets;

import java.util.List;

/**
 * What a feature keeps encrypted under the instance keys. Each feature that does registers with the rotation of them, which has every
 * value encrypted anew.
 */
public interface StoredSecrets {

    Purpose purpose();

    /** A value as it is stored. */
    final class Value {
        private final String rowId;
        private final byte[] ciphertext;

        public Value(String rowId, byte[] ciphertext) {
            this.rowId = rowId;
            this.ciphertext = ciphertext.clone();
        }

        public String rowId() {
            return rowId;
        }

        public byte[] ciphertext() {
            return ciphertext.clone();
        }
    }

    /** Values in the order of their rows. */
    List<Value> listAfter(String rowId, int max);

    /** False when the row has changed or gone since: whoever did that has encrypted under the newest key, or removed it. */
    boolean replace(Value stored, byte[] ciphertext);
}
