package dev.shearline.server.keys;

import dev.shearline.server.http.ProblemException;
import dev.shearline.server.identity.Actor;
import dev.shearline.server.identity.Caller;
import dev.shearline.server.identity.Origin;
import dev.shearline.server.identity.Scope;
import dev.shearline.token.ApiKeyId;
import dev.shearline.token.Secret;
import java.util.Optional;

/** Ends keys that are presented instead of named: who may revoke a key by its id may do so here, and so may whoever holds it. */
public final class PresentedKeys {

    private final ApiKeys keys;
    private final KeyAuthenticator authenticator;

    public PresentedKeys(ApiKeys keys, KeyAuthenticator authenticator) {
        this.keys = keys;
        this.authenticator = authenticator;
    }

    /** Nothing happens to what is dead or was never issued. What waits for the nodes has waited when this returns. */
    public void revoke(Secret token, Optional<Actor> client, Origin origin) {
        var id = authenticator.findLiving(token);
        if (id.isEmpty() || isRevokedBy(client, origin, id.get())) {
            return;
        }
        authenticator
                .findPossessionAnywhere(token)
                .ifPresent(holder -> isRevokedBy(Optional.of(holder), origin, id.get()));
    }

    /** False where this actor may not, and the next may. */
    private boolean isRevokedBy(Optional<? extends Actor> actor, Origin origin, ApiKeyId id) {
        if (actor.isEmpty() || !mayTry(actor.get())) {
            return false;
        }
        try {
            keys.revoke(new Caller(actor.get(), origin), id, Revocation.WITHOUT_REASON);
            return true;
        } catch (ProblemException e) {
            return switch (e.problem().code()) {
                case NOT_FOUND, FORBIDDEN -> false;
                // used up in this moment: it is dead
                case INVALID_STATE -> true;
                default -> throw e;
            };
        }
    }

    private static boolean mayTry(Actor actor) {
        return actor instanceof Actor.Possession || actor.scopes().covers(Scope.KEYS_WRITE);
    }
}
