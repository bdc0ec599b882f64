package dev.shearline.server.idempotency;

import dev.shearline.server.db.Tx;
import dev.shearline.server.db.TxWork;

/** One try at a request that makes something. Whoever makes it runs its transaction's work through here. */
public sealed interface Attempt permits KeyedAttempt, Attempt.Unkeyed {

    /** Came without the header: adds no statement. */
    Attempt UNKEYED = new Unkeyed();

    /** Runs the work once and keeps what it made in the same transaction. */
    <T extends Made> T in(Tx tx, TxWork<T> work);

    /** What a request makes and answers with; rendered as JSON. */
    interface Made {
        /** Its public id. */
        String madeId();
    }

    /** See {@link #UNKEYED}. */
    record Unkeyed() implements Attempt {
        @Override
        public <T extends Made> T in(Tx tx, TxWork<T> work) {
            return work.in(tx);
        }
    }
}
