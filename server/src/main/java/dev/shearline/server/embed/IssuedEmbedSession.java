package dev.shearline.server.embed;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import dev.shearline.server.http.RevealedSecret;
import dev.shearline.server.idempotency.Attempt;
import java.util.Optional;

/** A session in the one answer that has its token, and its link, whose code works once. */
record IssuedEmbedSession(@JsonUnwrapped EmbedSession session, RevealedSecret token, Optional<RevealedSecret> link)
        implements Attempt.Made {

    @Override
    public String madeId() {
        return session.id();
    }
}
