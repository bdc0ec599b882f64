package dev.shearline.server.keys;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import dev.shearline.server.http.RevealedSecret;
import dev.shearline.server.idempotency.Attempt;

/** A key in the one answer that creates it: with its secret, which nobody can ask for again. */
public record IssuedKey(@JsonUnwrapped ApiKey key, RevealedSecret secret) implements Attempt.Made {

    @Override
    public String madeId() {
        return key.id().toString();
    }
}
