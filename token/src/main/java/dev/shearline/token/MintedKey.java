package dev.shearline.token;

/** A new key: the secret, which is shown once, and what is kept of it. */
public record MintedKey(Secret secret, ApiKeyId id, KeyDigest digest, String prefix, String lastFour) {}
