package dev.shearline.server.keys;

import dev.shearline.server.db.NodeDatabase;
import dev.shearline.server.http.Authentication;
import dev.shearline.server.http.Authenticator;
import dev.shearline.server.identity.Actor;
import dev.shearline.server.identity.KeyType;
import dev.shearline.server.identity.OrganizationId;
import dev.shearline.server.identity.Reach;
import dev.shearline.server.identity.Rights;
import dev.shearline.server.identity.UnitId;
import dev.shearline.server.net.IpAddress;
import dev.shearline.token.ApiKeyId;
import dev.shearline.token.KeyDigest;
import dev.shearline.token.KeyFormat;
import dev.shearline.token.ParsedKey;
import dev.shearline.token.Secret;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.jdbi.v3.core.Handle;

/**
 * Finds who calls the management API, on the primary, for every request: a key or a session that has ended, or whose owner has, is
 * refused in the same instant, whatever this node has heard of the feed.
 */
public final class KeyAuthenticator implements Authenticator {

    static final String NO_ROLE =
            "The owner of this credential has no role in the organization any more: ask one of its admins for one.";
    private static final String UNKNOWN = "The credential is not known here: check that it was copied whole.";

    private final NodeDatabase database;
    private final KeyFormat format;
    private final LastUsed lastUsed;
    private final FirstUses firstUses;
    private final Predicate<KeyDigest> isKnownDead;
    private final InstantSource clock;

    /**
     * @param isKnownDead whether this node has heard that a key is revoked or used, which is final: a failover or a restore may have lost it
     * @param clock the primary's, as the node knows it
     */
    public KeyAuthenticator(
            NodeDatabase database,
            KeyFormat format,
            LastUsed lastUsed,
            FirstUses firstUses,
            Predicate<KeyDigest> isKnownDead,
            InstantSource clock) {
        this.database = database;
        this.format = format;
        this.lastUsed = lastUsed;
        this.firstUses = firstUses;
        this.isKnownDead = isKnownDead;
        this.clock = clock;
    }

    @Override
    public Authentication authenticate(Secret credential, IpAddress address) {
        // the shape first: junk never reaches the database
        if (format.isEmbedToken(credential.reveal())) {
            return database.call(handle -> session(handle, KeyDigest.of(credential)));
        }
        return switch (format.parse(credential.reveal())) {
            case ParsedKey.Malformed _ -> new Authentication.Refused(UNKNOWN);
            case ParsedKey.WellFormed _ -> database.call(handle -> keyOnly(handle, KeyDigest.of(credential), address));
            case ParsedKey.Foreign _ ->
                database.call(handle -> keyOrSession(handle, KeyDigest.of(credential), address));
        };
    }

    /** Who holds this key and asks about it, from an address that it works from. Empty when it is not valid now, or no key. */
    Optional<Actor.Possession> findPossession(Secret credential, IpAddress address) {
        return find(credential)
                .filter(key -> fault(key).isEmpty() && worksFrom(key, address))
                .map(key -> possession(key, "so it says nothing of itself here: read it by its id, with keys:read."));
    }

    /**
     * Whoever finds a key where it should not be is to be able to end it: from any address, and also a key that is disabled, expired or
     * not valid yet, for these can come alive again or want to be cleaned up. Empty when it is dead for good, or no key.
     */
    Optional<Actor.Possession> findPossessionAnywhere(Secret credential) {
        return find(credential)
                .filter(key -> !key.state().isFinal())
                .map(key ->
                        possession(key, "so holding it is no right to end it: revoke it by its id, with keys:write."));
    }

    /** The id of a key that is not dead for good. */
    Optional<ApiKeyId> findLiving(Secret credential) {
        return find(credential).filter(key -> !key.state().isFinal()).map(CredentialRows.Key::id);
    }

    private Optional<CredentialRows.Key> find(Secret credential) {
        return format.parse(credential.reveal()) instanceof ParsedKey.Malformed
                ? Optional.empty()
                : database.call(handle -> CredentialRows.findKey(handle, KeyDigest.of(credential)));
    }

    /** Of a publishable key everybody is in possession. */
    private static Actor.Possession possession(CredentialRows.Key key, String therefore) {
        if (key.kind().visibility() == Visibility.PUBLISHABLE) {
            throw KeyProblems.forbidden("A publishable key stands where everybody reads it, " + therefore);
        }
        return new Actor.Possession(key.id(), key.organization());
    }

    private static boolean worksFrom(CredentialRows.Key key, IpAddress address) {
        return key.cidrs().isEmpty() || key.cidrs().stream().anyMatch(block -> block.contains(address));
    }

    private Authentication keyOnly(Handle handle, KeyDigest digest, IpAddress address) {
        return CredentialRows.findKey(handle, digest)
                .map(key -> authenticated(handle, key, address))
                .orElseGet(() -> new Authentication.Refused(UNKNOWN));
    }

    /** A key that was imported has any shape, and so has a session. */
    private Authentication keyOrSession(Handle handle, KeyDigest digest, IpAddress address) {
        var key = CredentialRows.findKey(handle, digest);
        if (key.isPresent()) {
            return authenticated(handle, key.get(), address);
        }
        return session(handle, digest);
    }

    private Authentication session(Handle handle, KeyDigest digest) {
        return CredentialRows.findSession(handle, digest)
                .map(session -> authenticated(handle, session))
                .orElseGet(() -> new Authentication.Refused(UNKNOWN));
    }

    /** The embed session whose link holds this code, if it lives and nobody has followed the link. */
    public Optional<Actor.Embed> findLinked(KeyDigest code) {
        return database.call(
                        handle -> CredentialRows.findLinked(handle, code).flatMap(found -> findLiving(handle, found)))
                .map(Actor.Embed.class::cast);
    }

    private Authentication authenticated(Handle handle, CredentialRows.Key key, IpAddress address) {
        var fault = fault(key);
        if (fault.isPresent()) {
            return new Authentication.Refused(fault.get());
        }
        if (!worksFrom(key, address)) {
            return new Authentication.Refused("The key does not work from your address.");
        }
        if (key.type() == KeyType.EPHEMERAL) {
            return new Authentication.Refused("A single-use token cannot call this API: use another type of key.");
        }
        if (key.limited()) {
            return new Authentication.Refused(CredentialRows.LIMITED);
        }
        var actor = actor(handle, key);
        if (actor.isEmpty()) {
            return new Authentication.Refused(NO_ROLE);
        }
        var _ = lastUsed.record(key.id(), Optional.of(address), clock.instant());
        if (key.endsPredecessor()) {
            firstUses.used(key.id(), key.organization());
        }
        return new Authentication.Authenticated(actor.get());
    }

    private Optional<String> fault(CredentialRows.Key key) {
        return key.faultAt(clock.instant())
                .or(() -> isKnownDead.test(key.digest())
                        ? Optional.of("The key was dead before the database went back in time.")
                        : Optional.empty());
    }

    private static Optional<Actor> actor(Handle handle, CredentialRows.Key key) {
        var mode = key.kind().mode();
        return key.type() == KeyType.OPERATOR
                ? Optional.of(new Actor.Operator(key.id(), key.scopes(), mode))
                : rights(handle, key).map(rights -> new Actor.Key(key.id(), key.organization(), rights, mode));
    }

    /** Empty for a personal key whose owner has no role. */
    static Optional<Rights> rights(Handle handle, CredentialRows.Key key) {
        var organization = key.organization();
        var rights = switch (key.type()) {
            case CI, EPHEMERAL, OPERATOR -> Optional.of(Rights.of(key.scopes(), Reach.whole()));
            case TEAM -> Optional.of(Rights.of(key.scopes(), reachOfUnit(handle, organization, key.unit())));
            case PERSONAL ->
                MemberRights.find(handle, organization, key.membership().orElseThrow(), key.scopes());
        };
        // a publishable key stands where everybody reads it, so nobody sees anything of the organization with it
        return key.kind().visibility() == Visibility.PUBLISHABLE
                ? rights.map(all -> all.within(Reach.nothing()))
                : rights;
    }

    private static Reach reachOfUnit(Handle handle, OrganizationId organization, UnitId unit) {
        return unit.equals(UnitId.rootOf(organization))
                ? Reach.whole()
                : new Reach.Audiences(MemberRights.below(handle, organization, List.of(unit.value())));
    }

    private Authentication authenticated(Handle handle, CredentialRows.Session session) {
        return findLiving(handle, session)
                .<Authentication>map(Authentication.Authenticated::new)
                .orElseGet(() -> new Authentication.Refused("The session has ended: sign in again."));
    }

    private Optional<Actor> findLiving(Handle handle, CredentialRows.Session session) {
        var parent = session.parent().flatMap(id -> CredentialRows.findKey(handle, id));
        boolean parentLives = parent.map(key -> fault(key).isEmpty() && !key.limited())
                .orElse(session.parent().isEmpty());
        return session.livesAt(clock.instant()) && parentLives ? actor(handle, session, parent) : Optional.empty();
    }

    private static Optional<Actor> actor(
            Handle handle, CredentialRows.Session session, Optional<CredentialRows.Key> parent) {
        return switch (session.kind()) {
            case "member" -> member(handle, session);
            case "embed" ->
                EmbedRights.find(handle, session, parent.orElseThrow()).map(embed -> embed);
            case "operator" ->
                parent.filter(key -> key.type() == KeyType.OPERATOR)
                        .map(key -> new Actor.Operator(
                                key.id(),
                                session.capabilities().within(key.scopes()),
                                key.kind().mode()));
            default -> Optional.empty();
        };
    }

    private static Optional<Actor> member(Handle handle, CredentialRows.Session session) {
        var membership = session.membership().orElseThrow();
        var user = session.user().orElseThrow();
        return MemberRights.find(handle, session.organization(), membership, session.capabilities())
                .map(rights -> new Actor.Member(membership, user, session.organization(), rights));
    }
}
