package dev.shearline.server.usage;

import dev.shearline.server.db.Database;
import dev.shearline.server.db.TenantContext;
import dev.shearline.server.identity.Caller;
import dev.shearline.server.identity.OrganizationId;
import dev.shearline.server.keys.ApiKey;

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
        var organization = new OrganizationId(key.organization().id());
        var context = TenantContext.find(caller.actor(), organization).orElseThrow();
        return database.read(
                context, tx -> KeyUsage.of(key.id(), range, store.count(tx, organization, key.id(), range)));
    }

    /** @param key that the caller sees */
    KeyImpact impactOf(Caller caller, ApiKey key, UsageRange week) {
        var organization = new OrganizationId(key.organization().id());
        var context = TenantContext.find(caller.actor(), organization).orElseThrow();
        return database.read(context, tx -> {
            var days = store.count(tx, organization, key.id(), week);
            var called = callers.list(tx, organization, key.id(), week, KeyImpact.CALLERS_MAX);
            return KeyImpact.of(key, week, days, KeyCallers.of(key.id(), week, called));
        });
    }

    /** @param key that the caller sees */
    KeyCallers callersOf(Caller caller, ApiKey key, UsageRange range) {
        var organization = new OrganizationId(key.organization().id());
        var context = TenantContext.find(caller.actor(), organization).orElseThrow();
        return database.read(
                context,
                tx -> KeyCallers.of(
                        key.id(), range, callers.list(tx, organization, key.id(), range, KeyCallers.SHOWN_MAX)));
    }
}
