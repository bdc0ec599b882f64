package dev.shearline.server.db;

import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jdbi.v3.core.Handle;

/** A transaction under way. Stores speak SQL through its handle; the feed notes here which entries it has inserted. */
public final class Tx {

    private final Handle handle;
    private final List<UUID> entries = new ArrayList<>();

    Tx(Handle handle) {
        this.handle = handle;
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
    }

    /** Remembers a feed entry of this transaction: after the commit it gets its number. */
    public void noteEntry(UUID entry) {
        entries.add(entry);
    }

    List<UUID> entries() {
        return List.copyOf(entries);
    }
}
