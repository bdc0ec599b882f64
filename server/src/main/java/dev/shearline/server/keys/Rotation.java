package dev.shearline.server.keys;

import java.util.Optional;

/**
 * How the old key ends.
 *
 * @param grace how long it still works: {@code 24h} unless said otherwise, {@code 30d} at most, {@code 0h} not at all
 * @param endAtFirstUse whether it also ends when the new key is used first
 */
public record Rotation(Optional<String> grace, Optional<Boolean> endAtFirstUse) {

    public static final Rotation USUAL = new Rotation(Optional.empty(), Optional.empty());
}
