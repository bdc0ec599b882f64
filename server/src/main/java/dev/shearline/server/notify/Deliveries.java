package dev.shearline.server.notify;

import dev.shearline.server.changes.Changes;
import dev.shearline.server.db.Database;
import dev.shearline.server.db.TenantContext;
import dev.shearline.server.db.Tx;
import dev.shearline.server.http.Page;
import dev.shearline.server.http.Paging;
import dev.shearline.server.identity.Caller;
import dev.shearline.server.identity.Ids;
import dev.shearline.server.identity.OrganizationId;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Optional;

/** The log of what was sent to an endpoint, and what somebody has sent again or on trial. */
final class Deliveries {

    private final EndpointStore endpoints = new EndpointStore();
    private final DeliveryStore store = new DeliveryStore();
    private final Database database;
    private final Changes changes;
    private final Homes homes;
    private final Payloads payloads;
    private final Ids ids;
    private final InstantSource clock;

    Deliveries(Database database, Changes changes, Homes homes, Payloads payloads, Ids ids, InstantSource clock) {
        this.database = database;
        this.changes = changes;
        this.homes = homes;
        this.payloads = payloads;
        this.ids = ids;
        this.clock = clock;
    }

    /** From the newest to the oldest. */
    Page<Delivery> list(Caller caller, String endpoint, Optional<DeliveryStatus> status, Paging paging) {
        var after = Position.of(paging);
        var organization = homes.of(caller, endpoint);
        return database.read(TenantContext.whole(caller.actor(), organization), tx -> {
            var _ = endpoints.find(tx, organization, endpoint).orElseThrow(Homes::notFound);
            var rows = store.list(tx, endpoint, status, after, paging.limit() + 1);
            return paging.page(rows, row -> new Position(row.createdAt(), row.id()).key());
        });
    }

    /** A message without a fact, to see whether the endpoint hears. */
    Delivery test(Caller caller, String endpoint) {
        var organization = homes.of(caller, endpoint);
        return changes.commit(caller, organization, tx -> {
                    var to = enabled(tx, caller, organization, endpoint);
                    var now = now();
                    var message = ids.text(NotificationOutbox.ID_PREFIX);
                    var id = ids.text(Delivery.ID_PREFIX);
                    store.insert(tx, id, to, message, EventType.TEST, payloads.test(message, tx, to, caller, now), now);
                    changes.record(tx, caller, Webhooks.event(to, "webhook.tested"));
                    return store.find(tx, endpoint, id).orElseThrow();
                })
                .value();
    }

    /** Sends again what has failed, or has been delivered: the same message under the same id, for another three days. */
    Delivery redeliver(Caller caller, String endpoint, String delivery) {
        var organization = homes.of(caller, endpoint);
        return changes.commit(caller, organization, tx -> {
                    var to = enabled(tx, caller, organization, endpoint);
                    if (!store.again(tx, endpoint, delivery, now())) {
                        throw Homes.notFound();
                    }
                    changes.record(
                            tx,
                            caller,
                            Webhooks.event(to, "webhook.redelivered").with("delivery", delivery));
                    return store.find(tx, endpoint, delivery).orElseThrow();
                })
                .value();
    }

    private WebhookEndpoint enabled(Tx tx, Caller caller, OrganizationId organization, String id) {
        var _ = homes.renewed(tx, caller, organization);
        var endpoint = endpoints.lock(tx, organization, id).orElseThrow(Homes::notFound);
        if (!endpoint.enabled()) {
            throw Webhooks.invalidState("The endpoint is disabled and is sent nothing: enable it first.");
        }
        return endpoint;
    }

    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MICROS);
    }
}
