package dev.shearline.server.notify;

import dev.shearline.server.db.Database;
import dev.shearline.server.db.TenantContext;
import dev.shearline.server.db.Tx;
import dev.shearline.server.identity.Actor;
import dev.shearline.server.identity.OrganizationId;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;

/** Takes facts out of the outbox and puts one delivery for each endpoint that wants them, in one transaction an organization. */
final class Spreading {

    static final int FACTS_MAX = 100;
    static final int ORGANIZATIONS_MAX = 50;

    private static final Actor JOB = new Actor.Job("notify");

    private final OutboxStore outbox = new OutboxStore();
    private final DeliveryStore deliveries = new DeliveryStore();
    private final Database database;
    private final MailStore mail = new MailStore();
    private final Payloads payloads;
    private final boolean mails;
    private final InstantSource clock;

    /** @param mails whether this instance sends mail */
    Spreading(Database database, Payloads payloads, boolean mails, InstantSource clock) {
        this.database = database;
        this.payloads = payloads;
        this.mails = mails;
        this.clock = clock;
    }

    /** Inside a read across tenants. */
    List<OrganizationId> waiting(Tx tx) {
        return outbox.waiting(tx, ORGANIZATIONS_MAX);
    }

    /** How many facts it has spread: none when another node is at them. */
    int spread(OrganizationId organization) {
        return database.inTransaction(TenantContext.whole(JOB, organization), tx -> spread(tx, organization))
                .value();
    }

    private int spread(Tx tx, OrganizationId organization) {
        var facts = outbox.take(tx, organization, FACTS_MAX);
        if (facts.isEmpty()) {
            return 0;
        }
        var now = now();
        var messages = payloads.compose(tx, organization, facts);
        deliveries.spread(tx, organization, messages, now);
        if (mails) {
            mail.spread(tx, organization, facts, now);
        }
        outbox.done(tx, organization, facts, now);
        if (!organization.equals(OrganizationId.INSTANCE)) {
            spreadToInstance(tx, messages, now);
        }
        return facts.size();
    }

    /** Its endpoints hear of every organization, but for checkpoints: those the instance has as a whole. */
    private void spreadToInstance(Tx tx, List<Message> messages, Instant now) {
        var told = messages.stream()
                .filter(message -> !message.type().equals(EventType.CHECKPOINT_SEALED.wire()))
                .toList();
        if (!told.isEmpty()) {
            tx.enter(TenantContext.whole(JOB, OrganizationId.INSTANCE));
            deliveries.spread(tx, OrganizationId.INSTANCE, told, now);
        }
    }

    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MICROS);
    }
}
