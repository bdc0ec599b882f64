package dev.shearline.server.plans;

import dev.shearline.server.http.Problem;
import dev.shearline.server.http.ProblemCode;
import dev.shearline.server.identity.Actor;
import dev.shearline.server.identity.Caller;

/** Those who act for the instance: the catalog and the plans are theirs. */
final class Operators {

    private Operators() {}

    /** @param what completes "Only an operator key may …" */
    static void require(Caller caller, String what) {
        switch (caller.actor()) {
            case Actor.Operator _, Actor.Job _ -> {}
            case Actor.Member _, Actor.Key _, Actor.Embed _, Actor.Possession _ ->
                throw Problem.of(ProblemCode.FORBIDDEN, "Only an operator key may " + what + ".")
                        .asException();
        }
    }
}
