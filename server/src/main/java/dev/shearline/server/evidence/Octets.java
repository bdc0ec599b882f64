package dev.shearline.server.evidence;

import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;

/** Bytes as a value: equal by content, and nobody can change them. */
final class Octets {

    private final byte[] bytes;

    private Octets(byte[] bytes) {
        this.bytes = bytes;
    }

    static Octets of(byte[] bytes) {
        return new Octets(bytes.clone());
    }

    static Octets ofHex(String hex) {
        return new Octets(HexFormat.of().parseHex(hex));
    }

    static Octets ofBase64(String base64) {
        return new Octets(Base64.getDecoder().decode(base64));
    }

    byte[] toBytes() {
        return bytes.clone();
    }

    int length() {
        return bytes.length;
    }

    String hex() {
        return HexFormat.of().formatHex(bytes);
    }

    String base64() {
        return Base64.getEncoder().encodeToString(bytes);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Octets that && Arrays.equals(bytes, that.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    @Override
    public String toString() {
        return hex();
    }
}
