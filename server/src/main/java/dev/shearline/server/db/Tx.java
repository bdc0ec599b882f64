package dev.shearline.server.db;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;

/** A transaction under way. Stores speak SQL through its handle; the feed notes here which entries it has inserted. */
public final class Tx {

    private final Handle handle;
    private final List<UUID> entries = new ArrayList<>();

    private Optional<TenantContext> context;

    Tx(Handle handle, Optional<TenantContext> context) {
        this.handle = handle;
        this.context = context;
    }

    public Handle handle() {
        return handle;
    }

    /**
     * Goes on in another organization: for the few changes that belong to several, such as the removal of a user with memberships in
     * many. What is written before stays in the same transaction.
     */
    public void enter(TenantContext context) {
        Database.setContext(handle, context);
        this.context = Optional.of(context);
    }

    /** In which organization it is now; fails where there is none, across tenants. */
    public TenantContext context() {
        return context.orElseThrow();
    }

    /** Remembers a feed entry of this transaction: after the commit it gets its number. */
    public void noteEntry(UUID entry) {
        entries.add(entry);
    }

    List<UUID> entries() {
        return List.copyOf(entries);
    }
}
