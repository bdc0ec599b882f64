package dev.shearline.server.changes;

import dev.shearline.server.audit.AuditEvent;
import dev.shearline.server.audit.AuditLog;
import dev.shearline.server.db.Committed;
import dev.shearline.server.db.Database;
import dev.shearline.server.db.TenantContext;
import dev.shearline.server.db.Tx;
import dev.shearline.server.db.TxWork;
import dev.shearline.server.feed.Change;
import dev.shearline.server.feed.Feed;
import dev.shearline.server.feed.FeedNode;
import dev.shearline.server.identity.Caller;
import dev.shearline.server.identity.OrganizationId;
import java.time.Duration;

/** Makes changes: what is done, who did it and whom it concerns are committed together or not at all. */
public final class Changes {

    private static final String HOLD = """
            SELECT id FROM organization
             WHERE id = :organization AND pg_advisory_xact_lock_shared(hashtextextended(id, 0)) IS NOT NULL
               FOR SHARE
            """;

    private final Database database;
    private final AuditLog audit;
    private final Feed feed;
    private final FeedNode node;
    private final Outbox outbox;
    private final Callers callers;

    public Changes(Database database, AuditLog audit, Feed feed, FeedNode node, Outbox outbox, Callers callers) {
        this.database = database;
        this.audit = audit;
        this.feed = feed;
        this.node = node;
        this.outbox = outbox;
        this.callers = callers;
    }

    /** A transaction in one organization, all of which the work may see: what the caller may do is decided before. */
    public <T> Committed<T> commit(Caller caller, OrganizationId organization, TxWork<T> work) {
        return database.inTransaction(TenantContext.whole(caller.actor(), organization), work);
    }

    /** The caller with the rights that they have now: after the lock that keeps them so, before what they may do is asked for good. */
    public Caller renewed(Tx tx, Caller caller) {
        return new Caller(callers.now(tx, caller.actor()), caller.origin());
    }

    /** The same where nothing is locked yet: the organization is shared first, before anything else. */
    public Caller renewed(Tx tx, Caller caller, OrganizationId organization) {
        hold(tx, organization);
        return renewed(tx, caller);
    }

    /** Nobody takes rights away in an organization, whatever its state, until this transaction ends. */
    public static void hold(Tx tx, OrganizationId organization) {
        var _ = tx.handle()
                .createQuery(HOLD)
                .bind("organization", organization.value())
                .mapTo(String.class)
                .findOne();
    }

    /** Inside the transaction of a change: its event, its entries in the feed, and its row in the outbox if others are to be told. */
    public void record(Tx tx, Caller caller, AuditEvent event, Change... entries) {
        var place = audit.append(tx, caller, event);
        for (var entry : entries) {
            feed.append(tx, entry);
        }
        outbox.write(tx, caller, event, place);
    }

    /** Waits for the nodes. A commit that changed nothing waits until they have all that is committed now. */
    public <T> Changed<T> propagate(Committed<T> committed, Duration patience) {
        return Changed.of(committed.value(), node.propagate(committed, patience));
    }
}
