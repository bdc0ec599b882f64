package dev.shearline.server.usage;

import dev.shearline.server.db.Database;
import dev.shearline.server.db.TenantContext;
import dev.shearline.server.db.Tx;
import dev.shearline.server.identity.Caller;
import dev.shearline.server.identity.OrganizationId;
import dev.shearline.server.keys.ApiKey;
import java.util.function.BiFunction;

/** Reads what all nodes have counted. */
final class UsageReading {

    private final Database database;
    private final UsageStore store = new UsageStore();
    private final CallerStore callers = new CallerStore();

    UsageReading(Database database) {
        this.database = database;
    }

    /** @param key that the caller sees */
    KeyUsage ofKey(Caller caller, ApiKey key, UsageRange range) {
        return read(caller, key, (tx, home) -> KeyUsage.of(key.id(), range, store.count(tx, home, key.id(), range)));
    }

    /** @param key that the caller sees */
    KeyImpact impactOf(Caller caller, ApiKey key, UsageRange week) {
        return read(
                caller,
                key,
                (tx, home) -> KeyImpact.of(
                        key,
                        week,
                        store.count(tx, home, key.id(), week),
                        callers(tx, home, key, week, KeyImpact.CALLERS_MAX)));
    }

    /** @param key that the caller sees */
    KeyCallers callersOf(Caller caller, ApiKey key, UsageRange range) {
        return read(caller, key, (tx, home) -> callers(tx, home, key, range, KeyCallers.SHOWN_MAX));
    }

    private KeyCallers callers(Tx tx, OrganizationId home, ApiKey key, UsageRange range, int max) {
        return KeyCallers.of(key.id(), range, callers.list(tx, home, key.id(), range, max));
    }

    private <T> T read(Caller caller, ApiKey key, BiFunction<Tx, OrganizationId, T> work) {
        var home = new OrganizationId(key.organization().id());
        var context = TenantContext.find(caller.actor(), home).orElseThrow();
        return database.read(context, tx -> work.apply(tx, home));
    }
}
