package dev.shearline.server.notify;

import dev.shearline.server.changes.Changes;
import dev.shearline.server.config.Settings;
import dev.shearline.server.db.Database;
import dev.shearline.server.http.Json;
import dev.shearline.server.http.Routes;
import dev.shearline.server.idempotency.Idempotency;
import dev.shearline.server.identity.Ids;
import dev.shearline.server.orgs.References;
import dev.shearline.server.secrets.Encryption;
import dev.shearline.server.secrets.InstanceKeys;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClientOptions;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.List;

/** Notifications: the endpoints of those who want to hear, and this node's part in telling them. */
public final class Notify implements AutoCloseable {

    private final WebhookRoutes routes;
    private final Sender sender;
    private final Courier courier;

    public Notify(
            Settings.Notifications settings,
            Vertx vertx,
            Database database,
            Changes changes,
            InstanceKeys instanceKeys,
            References references,
            Idempotency idempotency,
            Json json,
            SecureRandom random,
            InstantSource clock,
            MeterRegistry registry) {
        var addresses = new OutboundAddresses(settings.webhookAllowedNetworks());
        var encryption = new Encryption(instanceKeys, random);
        var ids = new Ids(random);
        var homes = new Homes(database, references);
        var payloads = new Payloads(json);
        routes = new WebhookRoutes(
                new Webhooks(database, changes, homes, new EndpointInputs(addresses), encryption, ids, random, clock),
                new Deliveries(database, changes, homes, payloads, ids, clock),
                idempotency);
        var meters = new NotifyMeters(registry);
        sender =
                new Sender(vertx, new HttpClientOptions(), addresses, NameResolution.OF_SYSTEM, clock, Sender.TIME_MAX);
        var attempts = new Attempts(sender::send);
        courier = new Courier(
                database,
                new Spreading(database, payloads, clock),
                new Delivering(database, changes, encryption, new Backoff(random), meters, clock, attempts::start),
                attempts,
                List.of(
                        new ExpiryWatch(database, false, clock),
                        new NotifyCleaning(database, clock),
                        new Waiting(database, meters, clock)));
    }

    public void addTo(Routes to) {
        routes.addTo(to);
    }

    public void start() {
        courier.start();
    }

    @Override
    public void close() {
        courier.close();
        sender.close();
    }
}
