package dev.shearline.server.notify;

import dev.shearline.server.db.Database;
import dev.shearline.server.db.TenantContext;
import dev.shearline.server.db.TxWork;
import dev.shearline.server.identity.Actor;
import dev.shearline.server.identity.OrganizationId;
import java.time.Duration;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;

/**
 * Finds keys that are about to expire, those that have, and those that are due for rotation: no change says so, for these are times.
 *
 * <p>One node looks at a time, under a lease, from where the last look ended, and notes where this one did when all is written. Each fact has
 * a name that is unique, so a look that was cut off, or that two nodes made, writes none twice. Looks overlap by more than a transaction may
 * last, so a key that was committed late is not missed.
 */
final class ExpiryWatch implements Runnable {

    static final Duration INTERVAL = Duration.ofSeconds(30);
    static final Duration LEASE = Duration.ofMinutes(2);
    static final Duration OVERLAP = Duration.ofMinutes(1);
    static final int ORGANIZATIONS_PAGE = 500;
    static final int FACTS_BATCH = 500;

    private static final Actor JOB = new Actor.Job("expiry");

    private final ExpiryStore store = new ExpiryStore();
    private final Database database;
    private final boolean mails;
    private final InstantSource clock;
    private final Pacing pacing;

    /** @param mails whether owners are told by mail, so that somebody listens everywhere */
    ExpiryWatch(Database database, boolean mails, InstantSource clock) {
        this.database = database;
        this.mails = mails;
        this.clock = clock;
        this.pacing = new Pacing(INTERVAL, clock);
    }

    @Override
    public void run() {
        if (pacing.isDue()) {
            look();
        }
    }

    /** Does nothing while another node looks. */
    void look() {
        var now = clock.instant().truncatedTo(ChronoUnit.MICROS);
        var lease = database.inTransaction(instance(), tx -> store.lease(tx, now, now.plus(LEASE)))
                .value();
        lease.ifPresent(held -> {
            var span = new ExpiryStore.Span(held.lookedUntil().minus(OVERLAP), now);
            if (mails || database.acrossTenants("whether anybody listens", store::anybodyListens)) {
                lookThrough(span);
            }
            var _ = database.inTransaction(instance(), tx -> store.done(tx, held, now));
        });
    }

    private void lookThrough(ExpiryStore.Span span) {
        var after = "";
        int seen;
        do {
            var from = after;
            var page = database.acrossTenants(
                    "find organizations with keys that expire",
                    tx -> store.organizations(tx, from, ORGANIZATIONS_PAGE, span));
            page.stream().filter(ExpiryStore.Place::due).forEach(place -> write(place.organization(), span));
            seen = page.size();
            after = page.isEmpty() ? after : page.getLast().organization();
        } while (seen == ORGANIZATIONS_PAGE);
    }

    private void write(String organization, ExpiryStore.Span span) {
        repeat(organization, tx -> store.write(tx, organization, span, mails, FACTS_BATCH));
        repeat(organization, tx -> store.writeRotations(tx, organization, span, mails, FACTS_BATCH));
    }

    private void repeat(String organization, TxWork<Integer> batch) {
        var context = TenantContext.whole(JOB, new OrganizationId(organization));
        int written;
        do {
            written = database.inTransaction(context, batch).value();
        } while (written == FACTS_BATCH);
    }

    private static TenantContext instance() {
        return TenantContext.whole(JOB, OrganizationId.INSTANCE);
    }
}
