package dev.shearline.server.keys;

import dev.shearline.server.changes.Callers;
import dev.shearline.server.db.TenantContext;
import dev.shearline.server.db.Tx;
import dev.shearline.server.http.Problem;
import dev.shearline.server.http.ProblemException;
import dev.shearline.server.identity.Actor;
import dev.shearline.server.identity.MembershipId;
import dev.shearline.server.identity.OrganizationId;
import dev.shearline.token.ApiKeyId;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Looks at the caller once more, inside the transaction that issues, edits or enables a key, and keeps the caller's key as it is until that
 * is committed: {@code FOR SHARE}, which callers share with each other and which whoever revokes or disables waits for. Without it a request
 * that was let in before its credential was revoked could leave a fresh key behind. See docs/decisions/0009.
 */
public final class CallerRows implements Callers {

    private static final String MEMBERSHIP = """
            SELECT m.state = 'active' AND p.state = 'active'
              FROM membership AS m JOIN app_user AS p ON p.id = m.user_id
             WHERE m.id = :membership FOR SHARE OF m
            """;

    private static final String GONE = "The key is not known any more.";

    private final InstantSource clock;

    /** @param clock the primary's, as the node knows it */
    public CallerRows(InstantSource clock) {
        this.clock = clock;
    }

    /** The key that the caller came with, if it was one. Keys are locked in the order of their ids. */
    static Optional<ApiKeyId> keyOf(Actor actor) {
        return switch (actor) {
            case Actor.Key key -> Optional.of(key.key());
            case Actor.Operator operator -> Optional.of(operator.key());
            case Actor.Embed embed -> Optional.of(embed.parent());
            case Actor.Member _, Actor.Possession _, Actor.Job _ -> Optional.empty();
        };
    }

    /**
     * After the owner of the new key is locked; 401 as if the request came now.
     *
     * @return the caller as they are now: whoever changes a member's roles holds the organization alone, so while it is shared they stay so
     */
    Actor requireAlive(Tx tx, Actor actor) {
        return switch (actor) {
            case Actor.Key key -> alive(tx, key);
            case Actor.Operator operator -> {
                var key = requireAlive(find(tx, actor, OrganizationId.INSTANCE, operator.key()));
                yield new Actor.Operator(operator.key(), operator.scopes().within(key.scopes()), operator.mode());
            }
            // an embed session is opened by a key of its organization or by an operator's
            case Actor.Embed embed -> {
                var parent = requireAlive(find(tx, actor, embed.organization(), embed.parent())
                        .or(() -> find(tx, actor, OrganizationId.INSTANCE, embed.parent())));
                MembershipId.find(embed.terms().subject()).ifPresent(member -> requireMember(tx, member));
                yield CredentialRows.lockSession(tx.handle(), embed.terms().id())
                        .filter(session -> session.livesAt(clock.instant()))
                        .flatMap(session -> EmbedRights.find(tx.handle(), session, parent))
                        .orElseThrow(CallerRows::ended);
            }
            case Actor.Member member -> {
                requireMember(tx, member.membership());
                yield MemberRights.find(tx.handle(), member.organization(), member.membership(), member.scopes())
                        .map(rights ->
                                new Actor.Member(member.membership(), member.user(), member.organization(), rights))
                        .orElseThrow(CallerRows::ended);
            }
            case Actor.Possession _, Actor.Job _ -> actor;
        };
    }

    private Actor alive(Tx tx, Actor.Key actor) {
        var key = requireAlive(find(tx, actor, actor.organization(), actor.key()));
        // its scopes may have been narrowed, and its unit be another one
        return KeyAuthenticator.rights(tx.handle(), key)
                .map(rights -> new Actor.Key(actor.key(), actor.organization(), rights, actor.mode()))
                .orElseThrow(
                        () -> Problem.unauthenticated(KeyAuthenticator.NO_ROLE).asException());
    }

    @Override
    public Actor now(Tx tx, Actor actor) {
        return requireAlive(tx, actor);
    }

    /** A row that is locked, and the caller as they are now. */
    record Locked<T>(Actor actor, T row) {}

    /** Locks a key and the caller's own in the order of their ids. Whoever changes the key that they came with holds it alone before. */
    <T> Locked<T> lockedWith(Tx tx, Actor actor, ApiKeyId other, Supplier<T> lock) {
        boolean callerFirst = keyOf(actor)
                .filter(key -> key.toString().compareTo(other.toString()) < 0)
                .isPresent();
        if (callerFirst) {
            var now = requireAlive(tx, actor);
            return new Locked<>(now, lock.get());
        }
        var locked = lock.get();
        return new Locked<>(requireAlive(tx, actor), locked);
    }

    /** Where the key is, which for an operator's is another place than where the new one will be. */
    private static Optional<CredentialRows.Key> find(Tx tx, Actor actor, OrganizationId home, ApiKeyId id) {
        var here = tx.context();
        if (here.organization().equals(home) && here.equals(here.widened())) {
            return CredentialRows.lockKey(tx.handle(), id);
        }
        tx.enter(TenantContext.whole(actor, home));
        var found = CredentialRows.lockKey(tx.handle(), id);
        tx.enter(here);
        return found;
    }

    private CredentialRows.Key requireAlive(Optional<CredentialRows.Key> key) {
        key.map(found -> found.callersFaultAt(clock.instant()))
                .orElse(Optional.of(GONE))
                .ifPresent(fault -> {
                    throw Problem.unauthenticated(fault).asException();
                });
        return key.orElseThrow();
    }

    private static void requireMember(Tx tx, MembershipId membership) {
        boolean active = tx.handle()
                .createQuery(MEMBERSHIP)
                .bind("membership", membership.value())
                .mapTo(Boolean.class)
                .findOne()
                .orElse(false);
        if (!active) {
            throw ended();
        }
    }

    private static ProblemException ended() {
        return Problem.unauthenticated("The session has ended: sign in again.").asException();
    }
}
