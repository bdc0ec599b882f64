package dev.shearline.server.audit;

import dev.shearline.server.db.Tx;
import dev.shearline.server.identity.MembershipId;
import dev.shearline.server.identity.OrganizationId;
import dev.shearline.server.identity.UserId;
import java.util.List;

/**
 * Takes what names a person out of the events about a user, and of those that their memberships and the keys of these have caused. The
 * events stay, and stay provable: with the salt gone, the hash in their bytes tells nothing.
 */
public final class AuditErasure {

    /** Side rows that one call deletes. */
    public static final int BATCH_MAX = 500;

    /** How the erasure itself is called in the log: who did that is not the erased person. */
    public static final String ACTION = "user.erased";

    private static final String ERASE = """
            DELETE FROM audit_personal AS p
             WHERE p.organization_id = :organization AND p.event_id IN (
                   SELECT found.id
                     FROM (SELECT id, action FROM audit_event WHERE organization_id = :organization AND target = :user
                            UNION
                           SELECT id, action FROM audit_event WHERE organization_id = :organization AND target = ANY (:memberships)
                            UNION
                           SELECT id, action FROM audit_event WHERE organization_id = :organization AND actor = ANY (:memberships)
                            UNION
                           SELECT e.id, e.action
                             FROM api_key AS k
                             JOIN audit_event AS e ON e.organization_id = k.organization_id AND e.actor = k.id
                            WHERE k.organization_id = :organization AND k.membership_id = ANY (:memberships)) AS found
                     JOIN audit_personal AS a ON a.event_id = found.id
                    WHERE found.action <> :erasure
                    LIMIT :batch)
            """;

    private static final String RECORDED = """
            SELECT EXISTS (SELECT 1 FROM audit_event
                            WHERE organization_id = :organization AND target = :user AND action = :erasure)
            """;

    /** Whether the log says already that this user was erased. */
    public boolean isRecorded(Tx tx, UserId user) {
        return tx.handle()
                .createQuery(RECORDED)
                .bind("organization", OrganizationId.INSTANCE.value())
                .bind("user", user.value())
                .bind("erasure", ACTION)
                .mapTo(Boolean.class)
                .one();
    }

    /** Returns how many events it has erased in this organization: when they are {@value #BATCH_MAX}, there may be more. */
    public int erase(Tx tx, OrganizationId organization, UserId user, List<MembershipId> memberships) {
        return tx.handle()
                .createUpdate(ERASE)
                .bind("organization", organization.value())
                .bind("user", user.value())
                .bindArray(
                        "memberships",
                        String.class,
                        memberships.stream().map(MembershipId::value).toList())
                .bind("erasure", ACTION)
                .bind("batch", BATCH_MAX)
                .execute();
    }
}
