package dev.shearline.server.keys;

import dev.shearline.server.db.Tx;
import dev.shearline.server.http.Problem;
import dev.shearline.server.http.ProblemCode;
import dev.shearline.server.http.ProblemException;
import dev.shearline.server.identity.Scope;
import dev.shearline.server.identity.ScopeSet;
import dev.shearline.server.plans.Catalog;
import java.util.List;

/** The scopes that a key is given: real ones, and none that their giver does not hold. */
final class GrantedScopes {

    static final int SCOPES_MAX = 100;

    private GrantedScopes() {}

    static ScopeSet parse(List<String> texts) {
        if (texts.size() > SCOPES_MAX) {
            throw KeyProblems.invalid("scopes", "\"scopes\" must have at most " + SCOPES_MAX + " entries.");
        }
        return new ScopeSet(texts.stream().map(GrantedScopes::parse).toList());
    }

    private static Scope parse(String text) {
        return Scope.find(text).orElseThrow(() -> unknown(text));
    }

    private static ProblemException unknown(String text) {
        var shown = text.length() <= Scope.LENGTH_MAX && text.chars().allMatch(c -> c > ' ' && c <= '~')
                ? "the scope \"" + text + "\""
                : "a scope of this form";
        return Problem.of(ProblemCode.UNKNOWN_SCOPE, "This instance does not know " + shown + ": see /v1/scopes.")
                .withField("scopes")
                .asException();
    }

    /** Inside the transaction that grants them. */
    static void requireKnown(Tx tx, Catalog catalog, ScopeSet scopes, Visibility visibility) {
        catalog.requireKnown(tx, scopes);
        if (visibility == Visibility.PUBLISHABLE) {
            catalog.findUnpublishable(tx, scopes).ifPresent(scope -> {
                throw KeyProblems.invalid(
                        "scopes", "A publishable key may not carry the scope " + scope + ": anybody could use it.");
            });
        }
    }

    /**
     * Nobody grants what they do not have.
     *
     * @param held by the giver, where the key works
     */
    static void requireHeld(ScopeSet held, ScopeSet wanted) {
        held.findMissing(wanted).ifPresent(missing -> {
            throw notHeld(missing, "so it cannot grant it.").withField("scopes").asException();
        });
    }

    /** Nobody lets a key do more, or live again, that can do what they cannot. */
    static void requireHeldToWiden(ScopeSet held, ScopeSet carried) {
        held.findMissing(carried).ifPresent(missing -> {
            throw notHeld(
                            missing,
                            "so it may only narrow, disable or revoke a key that carries it. Ask somebody who holds it.")
                    .asException();
        });
    }

    private static Problem notHeld(Scope missing, String therefore) {
        return Problem.of(
                ProblemCode.SCOPE_NOT_HELD,
                "Your credential does not hold the scope " + missing + " here, " + therefore);
    }
}
