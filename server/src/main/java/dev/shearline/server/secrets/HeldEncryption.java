package dev.shearline.server.secrets;

import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Optional;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.KDF;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.HKDFParameterSpec;

/**
 * Encryption under what somebody else holds: AES-256-GCM under HKDF-SHA-256 of the material that a caller presents, with a salt of its
 * own for each thing encrypted. Neither the database nor the instance keys open it.
 *
 * <p>Layout: nonce (12 bytes), ciphertext and tag (16).
 */
public final class HeldEncryption {

    private static final int SALT_BYTES = 32;
    private static final int KEY_BYTES = 32;
    private static final int NONCE_BYTES = 12;
    private static final int TAG_BITS = 128;

    private final byte[] info;
    private final SecureRandom random;

    public HeldEncryption(Purpose purpose, SecureRandom random) {
        this.info = ("shearline/" + purpose.label()).getBytes(java.nio.charset.StandardCharsets.UTF_8);
        this.random = random;
    }

    public byte[] drawSalt() {
        return draw(SALT_BYTES);
    }

    /** @param bound what the result belongs to; the same is needed to decrypt */
    public byte[] encrypt(byte[] material, byte[] salt, byte[] bound, byte[] plaintext) {
        var nonce = draw(NONCE_BYTES);
        try {
            var sealed =
                    cipher(Cipher.ENCRYPT_MODE, material, salt, nonce, bound).doFinal(plaintext);
            var result = Arrays.copyOf(nonce, NONCE_BYTES + sealed.length);
            System.arraycopy(sealed, 0, result, NONCE_BYTES, sealed.length);
            return result;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK 25 has HKDF and AES-GCM", e);
        }
    }

    /** Empty when the material, the salt or what it belongs to is another one, or when it was altered. */
    public Optional<byte[]> decrypt(byte[] material, byte[] salt, byte[] bound, byte[] encrypted) {
        try {
            var nonce = Arrays.copyOf(encrypted, NONCE_BYTES);
            return Optional.of(cipher(Cipher.DECRYPT_MODE, material, salt, nonce, bound)
                    .doFinal(encrypted, NONCE_BYTES, encrypted.length - NONCE_BYTES));
        } catch (AEADBadTagException e) {
            return Optional.empty();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK 25 has HKDF and AES-GCM", e);
        }
    }

    private Cipher cipher(int mode, byte[] material, byte[] salt, byte[] nonce, byte[] bound)
            throws GeneralSecurityException {
        SecretKey key = KDF.getInstance("HKDF-SHA256")
                .deriveKey(
                        "AES",
                        HKDFParameterSpec.ofExtract()
                                .addIKM(material)
                                .addSalt(salt)
                                .thenExpand(info, KEY_BYTES));
        var cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(mode, key, new GCMParameterSpec(TAG_BITS, nonce));
        cipher.updateAAD(bound);
        return cipher;
    }

    private byte[] draw(int length) {
        var bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }
}
