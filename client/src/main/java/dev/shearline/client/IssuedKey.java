package dev.shearline.client;

import dev.shearline.token.Secret;

/**
 * A new key.
 *
 * @param secret the whole key, which nobody can ask for again: give it to its holder, and keep it nowhere
 */
public record IssuedKey(ApiKey key, Secret secret, Propagation propagation) {}
