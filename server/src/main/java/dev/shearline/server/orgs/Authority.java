package dev.shearline.server.orgs;

import dev.shearline.server.http.Problem;
import dev.shearline.server.http.ProblemCode;
import dev.shearline.server.http.ProblemException;
import dev.shearline.server.identity.Actor;
import dev.shearline.server.identity.Caller;
import dev.shearline.server.identity.OrganizationId;
import dev.shearline.server.identity.Reach;
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

    /** Keys that everybody reads see nothing of their organization, whatever their scopes. */
    static void requireSight(Caller caller) {
        boolean sees = caller.actor()
                .organizationOf()
                .flatMap(caller.actor()::rightsIn)
                .map(rights -> !rights.sees().equals(Reach.nothing()))
                .orElse(true);
        if (!sees) {
            throw Problem.of(
                            ProblemCode.FORBIDDEN,
                            "A publishable key sees nothing of its organization: use a secret one.")
                    .asException();
        }
    }

    static void requireScope(Caller caller, Scope scope) {
        if (!caller.actor().scopes().covers(scope)) {
            throw Problem.insufficientScope(scope).asException();
        }
    }

    /**
     * What is done takes rights at a unit, by a role there or above it, or by the unit of a key. What is refused here is visible to the
     * caller, so it is no 404.
     */
    static void requireReach(Caller caller, OrganizationId organization, UnitId unit) {
        if (!caller.actor().manages(organization, unit.value())) {
            throw Problem.of(
                            ProblemCode.FORBIDDEN,
                            "Your credential cannot change " + unit
                                    + ": that takes the role admin there or above it, or a key of such a unit.")
                    .asException();
        }
    }

    /** What concerns the organization as a whole. */
    static void requireWhole(Caller caller, OrganizationId organization) {
        if (!caller.actor().managesWhole(organization)) {
            throw Problem.of(
                            ProblemCode.FORBIDDEN,
                            "Your credential cannot change " + organization
                                    + " as a whole: that takes the role admin at the organization, or a key of it.")
                    .asException();
        }
    }

    static ProblemException operatorOnly(String what) {
        return Problem.of(ProblemCode.FORBIDDEN, "Only an operator key may " + what + ".")
                .asException();
    }
}
