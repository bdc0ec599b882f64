package dev.shearline.server.evidence;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.interfaces.EdECPublicKey;
import java.security.spec.EdECPoint;
import java.security.spec.EdECPublicKeySpec;
import java.security.spec.NamedParameterSpec;

/** Public keys as the 32 bytes of RFC 8032, and what they verify. */
final class Ed25519 {

    static final String ALGORITHM = "Ed25519";
    static final int SIGNATURE_BYTES = 64;
    private static final int KEY_BYTES = 32;
    private static final int X_IS_ODD = 0x80;

    private Ed25519() {}

    static byte[] raw(PublicKey key) {
        var point = ((EdECPublicKey) key).getPoint();
        var raw = new byte[KEY_BYTES];
        var y = point.getY().toByteArray();
        for (int i = 0; i < Math.min(y.length, KEY_BYTES); i++) {
            raw[i] = y[y.length - 1 - i];
        }
        if (point.isXOdd()) {
            raw[KEY_BYTES - 1] |= (byte) X_IS_ODD;
        }
        return raw;
    }

    /** False also where the key or the signature cannot be one. */
    static boolean verifies(byte[] publicKey, byte[] message, byte[] signature) {
        if (publicKey.length != KEY_BYTES) {
            return false;
        }
        try {
            var verifier = Signature.getInstance(ALGORITHM);
            verifier.initVerify(key(publicKey));
            verifier.update(message);
            return verifier.verify(signature);
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    private static PublicKey key(byte[] raw) throws GeneralSecurityException {
        var y = new byte[KEY_BYTES];
        for (int i = 0; i < KEY_BYTES; i++) {
            y[i] = raw[KEY_BYTES - 1 - i];
        }
        boolean odd = (y[0] & X_IS_ODD) != 0;
        y[0] &= (byte) ~X_IS_ODD;
        return KeyFactory.getInstance(ALGORITHM)
                .generatePublic(
                        new EdECPublicKeySpec(NamedParameterSpec.ED25519, new EdECPoint(odd, new BigInteger(1, y))));
    }
}
