package dev.shearline.server.orgs;

import dev.shearline.server.audit.AuditErasure;
import dev.shearline.server.audit.AuditEvent;
import dev.shearline.server.changes.Changes;
import dev.shearline.server.identity.Caller;
import dev.shearline.server.identity.MembershipId;
import dev.shearline.server.identity.OrganizationId;
import dev.shearline.server.identity.Ref;
import dev.shearline.server.identity.UserId;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;

/**
 * Forgets who a removed user was. No node holds anything of it, so nothing goes into the feed. The user's row is blanked first, with the
 * event that says so; the events follow in short transactions. Whoever is interrupted asks again, and it goes on.
 */
final class UserErasure {

    static final int MEMBERSHIPS_MAX = 100;

    private final UserStore store = new UserStore();
    private final MemberStore members = new MemberStore();
    private final AuditErasure audit = new AuditErasure();
    private final Changes changes;
    private final References references;
    private final InstantSource clock;

    UserErasure(Changes changes, References references, InstantSource clock) {
        this.changes = changes;
        this.references = references;
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
            store.erase(tx, row.id(), clock.instant().truncatedTo(ChronoUnit.MICROS));
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
        eraseEvents(steps, caller, located.id());
        return erased.value();
    }

    private void eraseEvents(Steps steps, Caller caller, UserId user) {
        Optional<MembershipId> after = Optional.empty();
        List<MemberStore.Past> some;
        do {
            var from = after;
            some = steps.next(() -> references.read(caller, tx -> members.everOfUser(tx, user, from, MEMBERSHIPS_MAX)));
            for (var member : some) {
                eraseIn(steps, caller, member.organization(), user, List.of(member.id()));
            }
            eraseIn(
                    steps,
                    caller,
                    OrganizationId.INSTANCE,
                    user,
                    some.stream().map(MemberStore.Past::id).toList());
            after = some.isEmpty() ? after : Optional.of(some.getLast().id());
        } while (some.size() == MEMBERSHIPS_MAX);
    }

    private void eraseIn(
            Steps steps, Caller caller, OrganizationId organization, UserId user, List<MembershipId> memberships) {
        int erased;
        do {
            erased = steps.next(() -> changes.commit(
                            caller, organization, tx -> audit.erase(tx, organization, user, memberships)))
                    .value();
        } while (erased == AuditErasure.BATCH_MAX);
    }
}
