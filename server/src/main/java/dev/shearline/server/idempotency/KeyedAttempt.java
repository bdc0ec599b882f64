package dev.shearline.server.idempotency;

import dev.shearline.server.db.TenantContext;
import dev.shearline.server.db.Tx;
import dev.shearline.server.db.TxWork;
import dev.shearline.server.http.Json;
import java.time.InstantSource;

/** A try with the header: claims the place of the answer before the work, and fills it after. */
final class KeyedAttempt implements Attempt {

    /** Somebody else has answered the same request, and has committed it. */
    static final class TakenException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        TakenException() {
            super("answered already", null, false, false);
        }
    }

    private final Repeatable request;
    private final AnswerStore store;
    private final AnswerCipher cipher;
    private final Json json;
    private final InstantSource clock;

    KeyedAttempt(Repeatable request, AnswerStore store, AnswerCipher cipher, Json json, InstantSource clock) {
        this.request = request;
        this.store = store;
        this.cipher = cipher;
        this.json = json;
        this.clock = clock;
    }

    @Override
    public <T extends Made> T in(Tx tx, TxWork<T> work) {
        var salt = cipher.drawSalt();
        var now = clock.instant();
        atHome(tx, () -> {
            // waits for whoever is at it, at most the lock time-out
            if (!store.claim(tx, request, salt, now, now.plus(Idempotency.KEPT))) {
                throw new TakenException();
            }
        });
        T made = work.in(tx);
        var sealed = cipher.seal(request, salt, json.mapper().writeValueAsBytes(made));
        atHome(tx, () -> store.fill(tx, request, made.madeId(), sealed));
        return made;
    }

    /** The row belongs to the actor's own organization, whichever one an operator makes something in. */
    private void atHome(Tx tx, Runnable work) {
        var here = tx.context();
        if (here.organization().equals(request.home())) {
            work.run();
            return;
        }
        tx.enter(TenantContext.whole(request.actor(), request.home()));
        work.run();
        tx.enter(here);
    }
}
