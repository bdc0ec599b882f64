package dev.shearline.server.secrets;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;

/**
 * Encryption at rest: AES-256-GCM under a key derived for the purpose, bound to the row that it is stored in. A
 * ciphertext that is altered, copied to another row, or read for another purpose does not open.
 *
 * <p>Layout: version (1 byte), length of the key id (1), key id, nonce (12), ciphertext and tag (16).
 */
public final class Encryption {

    private static final byte VERSION = 1;
    private static final int NONCE_BYTES = 12;
    private static final int TAG_BYTES = 16;
    private static final int HEAD_BYTES = 2;

    private final InstanceKeys keys;
    private final SecureRandom random;

    public Encryption(InstanceKeys keys, SecureRandom random) {
        this.keys = keys;
        this.random = random;
    }

    /** @param rowId of the row that the result is stored in; the same is needed to decrypt */
    public byte[] encrypt(Purpose purpose, String rowId, byte[] plaintext) {
        var keyId = keys.newest();
        var nonce = new byte[NONCE_BYTES];
        random.nextBytes(nonce);
        var id = keyId.getBytes(StandardCharsets.US_ASCII);
        var key = keys.derive(keyId, purpose, "AES");
        var sealed = crypt(Cipher.ENCRYPT_MODE, key, nonce, associated(purpose, keyId, rowId), plaintext);
        return ByteBuffer.allocate(HEAD_BYTES + id.length + NONCE_BYTES + sealed.length)
                .put(VERSION)
                .put((byte) id.length)
                .put(id)
                .put(nonce)
                .put(sealed)
                .array();
    }

    public byte[] decrypt(Purpose purpose, String rowId, byte[] ciphertext) {
        var keyId = keyIdOf(ciphertext);
        int nonceAt = HEAD_BYTES + keyId.length();
        var nonce = Arrays.copyOfRange(ciphertext, nonceAt, nonceAt + NONCE_BYTES);
        var sealed = Arrays.copyOfRange(ciphertext, nonceAt + NONCE_BYTES, ciphertext.length);
        var key = keys.derive(keyId, purpose, "AES");
        return crypt(Cipher.DECRYPT_MODE, key, nonce, associated(purpose, keyId, rowId), sealed);
    }

    /** Which instance key it needs: rotation re-encrypts what is not under the newest. */
    public static String keyIdOf(byte[] ciphertext) {
        if (ciphertext.length < HEAD_BYTES || ciphertext[0] != VERSION) {
            throw damaged();
        }
        int idLength = ciphertext[1];
        if (idLength < 1 || ciphertext.length < HEAD_BYTES + idLength + NONCE_BYTES + TAG_BYTES) {
            throw damaged();
        }
        return new String(ciphertext, HEAD_BYTES, idLength, StandardCharsets.ISO_8859_1);
    }

    private static byte[] crypt(int mode, SecretKey key, byte[] nonce, byte[] associated, byte[] input) {
        try {
            var cipher = Cipher.getInstance("AES/GCM/NoPadding");
            cipher.init(mode, key, new GCMParameterSpec(TAG_BYTES * Byte.SIZE, nonce));
            cipher.updateAAD(associated);
            return cipher.doFinal(input);
        } catch (AEADBadTagException e) {
            throw damaged();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has AES-GCM", e);
        }
    }

    /** Each part with its length before it, so that no two triples have the same bytes. */
    private static byte[] associated(Purpose purpose, String keyId, String rowId) {
        var label = purpose.label().getBytes(StandardCharsets.UTF_8);
        var key = keyId.getBytes(StandardCharsets.UTF_8);
        var row = rowId.getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(1 + 3 * Integer.BYTES + label.length + key.length + row.length)
                .put(VERSION)
                .putInt(label.length)
                .put(label)
                .putInt(key.length)
                .put(key)
                .putInt(row.length)
                .put(row)
                .array();
    }

    private static SecretsException damaged() {
        return new SecretsException("A stored secret does not open: it was altered, or it belongs to another row.");
    }
}
