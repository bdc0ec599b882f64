package dev.shearline.server.verify;

import dev.shearline.token.KeyDigest;

/** What can be said of a question from memory. */
sealed interface Judgement permits Judgement.Unread, Verdict {

    /** Nothing yet: there may be such a key, and its record has to be read. */
    record Unread(KeyDigest digest) implements Judgement {}
}
