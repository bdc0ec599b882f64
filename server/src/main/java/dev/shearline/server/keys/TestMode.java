package dev.shearline.server.keys;

import dev.shearline.server.identity.Actor;
import dev.shearline.token.KeyMode;

/** What is for tests has no power over what is live: test keys lie in fixtures, on laptops and in continuous integration. */
final class TestMode {

    private TestMode() {}

    /** @param mode of the key that is to be made or changed */
    static void requireWithin(Actor actor, KeyMode mode) {
        if (actor.mode() == KeyMode.TEST && mode != KeyMode.TEST) {
            throw KeyProblems.forbidden("Your credential is of mode test: it makes and changes keys of mode test only."
                    + " Use a live credential, or make the key with \"mode\": \"test\".");
        }
    }
}
