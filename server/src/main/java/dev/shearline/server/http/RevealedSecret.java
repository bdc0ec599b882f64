package dev.shearline.server.http;

import com.fasterxml.jackson.annotation.JsonValue;
import dev.shearline.token.Secret;

/** A secret inside the one response that hands it out. A plain {@link Secret} refuses to be rendered. */
public record RevealedSecret(Secret secret) {

    @JsonValue
    String text() {
        return secret.reveal();
    }

    @Override
    public String toString() {
        return secret.toString();
    }
}
