package dev.shearline.server.orgs;

import dev.shearline.server.http.Problem;
import dev.shearline.server.http.ProblemCode;
import dev.shearline.server.http.ProblemException;
import dev.shearline.server.identity.Actor;
import dev.shearline.server.identity.Caller;
import dev.shearline.server.identity.Scope;

/** Tells those who act over all organizations, operators and the server itself, from those who act in their own. */
final class Authority {

    private Authority() {}

    static boolean isOperator(Caller caller) {
        return switch (caller.actor()) {
            case Actor.Operator _, Actor.Job _ -> true;
            case Actor.Member _, Actor.Key _, Actor.Embed _, Actor.Possession _ -> false;
        };
    }

    /** @param what completes "Only an operator key may …" */
    static void requireOperator(Caller caller, String what) {
        if (!isOperator(caller)) {
            throw operatorOnly(what);
        }
    }

    static void requireScope(Caller caller, Scope scope) {
        if (!caller.actor().scopes().covers(scope)) {
            throw Problem.insufficientScope(scope).asException();
        }
    }

    static ProblemException operatorOnly(String what) {
        return Problem.of(ProblemCode.FORBIDDEN, "Only an operator key may " + what + ".")
                .asException();
    }
}
