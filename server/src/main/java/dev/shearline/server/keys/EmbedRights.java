package dev.shearline.server.keys;

import dev.shearline.server.identity.Actor;
import dev.shearline.server.identity.EmbedTerms;
import dev.shearline.server.identity.MembershipId;
import dev.shearline.server.identity.Reach;
import dev.shearline.server.identity.Rights;
import dev.shearline.server.identity.Scope;
import dev.shearline.server.identity.UnitId;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.jdbi.v3.core.Handle;

/**
 * What an embed session may do now: with the keys of its owner and no others, what was agreed on when it was opened, as far as the key that
 * opened it may do that still, and, of a member, as far as their roles give it.
 */
final class EmbedRights {

    private EmbedRights() {}

    /** Empty when the member has no role any more, or the key may not open sessions any more. */
    static Optional<Actor.Embed> find(Handle handle, CredentialRows.Session session, CredentialRows.Key parent) {
        var terms = session.terms();
        return KeyAuthenticator.rights(handle, parent)
                .filter(bound -> bound.scopes().covers(Scope.EMBED_CREATE))
                .flatMap(bound -> ofOwner(handle, terms).map(own -> own.within(bound)))
                .map(rights -> new Actor.Embed(
                        parent.id(),
                        terms,
                        rights.within(terms.capabilities()),
                        rights.within(terms.grants()),
                        parent.kind().mode()));
    }

    private static Optional<Rights> ofOwner(Handle handle, EmbedTerms terms) {
        var most = terms.capabilities().with(terms.grants());
        var own = new Reach.Audiences(Set.of(terms.subject()));
        return MembershipId.find(terms.subject())
                .map(member -> MemberRights.find(handle, terms.organization(), member, most)
                        .map(rights -> rights.within(terms.includesTeams() ? withTeams(rights, terms) : own)))
                .orElseGet(() -> Optional.of(Rights.of(most, own)));
    }

    /** Where the member has a role of their own, and not where one reaches from above. */
    private static Reach withTeams(Rights rights, EmbedTerms terms) {
        var audiences = new HashSet<String>();
        audiences.add(terms.subject());
        rights.holder().orElseThrow().roles().keySet().stream()
                .filter(unit -> !unit.equals(UnitId.rootOf(terms.organization())))
                .map(UnitId::value)
                .forEach(audiences::add);
        return new Reach.Audiences(audiences);
    }
}
