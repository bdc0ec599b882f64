package dev.shearline.client;

/** What became of a question to the server. */
sealed interface Reply permits RemoteAnswer, Reply.NoAnswer {

    /** Nobody has answered, or nothing that can be believed. */
    record NoAnswer(Verdict.Unavailable verdict) implements Reply {}
}
