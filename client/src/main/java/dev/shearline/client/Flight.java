package dev.shearline.client;

import java.util.concurrent.CompletableFuture;

/** A question that is on its way to the server, for whoever asks the same meanwhile. */
final class Flight {

    /** What it has brought for those who wait. */
    sealed interface Landed {

        /**
         * To be said to all of them.
         *
         * @param began before the question left
         */
        record Shared(Remembered answer, Clocks.Moment began) implements Landed {}

        /** There was no answer, and there would be none for them. */
        record Failed(Verdict.Unavailable verdict) implements Landed {}

        /** The answer is of no use to anybody else: each asks for itself. */
        record Alone() implements Landed {}
    }

    static final Landed ALONE = new Landed.Alone();

    private final AnswerMemory.Ticket ticket;
    private final CompletableFuture<Landed> landed = new CompletableFuture<>();

    Flight(AnswerMemory.Ticket ticket) {
        this.ticket = ticket;
    }

    AnswerMemory.Ticket ticket() {
        return ticket;
    }

    /** Whether its answer will be as new as one that is asked for now: what has changed since it left would be missing. */
    boolean serves(AnswerMemory.Ticket now) {
        return ticket.generation() == now.generation() && ticket.minEpoch() == now.minEpoch();
    }

    void land(Landed with) {
        landed.complete(with);
    }

    CompletableFuture<Landed> landed() {
        return landed;
    }
}
