package dev.shearline.server.embed;

import dev.shearline.server.audit.AuditEvent;
import dev.shearline.server.changes.Changes;
import dev.shearline.server.db.Database;
import dev.shearline.server.db.NodeDatabase;
import dev.shearline.server.db.TenantContext;
import dev.shearline.server.db.Tx;
import dev.shearline.server.feed.FeedNode;
import dev.shearline.server.http.Problem;
import dev.shearline.server.http.ProblemCode;
import dev.shearline.server.http.ProblemException;
import dev.shearline.server.http.RevealedSecret;
import dev.shearline.server.idempotency.Attempt;
import dev.shearline.server.identity.Actor;
import dev.shearline.server.identity.Caller;
import dev.shearline.server.identity.EmbedTerms;
import dev.shearline.server.identity.Ids;
import dev.shearline.server.identity.OrganizationId;
import dev.shearline.server.identity.Origin;
import dev.shearline.server.identity.ScopeSet;
import dev.shearline.server.keys.ForcedFields;
import dev.shearline.server.keys.KeyAuthenticator;
import dev.shearline.server.keys.KeyOwners;
import dev.shearline.token.ApiKeyId;
import dev.shearline.token.KeyDigest;
import dev.shearline.token.KeyFormat;
import dev.shearline.token.Secret;
import java.net.URI;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.Optional;

/** Opens embed sessions, exchanges their links, and ends them. What one may do is found anew at each of its requests. */
final class EmbedSessions {

    static final int SESSIONS_OF_OWNER_MAX = 1_000;

    private static final Caller LINK = Caller.job("embed_link");
    private static final int CODE_BYTES = 32;

    private final Database database;
    private final NodeDatabase nodeDatabase;
    private final Changes changes;
    private final KeyOwners owners;
    private final KeyAuthenticator authenticator;
    private final KeyFormat format;
    private final URI publicUrl;
    private final Ids ids;
    private final SecureRandom random;
    private final InstantSource clock;
    private final EmbedSessionStore store = new EmbedSessionStore();

    EmbedSessions(
            Database database,
            NodeDatabase nodeDatabase,
            Changes changes,
            KeyOwners owners,
            KeyAuthenticator authenticator,
            KeyFormat format,
            URI publicUrl,
            SecureRandom random,
            InstantSource clock) {
        this.database = database;
        this.nodeDatabase = nodeDatabase;
        this.changes = changes;
        this.owners = owners;
        this.authenticator = authenticator;
        this.format = format;
        this.publicUrl = publicUrl;
        this.ids = new Ids(random);
        this.random = random;
        this.clock = clock;
    }

    /** A token of a session that has it from its link. */
    record Redeemed(RevealedSecret token, Instant expiresAt) {}

    /** The one answer that has the token. */
    IssuedEmbedSession open(Caller caller, NewEmbedSession wanted, Attempt attempt) {
        var parent = serverKey(caller.actor());
        var inputs = EmbedInputs.check(caller.actor(), wanted, publicUrl);
        var committed = owners.commit(
                caller,
                wanted.owner(),
                attempt,
                (tx, actor, owner) -> opened(tx, new Caller(actor, caller.origin()), owner, parent, inputs));
        if (!committed.entries().isEmpty()) {
            // what was provisioned with it
            changes.propagate(committed, FeedNode.WIDENING_WAIT);
        }
        return committed.value();
    }

    /** A session lives by a key of a server. A person's would hand on what only that person may do. */
    private static ApiKeyId serverKey(Actor actor) {
        return switch (actor) {
            case Actor.Operator operator -> operator.key();
            case Actor.Key key when key.rights().holder().isEmpty() -> key.key();
            case Actor.Key _, Actor.Member _, Actor.Embed _, Actor.Possession _, Actor.Job _ ->
                throw Problem.of(
                                ProblemCode.FORBIDDEN,
                                "Embed sessions are opened by a server: use a key of the instance, the organization or"
                                        + " a team.")
                        .asException();
        };
    }

    private IssuedEmbedSession opened(
            Tx tx, Caller caller, KeyOwners.Owner owner, ApiKeyId parent, EmbedInputs inputs) {
        owners.requireGivable(
                tx,
                caller.actor(),
                inputs.capabilities().with(inputs.forced().scopes().orElse(ScopeSet.NONE)));
        var now = clock.instant().truncatedTo(ChronoUnit.MICROS);
        requireRoom(tx, owner, now);
        var terms = new EmbedTerms(
                ids.text(EmbedSession.PREFIX),
                owner.id(),
                owner.audience(),
                inputs.includesTeams(),
                inputs.capabilities(),
                inputs.forced(),
                inputs.origins(),
                now.plus(inputs.ttl()));
        var token = format.mintEmbedToken(random);
        var code = inputs.link() ? Optional.of(code()) : Optional.<Secret>empty();
        store.insert(tx, terms, parent, KeyDigest.of(token), code.map(KeyDigest::of), now);
        changes.record(tx, caller, created(terms, owner, inputs));
        return new IssuedEmbedSession(
                new EmbedSession(
                        terms.id(),
                        owner.holder(),
                        owner.organization(),
                        terms.includesTeams(),
                        terms.capabilities(),
                        ForcedFields.of(terms.forced()),
                        terms.origins(),
                        now,
                        terms.expiresAt()),
                new RevealedSecret(token),
                code.map(secret -> new RevealedSecret(Secret.of(publicUrl + HostedPage.PATH + "#" + secret.reveal()))));
    }

    private void requireRoom(Tx tx, KeyOwners.Owner owner, Instant now) {
        int live = store.countLive(tx, owner.id(), owner.audience(), now, SESSIONS_OF_OWNER_MAX);
        if (live == SESSIONS_OF_OWNER_MAX) {
            throw Problem.of(
                            ProblemCode.CONFLICT,
                            "This owner has " + SESSIONS_OF_OWNER_MAX
                                    + " embed sessions: open them with a shorter \"ttl\", or end those that are not"
                                    + " needed.")
                    .asException();
        }
    }

    /** Of metadata it says nothing: that may hold what belongs in no log. */
    private static AuditEvent created(EmbedTerms terms, KeyOwners.Owner owner, EmbedInputs inputs) {
        return AuditEvent.of(terms.organization(), "embed_session.created", terms.id())
                .with("owner", owner.holder().id())
                .with("include_teams", terms.includesTeams())
                .with("capabilities", terms.capabilities().wire())
                .with("forced_scopes", terms.forced().scopes().map(ScopeSet::wire))
                .with("origins", terms.origins())
                .with("link", inputs.link())
                .with("expires_at", terms.expiresAt().toString());
    }

    private Secret code() {
        var bytes = new byte[CODE_BYTES];
        random.nextBytes(bytes);
        return Secret.of(Base64.getUrlEncoder().withoutPadding().encodeToString(bytes));
    }

    /** What a link leads to, once. Whoever has the link need not say who they are. */
    Redeemed redeem(Secret code, Origin origin) {
        var digest = KeyDigest.of(code);
        var embed = authenticator.findLinked(digest).orElseThrow(EmbedSessions::used);
        var token = format.mintEmbedToken(random);
        var terms = embed.terms();
        database.inTransaction(TenantContext.whole(LINK.actor(), terms.organization()), tx -> {
            if (!store.redeem(tx, digest, KeyDigest.of(token), clock.instant())) {
                throw used();
            }
            changes.record(
                    tx,
                    new Caller(embed, origin),
                    AuditEvent.of(terms.organization(), "embed_session.link_used", terms.id()));
            return terms;
        });
        return new Redeemed(new RevealedSecret(token), terms.expiresAt());
    }

    private static ProblemException used() {
        return Problem.of(
                        ProblemCode.NOT_FOUND,
                        "This link has been used, or is too old: go back to where you got it, and ask for another.")
                .asException();
    }

    /** All of its tokens, from the next request on. */
    void end(Caller caller, String id) {
        var actor = caller.actor();
        var organization = actor.organizationOf()
                .or(() -> nodeDatabase.call(handle -> store.findOrganization(handle, id)))
                .orElseThrow(EmbedSessions::notFound);
        var context = TenantContext.find(actor, organization).orElseThrow(EmbedSessions::notFound);
        database.inTransaction(context, tx -> ended(tx, caller, organization, id));
    }

    private OrganizationId ended(Tx tx, Caller caller, OrganizationId organization, String id) {
        var _ = store.findSubjectLocked(tx, organization, id, clock.instant())
                .filter(subject -> caller.actor().manages(organization, subject))
                .orElseThrow(EmbedSessions::notFound);
        store.delete(tx, organization, id);
        changes.record(tx, caller, AuditEvent.of(organization, "embed_session.ended", id));
        return organization;
    }

    private static ProblemException notFound() {
        return Problem.notFound().asException();
    }
}
