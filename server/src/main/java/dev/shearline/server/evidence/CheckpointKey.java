package dev.shearline.server.evidence;

import dev.shearline.server.secrets.InstanceKeys;
import dev.shearline.server.secrets.Purpose;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.spec.NamedParameterSpec;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * The Ed25519 key that signs checkpoints. Derived from the newest instance key, so every node has the same one and nothing is stored; its
 * id is made of the public key, so that an id never means two keys.
 */
final class CheckpointKey {

    private static final Purpose PURPOSE = new Purpose("audit-checkpoint");
    private static final int ID_BYTES = 8;

    private final PrivateKey privateKey;
    private final byte[] publicKey;
    private final String id;

    private CheckpointKey(PrivateKey privateKey, byte[] publicKey) {
        this.privateKey = privateKey;
        this.publicKey = publicKey.clone();
        this.id = idOf(publicKey);
    }

    static String idOf(byte[] publicKey) {
        return "ed_" + HexFormat.of().formatHex(Sha256.of(publicKey), 0, ID_BYTES);
    }

    static CheckpointKey of(InstanceKeys keys) {
        var seed = keys.derive(keys.newest(), PURPOSE, "Ed25519").getEncoded();
        try {
            return ofSeed(seed);
        } finally {
            Arrays.fill(seed, (byte) 0);
        }
    }

    /** @param seed the private key of RFC 8032, 32 bytes */
    static CheckpointKey ofSeed(byte[] seed) {
        try {
            var generator = KeyPairGenerator.getInstance(Ed25519.ALGORITHM);
            generator.initialize(NamedParameterSpec.ED25519, new Seed(seed));
            return of(generator.generateKeyPair());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has Ed25519", e);
        }
    }

    private static CheckpointKey of(KeyPair pair) {
        return new CheckpointKey(pair.getPrivate(), Ed25519.raw(pair.getPublic()));
    }

    /** The JDK makes a public key only where it makes the private one, whose 32 bytes it draws from here. */
    private static final class Seed extends SecureRandom {

        private static final long serialVersionUID = 1L;

        private final byte[] seed;

        Seed(byte[] seed) {
            this.seed = seed.clone();
        }

        @Override
        public void nextBytes(byte[] bytes) {
            if (bytes.length != seed.length) {
                throw new IllegalStateException("an Ed25519 key is drawn as 32 bytes");
            }
            System.arraycopy(seed, 0, bytes, 0, seed.length);
        }
    }

    String id() {
        return id;
    }

    byte[] publicKey() {
        return publicKey.clone();
    }

    byte[] sign(byte[] bytes) {
        try {
            var signature = Signature.getInstance(Ed25519.ALGORITHM);
            signature.initSign(privateKey);
            signature.update(bytes);
            return signature.sign();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has Ed25519", e);
        }
    }
}
