package dev.shearline.server.keys;

import java.util.Optional;

/** @param reason at most {@value #REASON_MAX} characters, for people */
public record Revocation(Optional<String> reason) {

    public static final int REASON_MAX = 200;
    public static final Revocation WITHOUT_REASON = new Revocation(Optional.empty());
}
