package dev.shearline.server.orgs;

import dev.shearline.server.http.Problem;
import dev.shearline.server.http.ProblemCode;
import dev.shearline.server.http.ProblemException;
import dev.shearline.server.identity.Actor;
import dev.shearline.server.identity.Caller;
import dev.shearline.server.identity.OrganizationId;
import dev.shearline.server.identity.Scope;
import dev.shearline.server.identity.UnitId;

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

    /**
     * A key is valid at its unit and below, whatever scopes it holds; the organization itself, its members among it, is beyond a team's.
     * What is refused here is visible to the caller, so it is no 404.
     */
    static void requireReach(Caller caller, OrganizationId organization, UnitId unit) {
        var reach = caller.actor().reachIn(organization);
        if (reach.isEmpty() || !reach.get().includes(unit.value())) {
            throw Problem.of(
                            ProblemCode.FORBIDDEN,
                            "Your credential works at its own units and below: it cannot change " + unit
                                    + ". Use one of the organization.")
                    .asException();
        }
    }

    /** What concerns the organization as a whole. */
    static void requireWhole(Caller caller, OrganizationId organization) {
        requireReach(caller, organization, UnitId.rootOf(organization));
    }

    static ProblemException operatorOnly(String what) {
        return Problem.of(ProblemCode.FORBIDDEN, "Only an operator key may " + what + ".")
                .asException();
    }
}
