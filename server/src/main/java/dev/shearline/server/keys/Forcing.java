package dev.shearline.server.keys;

import dev.shearline.server.http.Problem;
import dev.shearline.server.http.ProblemCode;
import dev.shearline.server.http.ProblemException;
import dev.shearline.server.identity.Actor;
import dev.shearline.server.identity.Forced;
import dev.shearline.server.identity.ScopeSet;
import java.util.Optional;

/**
 * Gives a key what an embed session forces upon it. Whoever sits before the page has no say in that; nor in what verification tells the host,
 * which is the host's own business.
 */
record Forcing(boolean embedded, Forced forced) {

    static Forcing of(Actor actor) {
        return new Forcing(actor instanceof Actor.Embed, actor.forced());
    }

    ScopeSet scopes(ScopeSet wanted) {
        return forced.scopes().orElse(wanted);
    }

    String metadata(String wanted) {
        return forced.metadata()
                .map(fields -> KeyMetadata.merged(wanted, fields))
                .orElse(wanted);
    }

    Optional<String> verifiedMetadata(Optional<String> wanted) {
        if (embedded && wanted.isPresent()) {
            throw refused("verified_metadata", "is for the back end to set, with a key of its own");
        }
        return embedded ? forced.verifiedMetadata() : wanted;
    }

    /** Of the successor of a key. */
    KeyRow.Text successor(KeyRow.Text old) {
        return new KeyRow.Text(
                old.name(),
                old.description(),
                metadata(old.metadata()),
                forced.verifiedMetadata().or(old::verifiedMetadata));
    }

    /** What a change must leave as it is, unless it makes it so. */
    void requireKept(KeyRow before, KeyRow after) {
        if (embedded && !after.text().verifiedMetadata().equals(before.text().verifiedMetadata())) {
            throw refused("verified_metadata", "is for the back end to set, with a key of its own");
        }
        if (!after.scopes().equals(before.scopes())
                && forced.scopes().filter(only -> !only.equals(after.scopes())).isPresent()) {
            throw refused("scopes", "must be exactly " + forced.scopes().get() + " in this embed session");
        }
    }

    /** @param most completes "keys … ": what is allowed */
    static ProblemException tooLong(String field, String most) {
        return Problem.of(ProblemCode.FORBIDDEN, "This embed session lets keys " + most + ": choose an earlier expiry.")
                .withField(field)
                .asException();
    }

    private static ProblemException refused(String field, String fault) {
        return Problem.of(ProblemCode.FORBIDDEN, "\"" + field + "\" " + fault + ": leave it out.")
                .withField(field)
                .asException();
    }
}
