package dev.shearline.server.orgs;

import dev.shearline.server.db.Tx;
import dev.shearline.server.identity.Caller;
import dev.shearline.server.identity.MembershipId;
import dev.shearline.server.identity.OrganizationId;
import dev.shearline.server.identity.UnitId;
import java.util.concurrent.atomic.AtomicInteger;

/** Revokes keys a few at a time, so that a handful of them already takes several transactions. */
final class RevokingKeys implements OwnedKeys {

    static final int AT_ONCE = 2;

    private static final String REVOKE = """
            UPDATE api_key SET state = 'revoked', version = version + 1, revoked_at = now(), revoked_cause = 'owner_removed'
             WHERE id IN (SELECT id FROM api_key
                           WHERE (unit_id = :owner OR membership_id = :owner) AND state <> 'revoked' ORDER BY id LIMIT :rows)
            """;
    private static final String COUNT = """
            SELECT count(*) FROM api_key WHERE (unit_id = :owner OR membership_id = :owner) AND state <> 'revoked'
            """;

    private final AtomicInteger calls = new AtomicInteger();

    int calls() {
        return calls.get();
    }

    @Override
    public int countAtUnit(Tx tx, OrganizationId organization, UnitId unit) {
        return tx.handle()
                .createQuery(COUNT)
                .bind("owner", unit.value())
                .mapTo(Integer.class)
                .one();
    }

    @Override
    public int revokeAtUnit(Tx tx, Caller caller, OrganizationId organization, UnitId unit) {
        return revoke(tx, unit.value());
    }

    @Override
    public int revokeOfMembership(Tx tx, Caller caller, OrganizationId organization, MembershipId membership) {
        return revoke(tx, membership.value());
    }

    /** The real one is tested with real keys, in ErasedOwnerTest. */
    @Override
    public int forgetAddresses(Tx tx, OrganizationId organization, MembershipId membership) {
        return 0;
    }

    private int revoke(Tx tx, String owner) {
        calls.incrementAndGet();
        tx.handle()
                .createUpdate(REVOKE)
                .bind("owner", owner)
                .bind("rows", AT_ONCE)
                .execute();
        return tx.handle()
                .createQuery(COUNT)
                .bind("owner", owner)
                .mapTo(Integer.class)
                .one();
    }
}
