package dev.shearline.server.orgs;

import dev.shearline.server.audit.AuditErasure;
import dev.shearline.server.audit.AuditEvent;
import dev.shearline.server.changes.Changes;
import dev.shearline.server.identity.Caller;
import dev.shearline.server.identity.MembershipId;
import dev.shearline.server.identity.OrganizationId;
import dev.shearline.server.identity.Ref;
import dev.shearline.server.identity.UserId;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;

/**
 * Forgets who a removed user was. No node holds anything of it, so nothing goes into the feed. The user's row is blanked first, with the
 * event that says so; then, of one membership after another, the event that says so to its organization, the name of the organization if
 * it is the user's own, what the events tell, and from where the keys were used. All in short transactions: whoever is interrupted asks
 * again, and it goes on.
 */
final class UserErasure {

    static final int MEMBERSHIPS_MAX = 100;

    private final UserStore store = new UserStore();
    private final MemberStore members = new MemberStore();
    private final OrganizationStore organizations = new OrganizationStore();
    private final AuditErasure audit = new AuditErasure();
    private final Changes changes;
    private final References references;
    private final OwnedKeys keys;
    private final InstantSource clock;

    UserErasure(Changes changes, References references, OwnedKeys keys, InstantSource clock) {
        this.changes = changes;
        this.references = references;
        this.keys = keys;
        this.clock = clock;
    }

    User erase(Caller caller, Ref ref) {
        var located = references.userRow(caller, ref, false);
        Authority.requireOperator(caller, "erase users");
        var steps = new Steps();
        var erased = steps.next(() -> changes.commit(caller, OrganizationId.INSTANCE, tx -> {
            var row = store.lock(tx, located.id()).orElseThrow(References::notFound);
            if (row.status() != UserStatus.REMOVED) {
                throw Inputs.invalidState("This user is not removed: remove them first, which ends their keys.");
            }
            store.erase(tx, row.id(), now());
            if (!audit.isRecorded(tx, row.id())) {
                changes.record(
                        tx,
                        caller,
                        AuditEvent.of(
                                OrganizationId.INSTANCE,
                                AuditErasure.ACTION,
                                row.id().value()));
            }
            return store.findById(tx, row.id()).orElseThrow().shown();
        }));
        eraseTraces(steps, caller, located.id());
        return erased.value();
    }

    private void eraseTraces(Steps steps, Caller caller, UserId user) {
        Optional<MembershipId> after = Optional.empty();
        List<MemberStore.Past> some;
        do {
            var from = after;
            some = steps.next(() -> references.read(caller, tx -> members.everOfUser(tx, user, from, MEMBERSHIPS_MAX)));
            for (var member : some) {
                boolean personal = record(steps, caller, user, member);
                eraseEvents(steps, caller, member.organization(), personal, user, List.of(member.id()));
                forgetAddresses(steps, caller, member);
            }
            var memberships = some.stream().map(MemberStore.Past::id).toList();
            eraseEvents(steps, caller, OrganizationId.INSTANCE, false, user, memberships);
            after = some.isEmpty() ? after : Optional.of(some.getLast().id());
        } while (some.size() == MEMBERSHIPS_MAX);
    }

    /** Says it in the chain of the organization, once a membership. Returns whether the organization was the user's own. */
    private boolean record(Steps steps, Caller caller, UserId user, MemberStore.Past member) {
        return steps.next(() -> changes.commit(caller, member.organization(), tx -> {
                    var organization =
                            organizations.lock(tx, member.organization()).orElseThrow();
                    if (!audit.isRecorded(tx, organization.id(), member.id())) {
                        changes.record(
                                tx,
                                caller,
                                AuditEvent.of(
                                                organization.id(),
                                                AuditErasure.MEMBER_ACTION,
                                                member.id().value())
                                        .with("user", user.value()));
                    }
                    members.forgetInvitations(tx, organization.id(), member.id());
                    boolean personal = organization.personalUser().equals(Optional.of(user));
                    if (personal) {
                        organizations.eraseName(tx, organization.id(), now());
                    }
                    return personal;
                }))
                .value();
    }

    private void eraseEvents(
            Steps steps,
            Caller caller,
            OrganizationId organization,
            boolean personal,
            UserId user,
            List<MembershipId> memberships) {
        int erased;
        do {
            erased = steps.next(() -> changes.commit(
                            caller, organization, tx -> audit.erase(tx, organization, personal, user, memberships)))
                    .value();
        } while (erased == AuditErasure.BATCH_MAX);
    }

    private void forgetAddresses(Steps steps, Caller caller, MemberStore.Past member) {
        int forgotten;
        do {
            forgotten = steps.next(() -> changes.commit(
                            caller,
                            member.organization(),
                            tx -> keys.forgetAddresses(tx, member.organization(), member.id())))
                    .value();
        } while (forgotten == OwnedKeys.KEYS_MAX);
    }

    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MICROS);
    }
}
