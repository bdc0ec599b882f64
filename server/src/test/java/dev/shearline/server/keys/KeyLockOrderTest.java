package dev.shearline.server.keys;

import static org.assertj.core.api.Assertions.assertThat;

import dev.shearline.server.db.TenantContext;
import dev.shearline.server.http.ProblemException;
import dev.shearline.server.idempotency.Attempt;
import dev.shearline.server.identity.Actor;
import dev.shearline.server.identity.Caller;
import dev.shearline.server.identity.KeyType;
import dev.shearline.server.identity.MembershipId;
import dev.shearline.server.identity.Origin;
import dev.shearline.server.identity.Reach;
import dev.shearline.server.identity.Ref;
import dev.shearline.server.identity.ScopeSet;
import dev.shearline.server.identity.UnitId;
import dev.shearline.server.orgs.OrganizationField;
import dev.shearline.server.orgs.UnitField;
import dev.shearline.server.orgs.UserField;
import dev.shearline.token.ApiKeyId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Operations at random on a few rows, all at once: each is answered, none deadlocks, and no key outlives its owner. */
@Tag("storage")
class KeyLockOrderTest {

    private static final int THREADS = 8;
    private static final int OPERATIONS = 60;

    private final ConcurrentLinkedQueue<ApiKeyId> keys = new ConcurrentLinkedQueue<>();
    private volatile ApiKeyId operator = ApiKeyId.of(0, 0);
    private final ConcurrentLinkedQueue<Throwable> failures = new ConcurrentLinkedQueue<>();

    @Test
    void random_pairs_of_operations_never_fail() throws InterruptedException {
        try (var rig = new KeyRig()) {
            for (int i = 0; i < 4; i++) {
                keys.add(create(rig, KeyRig.BOOTSTRAP, i));
            }
            operator = KeyRig.id(rig.keys.create(
                    KeyRig.BOOTSTRAP, NewApiKey.of(KeyType.OPERATOR, "caller", List.of("*")), Attempt.UNKEYED));
            var deadlocksBefore = deadlocks(rig);
            try (var threads = Executors.newFixedThreadPool(THREADS)) {
                for (int thread = 0; thread < THREADS; thread++) {
                    var random = new Random(thread);
                    threads.execute(() -> {
                        for (int i = 0; i < OPERATIONS; i++) {
                            attempt(rig, random);
                        }
                    });
                }
                threads.shutdown();
                assertThat(threads.awaitTermination(120, TimeUnit.SECONDS)).isTrue();
            }
            assertThat(new ArrayList<>(failures)).isEmpty();
            assertThat(deadlocks(rig)).isEqualTo(deadlocksBefore);
            assertThat(rig.schema.query("""
                            SELECT count(*) FROM api_key AS k JOIN membership AS m ON m.id = k.membership_id
                             WHERE m.state = 'removed' AND k.state IN ('active', 'disabled')
                            """)).isEqualTo("0");
        }
    }

    private static String deadlocks(KeyRig rig) {
        return rig.schema.query("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()");
    }

    private void attempt(KeyRig rig, Random random) {
        try {
            var any = any(random);
            switch (random.nextInt(13)) {
                case 0 -> keys.add(create(rig, caller(random), random.nextInt(4)));
                case 1 -> rig.keys.revoke(KeyRig.BOOTSTRAP, any, Revocation.WITHOUT_REASON);
                case 2 ->
                    keys.add(KeyRig.id(rig.keys.rotate(
                            caller(random), any, new Rotation(Optional.of("1h"), Optional.of(true)), Attempt.UNKEYED)));
                case 3 -> rig.keys.disable(KeyRig.BOOTSTRAP, any);
                case 4 -> rig.keys.enable(KeyRig.BOOTSTRAP, any);
                case 5 -> rig.keys.endPredecessor(any, KeyRig.ACME);
                case 6 -> setMembership(rig, random.nextBoolean());
                case 7 -> setOrganization(rig, random.nextInt(4) == 0 ? "suspended" : "active");
                case 8 -> revokeTeam(rig);
                case 9 -> rig.keys.disable(KeyRig.BOOTSTRAP, operator);
                case 10 -> setNumber(rig, random.nextBoolean());
                case 11 -> rig.keys.lookForUnused();
                default -> rig.keys.enable(KeyRig.BOOTSTRAP, operator);
            }
        } catch (ProblemException answered) {
            // these are answers: the caller is dead, the key is, the owner is suspended, the plan has no room
            assertThat(answered.problem().code().status()).isIn(401, 403, 404, 409);
        } catch (RuntimeException e) {
            failures.add(e);
        }
    }

    private ApiKeyId any(Random random) {
        var all = List.copyOf(keys);
        return all.get(all.size() - 1 - random.nextInt(Math.min(6, all.size())));
    }

    /** The server itself, an operator's key, or one of the keys that are being changed. */
    private Caller caller(Random random) {
        var actor = switch (random.nextInt(3)) {
            case 0 -> KeyRig.BOOTSTRAP.actor();
            case 1 -> new Actor.Operator(operator, ScopeSet.ALL);
            default -> new Actor.Key(any(random), KeyRig.ACME, Reach.whole(), ScopeSet.ALL);
        };
        return new Caller(actor, Origin.none());
    }

    private static ApiKeyId create(KeyRig rig, Caller caller, int kind) {
        var wanted = NewApiKey.of(kind % 2 == 0 ? KeyType.TEAM : KeyType.PERSONAL, "k", List.of());
        var acme = Optional.<OrganizationField>of(new OrganizationField.Named(new Ref.ById("org_acme")));
        var placed = new NewApiKey(
                wanted.type(),
                wanted.name(),
                Optional.empty(),
                acme,
                Optional.empty(),
                kind % 2 == 0 ? Optional.of(new UnitField.Named(new Ref.ById("team_web"))) : Optional.empty(),
                kind % 2 == 0 ? Optional.empty() : Optional.of(new UserField.Named(new Ref.ById("usr_bob"))),
                wanted.scopes(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
        return KeyRig.id(rig.keys.create(caller, placed, Attempt.UNKEYED));
    }

    /** As the feature of organizations does it: the organization first, then the membership, then its keys. */
    private static void setMembership(KeyRig rig, boolean remove) {
        rig.database.inTransaction(whole(), tx -> {
            tx.handle()
                    .createQuery("SELECT id FROM organization WHERE id = 'org_acme' FOR NO KEY UPDATE")
                    .mapTo(String.class)
                    .one();
            tx.handle()
                    .createUpdate("UPDATE membership SET state = :state WHERE id = 'mem_bob'")
                    .bind("state", remove ? "removed" : "active")
                    .execute();
            return remove
                    ? rig.keys.revokeOfMembership(tx, KeyRig.BOOTSTRAP, KeyRig.ACME, new MembershipId("mem_bob"))
                    : 0;
        });
    }

    private static void setOrganization(KeyRig rig, String state) {
        rig.database.inTransaction(
                whole(),
                tx -> tx.handle()
                        .createUpdate("UPDATE organization SET state = :state WHERE id = 'org_acme'")
                        .bind("state", state)
                        .execute());
    }

    /** With a number, creates lock the organization alone. */
    private static void setNumber(KeyRig rig, boolean given) {
        rig.database.inTransaction(
                whole(),
                tx -> tx.handle()
                        .createUpdate("UPDATE organization SET overrides = CAST(:overrides AS jsonb),"
                                + " policy = '{\"unused_disable_after_days\": 2}' WHERE id = 'org_acme'")
                        .bind("overrides", given ? "{\"key_types\": {\"team\": {\"max_keys\": 1000}}}" : "{}")
                        .execute());
    }

    private static void revokeTeam(KeyRig rig) {
        rig.database.inTransaction(whole(), tx -> {
            tx.handle()
                    .createQuery("SELECT id FROM organization WHERE id = 'org_acme' FOR NO KEY UPDATE")
                    .mapTo(String.class)
                    .one();
            return rig.keys.revokeAtUnit(tx, KeyRig.BOOTSTRAP, KeyRig.ACME, new UnitId("team_web"));
        });
    }

    private static TenantContext whole() {
        return TenantContext.whole(new Actor.Job("test"), KeyRig.ACME);
    }
}
