package dev.shearline.server.keys;

import dev.shearline.server.identity.Actor;
import java.util.Locale;

/** Why a key is disabled, and with it who may enable it. In ascending order: a later cause replaces an earlier one. */
enum DisabledCause {
    /** By the server, because nobody used the key for as long as its organization's policy allows. */
    UNUSED,
    /** By somebody who sees a part of the organization, such as the member whose key it is. */
    MANUAL,
    /** By somebody who reaches the whole organization: whoever reaches only a part of it does not undo that. */
    ADMINISTRATOR,
    /** By the server, because the key was dead before the database went back in time. */
    HISTORY_FORKED;

    static DisabledCause by(Actor actor, KeyRow key) {
        return reachesWhole(actor, key) ? ADMINISTRATOR : MANUAL;
    }

    static boolean reachesWhole(Actor actor, KeyRow key) {
        return actor.managesWhole(key.organization());
    }

    static DisabledCause ofWire(String text) {
        return valueOf(text.toUpperCase(Locale.ROOT));
    }

    String wire() {
        return name().toLowerCase(Locale.ROOT);
    }
}
