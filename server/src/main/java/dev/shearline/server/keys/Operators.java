package dev.shearline.server.keys;

import dev.shearline.server.identity.Actor;

/** Those who act over all organizations: operators, and the server itself. */
final class Operators {

    private Operators() {}

    static boolean include(Actor actor) {
        return switch (actor) {
            case Actor.Operator _, Actor.Job _ -> true;
            case Actor.Member _, Actor.Key _, Actor.Embed _, Actor.Possession _ -> false;
        };
    }
}
