package dev.shearline.client;

/** Asks the server. */
interface Asker {

    /**
     * @param minEpoch the answer is from this position or a later one
     * @throws ShearlineException where the question itself is at fault
     */
    Reply ask(Question question, long minEpoch);
}
