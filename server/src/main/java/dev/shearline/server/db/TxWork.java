package dev.shearline.server.db;

/** Work inside a transaction. It may run again after a serialization failure or a deadlock, so it changes nothing outside. */
@FunctionalInterface
public interface TxWork<T> {
    T in(Tx tx);
}
