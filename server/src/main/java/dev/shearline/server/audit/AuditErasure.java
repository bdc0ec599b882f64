package dev.shearline.server.audit;

import dev.shearline.server.db.Tx;
import dev.shearline.server.identity.MembershipId;
import dev.shearline.server.identity.OrganizationId;
import dev.shearline.server.identity.UserId;
import java.util.List;

/**
 * Takes what names a person out of the events about a user, of those that their memberships and the keys of these have caused, and of
 * those that tell the name of their personal organization. The events stay, and stay provable: with the salt gone, the hash in their bytes tells nothing.
 */
public final class AuditErasure {

    /** Side rows that one call deletes. */
    public static final int BATCH_MAX = 500;

    /** How the erasure itself is called in the instance's chain: who did that is not the erased person. */
    public static final String ACTION = "user.erased";

    /** The same in the chain of an organization that the person belonged to, of each membership. */
    public static final String MEMBER_ACTION = "member.erased";

    private static final String ERASE = """
            DELETE FROM audit_personal AS p
             WHERE p.organization_id = :organization AND p.event_id IN (
                   SELECT found.id
                     FROM (SELECT id, action FROM audit_event WHERE organization_id = :organization AND target = :user
                            UNION
                           SELECT id, action FROM audit_event WHERE organization_id = :organization AND target = ANY (:memberships)
                            UNION
                           SELECT id, action FROM audit_event
                            WHERE organization_id = :organization AND target = :personal
                              AND action IN ('organization.created', 'organization.updated')
                            UNION
                           SELECT id, action FROM audit_event WHERE organization_id = :organization AND actor = ANY (:memberships)
                            UNION
                           SELECT e.id, e.action
                             FROM api_key AS k
                             JOIN audit_event AS e ON e.organization_id = k.organization_id AND e.actor = k.id
                            WHERE k.organization_id = :organization AND k.membership_id = ANY (:memberships)
                            UNION
                           SELECT e.id, e.action
                             FROM invitation AS i
                             JOIN audit_event AS e ON e.organization_id = i.organization_id AND e.target = i.id
                            WHERE i.organization_id = :organization AND i.membership_id = ANY (:memberships)) AS found
                     JOIN audit_personal AS a ON a.event_id = found.id
                    WHERE found.action NOT IN ('user.erased', 'member.erased')
                    LIMIT :batch)
            """;

    private static final String RECORDED = """
            SELECT EXISTS (SELECT 1 FROM audit_event
                            WHERE organization_id = :organization AND target = :target AND action = :action)
            """;

    /** Whether the instance's chain says already that this user was erased. */
    public boolean isRecorded(Tx tx, UserId user) {
        return isRecorded(tx, OrganizationId.INSTANCE, ACTION, user.value());
    }

    /** Whether the organization's chain says already that whose membership this is was erased. */
    public boolean isRecorded(Tx tx, OrganizationId organization, MembershipId membership) {
        return isRecorded(tx, organization, MEMBER_ACTION, membership.value());
    }

    private static boolean isRecorded(Tx tx, OrganizationId organization, String action, String target) {
        return tx.handle()
                .createQuery(RECORDED)
                .bind("organization", organization.value())
                .bind("target", target)
                .bind("action", action)
                .mapTo(Boolean.class)
                .one();
    }

    /**
     * Returns how many events it has erased in this organization: when they are {@value #BATCH_MAX}, there may be more.
     *
     * @param personal whether it is the user's personal organization, which bears their name
     */
    public int erase(
            Tx tx, OrganizationId organization, boolean personal, UserId user, List<MembershipId> memberships) {
        return tx.handle()
                .createUpdate(ERASE)
                .bind("organization", organization.value())
                .bind("user", user.value())
                .bindArray(
                        "memberships",
                        String.class,
                        memberships.stream().map(MembershipId::value).toList())
                .bind("personal", personal ? organization.value() : "")
                .bind("batch", BATCH_MAX)
                .execute();
    }
}
