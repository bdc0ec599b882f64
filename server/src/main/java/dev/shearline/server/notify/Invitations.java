package dev.shearline.server.notify;

import dev.shearline.server.audit.AuditEvent;
import dev.shearline.server.changes.Changes;
import dev.shearline.server.db.Database;
import dev.shearline.server.db.TenantContext;
import dev.shearline.server.db.Tx;
import dev.shearline.server.feed.FeedNode;
import dev.shearline.server.http.Json;
import dev.shearline.server.http.Page;
import dev.shearline.server.http.Paging;
import dev.shearline.server.http.Problem;
import dev.shearline.server.http.ProblemCode;
import dev.shearline.server.http.ProblemException;
import dev.shearline.server.identity.Actor;
import dev.shearline.server.identity.Caller;
import dev.shearline.server.identity.Ids;
import dev.shearline.server.identity.MembershipId;
import dev.shearline.server.identity.OrganizationId;
import dev.shearline.server.identity.Origin;
import dev.shearline.server.identity.Reach;
import dev.shearline.server.identity.Ref;
import dev.shearline.server.identity.Rights;
import dev.shearline.server.identity.ScopeSet;
import dev.shearline.server.orgs.Members;
import dev.shearline.server.orgs.RoleAt;
import dev.shearline.token.ApiKeyId;
import dev.shearline.token.KeyDigest;
import dev.shearline.token.KeyMode;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** People who are asked by mail to become members: whoever holds the letter's link, once, within a week. */
final class Invitations {

    static final Duration LIFE = Duration.ofDays(7);
    static final int SENDINGS_MAX = 10;
    /** Of an organization: mail goes to whatever address somebody names. */
    static final int PENDING_MAX = 500;

    static final int LETTERS_A_DAY_MAX = 250;

    private static final Actor ACCEPTANCE = new Actor.Job("invitation");

    private final InvitationStore store = new InvitationStore();
    private final MailStore mail = new MailStore();
    private final Database database;
    private final Changes changes;
    private final Homes homes;
    private final Members members;
    private final Json json;
    private final boolean mails;
    private final Ids ids;
    private final InstantSource clock;

    /** @param mails whether this instance sends mail */
    Invitations(
            Database database,
            Changes changes,
            Homes homes,
            Members members,
            Json json,
            boolean mails,
            Ids ids,
            InstantSource clock) {
        this.database = database;
        this.changes = changes;
        this.homes = homes;
        this.members = members;
        this.json = json;
        this.mails = mails;
        this.ids = ids;
        this.clock = clock;
    }

    Invitation create(Caller caller, NewInvitation wanted) {
        requireMail();
        var organization = members.whereToInvite(caller, wanted.organization());
        var email = Members.checkedEmail(wanted.email());
        var name = wanted.name().map(Members::checkedName).orElse("");
        return changes.commit(caller, organization, tx -> {
                    var now = now();
                    var roles = members.promise(tx, caller, organization, wanted.roles());
                    requireRoom(tx, organization, 1, now);
                    var row = new InvitationStore.Row(
                            ids.text(Invitation.ID_PREFIX),
                            organization,
                            email,
                            name,
                            json.mapper().writeValueAsString(roles),
                            "pending",
                            1,
                            Optional.empty(),
                            now,
                            caller.actor().id(),
                            store.inviter(tx, organization, caller.actor().id()),
                            now.plus(LIFE));
                    store.insert(tx, row);
                    post(tx, caller, row, now);
                    changes.record(
                            tx,
                            caller,
                            event(row, "member.invited")
                                    .with("roles", wire(roles))
                                    .withPersonal("email", Optional.of(email))
                                    .withPersonal("name", Optional.of(name).filter(text -> !text.isEmpty())));
                    return shown(row);
                })
                .value();
    }

    /** @param further invitations that are to be pending */
    private void requireRoom(Tx tx, OrganizationId organization, int further, Instant now) {
        var sent = store.sendings(tx, organization, now);
        if (sent.pending() + further > PENDING_MAX) {
            throw invalidState(PENDING_MAX + " invitations of this organization are pending, which is the most: revoke"
                    + " those that nobody will accept.");
        }
        if (sent.letters() >= LETTERS_A_DAY_MAX) {
            throw invalidState("This organization has sent " + LETTERS_A_DAY_MAX
                    + " invitations within a day, which is the most: go on tomorrow, or add members with POST"
                    + " /v1/members.");
        }
    }

    private void requireMail() {
        if (!mails) {
            throw invalidState("This instance sends no mail: its operator sets smtp-url and mail-from. Until then add"
                    + " members with POST /v1/members.");
        }
    }

    private void post(Tx tx, Caller caller, InvitationStore.Row row, Instant now) {
        mail.insert(
                tx,
                ids.text("mail_"),
                row.organization(),
                row.id() + " " + row.sendings(),
                row.id(),
                InvitationLetters.TYPE,
                caller.actor().id(),
                now);
    }

    Invitation get(Caller caller, String id) {
        var organization = homes.of(caller, id);
        return database.read(TenantContext.whole(caller.actor(), organization), tx -> store.find(tx, organization, id))
                .map(this::shown)
                .orElseThrow(Homes::notFound);
    }

    /** Operators look through all organizations unless they name one. */
    Page<Invitation> list(Caller caller, Optional<Ref> organization, Paging paging) {
        var after = Position.of(paging);
        var home = homes.named(caller, organization);
        int rows = paging.limit() + 1;
        var found = home.map(one -> database.read(
                        TenantContext.whole(caller.actor(), one), tx -> store.list(tx, home, after, rows)))
                .orElseGet(() -> database.acrossTenants(
                        "an operator lists invitations", tx -> store.list(tx, home, after, rows)));
        return paging.page(
                found.stream().map(this::shown).toList(), one -> new Position(one.createdAt(), one.id()).key());
    }

    /** Its link works no more. One that is revoked already is answered the same way. */
    Invitation revoke(Caller caller, String id) {
        var organization = homes.of(caller, id);
        return changes.commit(caller, organization, tx -> {
                    var row = locked(tx, caller, organization, id);
                    if (row.state().equals("accepted")) {
                        throw invalidState("The invitation was accepted: remove the member instead.");
                    }
                    if (row.state().equals("pending")) {
                        store.revoke(tx, id, now());
                        mail.drop(tx, id, now());
                        changes.record(tx, caller, event(row, "invitation.revoked"));
                    }
                    return shown(store.find(tx, organization, id).orElseThrow());
                })
                .value();
    }

    /** Another letter, with another link and another week; those of before work no more. */
    Invitation resend(Caller caller, String id) {
        requireMail();
        var organization = homes.of(caller, id);
        return changes.commit(caller, organization, tx -> {
                    var row = locked(tx, caller, organization, id);
                    if (!row.state().equals("pending")) {
                        throw invalidState("The invitation is " + row.state() + ": make a new one.");
                    }
                    if (row.sendings() >= SENDINGS_MAX) {
                        throw invalidState(
                                "It was sent " + SENDINGS_MAX + " times, which is the most: make a new one.");
                    }
                    if (!isStillMeant(tx, caller, row)) {
                        throw invalidState("Whoever invited may not do so any more: make a new one.");
                    }
                    var now = now();
                    requireRoom(tx, organization, 0, now);
                    mail.drop(tx, id, now);
                    store.resend(tx, id, now.plus(LIFE));
                    var sent = store.find(tx, organization, id).orElseThrow();
                    post(tx, caller, sent, now);
                    changes.record(tx, caller, event(row, "invitation.resent"));
                    return shown(sent);
                })
                .value();
    }

    private InvitationStore.Row locked(Tx tx, Caller caller, OrganizationId organization, String id) {
        var _ = homes.renewed(tx, caller, organization);
        return store.lock(tx, organization, id).orElseThrow(Homes::notFound);
    }

    /** What the page of a link shows. */
    record Open(String organization, String inviter) {}

    /** Looks and changes nothing. Empty when the link does not work, for whatever reason. */
    Optional<Open> findOpen(String token) {
        var digest = KeyDigest.of(token);
        return database.acrossTenants(
                "find the invitation of a link",
                tx -> store.findByToken(tx, digest)
                        .filter(row -> row.isOpenAt(clock.instant()))
                        .map(row -> new Open(store.organizationName(tx, row.organization()), row.inviter())));
    }

    /** The name of the organization that the holder of the link belongs to from now on; empty when the link does not work. */
    Optional<String> accept(String token, Origin origin) {
        var digest = KeyDigest.of(token);
        var organization = database.acrossTenants(
                "find the invitation of a link",
                tx -> store.findByToken(tx, digest).map(InvitationStore.Row::organization));
        return organization.flatMap(home -> {
            var caller = new Caller(ACCEPTANCE, origin);
            var committed = changes.commit(caller, home, tx -> accept(tx, caller, home, digest));
            return changes.propagate(committed, FeedNode.WIDENING_WAIT).value();
        });
    }

    private Optional<String> accept(Tx tx, Caller caller, OrganizationId organization, KeyDigest token) {
        members.lock(tx, organization);
        // the second look is after the lock: of two who hold the link, one is a member and the other too late
        return store.findByToken(tx, token)
                .flatMap(row -> store.lock(tx, organization, row.id()))
                .filter(row -> row.isOpenAt(clock.instant()) && isStillMeant(tx, caller, row))
                .map(row -> {
                    var member = members.join(tx, caller, organization, row.name(), row.email(), roles(row));
                    store.accept(tx, row.id(), member.id(), now());
                    changes.record(
                            tx,
                            caller,
                            event(row, "invitation.accepted")
                                    .with("member", member.id().value()));
                    return store.organizationName(tx, organization);
                });
    }

    /** An invitation is worth what its inviter is worth now: a member, or the key that it was made with. */
    private boolean isStillMeant(Tx tx, Caller caller, InvitationStore.Row row) {
        return inviter(tx, row)
                .filter(actor ->
                        members.stillPromises(tx, new Caller(actor, caller.origin()), row.organization(), roles(row)))
                .isPresent();
    }

    /** As they came at most: what they may do is looked up anew. */
    private Optional<Actor> inviter(Tx tx, InvitationStore.Row row) {
        var home = row.organization();
        var all = Rights.of(ScopeSet.ALL, Reach.whole());
        return MembershipId.find(row.createdBy())
                .flatMap(member ->
                        store.findUser(tx, home, member).<Actor>map(user -> new Actor.Member(member, user, home, all)))
                .or(() -> ApiKeyId.find(row.createdBy())
                        .map(key -> store.isKeyOf(tx, home, key)
                                ? new Actor.Key(key, home, all, KeyMode.LIVE)
                                : new Actor.Operator(key, ScopeSet.ALL)));
    }

    private List<RoleAt> roles(InvitationStore.Row row) {
        return List.of(json.mapper().readValue(row.roles(), RoleAt[].class));
    }

    private Invitation shown(InvitationStore.Row row) {
        return new Invitation(
                row.id(),
                row.organization(),
                row.email(),
                row.name(),
                roles(row),
                row.statusAt(clock.instant()),
                row.createdAt(),
                row.createdBy(),
                row.expiresAt(),
                row.member());
    }

    private static List<Map<String, String>> wire(List<RoleAt> roles) {
        return roles.stream()
                .map(role -> Map.of(
                        "unit", role.unit().value(), "role", role.role().name().toLowerCase(Locale.ROOT)))
                .toList();
    }

    private static AuditEvent event(InvitationStore.Row row, String action) {
        return AuditEvent.of(row.organization(), action, row.id());
    }

    private static ProblemException invalidState(String detail) {
        return Problem.of(ProblemCode.INVALID_STATE, detail).asException();
    }

    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MICROS);
    }
}
