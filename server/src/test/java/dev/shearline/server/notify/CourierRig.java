package dev.shearline.server.notify;

import dev.shearline.server.audit.AuditEvent;
import dev.shearline.server.audit.AuditLog;
import dev.shearline.server.changes.Callers;
import dev.shearline.server.changes.Changes;
import dev.shearline.server.http.Json;
import dev.shearline.server.idempotency.Attempt;
import dev.shearline.server.identity.Actor;
import dev.shearline.server.identity.Caller;
import dev.shearline.server.identity.Ids;
import dev.shearline.server.identity.Origin;
import dev.shearline.server.identity.Ref;
import dev.shearline.server.identity.Scope;
import dev.shearline.server.identity.ScopeSet;
import dev.shearline.server.net.Cidr;
import dev.shearline.server.orgs.References;
import dev.shearline.server.secrets.Encryption;
import dev.shearline.server.secrets.InstanceKeys;
import dev.shearline.server.testing.Eventually;
import dev.shearline.server.testing.FeedRig;
import dev.shearline.server.testing.TestSchema;
import dev.shearline.token.ApiKeyId;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClientOptions;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Couriers on one database, taken step by step, by a clock that a test sets. What they send goes over real sockets. */
final class CourierRig implements AutoCloseable {

    static final Caller OPERATOR = new Caller(new Actor.Operator(ApiKeyId.of(1, 1), ScopeSet.ALL), Origin.none());

    private final FeedRig feed = FeedRig.start(1);
    private final SecureRandom random = new SecureRandom();
    private final Vertx vertx = Vertx.vertx();
    private final List<Sender> senders = new ArrayList<>();
    private final Ids ids = new Ids(random);
    private final InstantSource clock = this::now;
    private final OutboundAddresses addresses =
            new OutboundAddresses(List.of(Cidr.find("127.0.0.0/8").orElseThrow()));
    private final boolean mails;
    private final Changes changes;
    private final Encryption encryption;
    final Webhooks webhooks;
    final Deliveries deliveries;
    private volatile Instant now = Instant.parse("2030-01-31T12:00:00Z");

    CourierRig() {
        this(false);
    }

    /** @param mails whether people get letters */
    CourierRig(boolean mails) {
        this.mails = mails;
        var audit = new AuditLog(ids, random, clock);
        changes = new Changes(
                feed.database(),
                audit,
                feed.feed(),
                feed.node(0).feed(),
                new NotificationOutbox(ids, mails),
                Callers.AS_THEY_CAME);
        encryption = new Encryption(InstanceKeys.create(feed.directory().resolve("instance.keys"), random), random);
        var homes = new Homes(
                feed.database(),
                changes,
                new References(feed.database()),
                "Webhooks",
                Scope.WEBHOOKS_WRITE,
                new EndpointStore()::findOrganization);
        webhooks = new Webhooks(
                feed.database(), changes, homes, new EndpointInputs(addresses), encryption, ids, random, clock);
        deliveries = new Deliveries(feed.database(), changes, homes, new Payloads(new Json()), ids, clock);
    }

    Instant now() {
        return now;
    }

    void pass(Duration time) {
        now = now.plus(time);
    }

    FeedRig feed() {
        return feed;
    }

    TestSchema schema() {
        return feed.schema();
    }

    InstantSource clock() {
        return clock;
    }

    /** One node's part. */
    final class Node {
        private final Delivering delivering;
        private final Courier courier;

        private Node() {
            var sender = new Sender(
                    vertx, new HttpClientOptions(), addresses, NameResolution.OF_SYSTEM, clock, Sender.TIME_MAX);
            senders.add(sender);
            var attempts = new Attempts(sender::send);
            delivering = new Delivering(
                    feed.database(),
                    changes,
                    encryption,
                    new Backoff(random),
                    new NotifyMeters(new SimpleMeterRegistry()),
                    clock,
                    attempts::start);
            courier = new Courier(
                    feed.database(),
                    new Spreading(feed.database(), new Payloads(new Json()), mails, clock),
                    delivering,
                    attempts,
                    List.of());
        }

        /** Spreads, claims and sends what is due now, and writes nothing of what comes of it. */
        void look() {
            courier.look();
        }

        int underWay() {
            return delivering.underWay();
        }

        /** The same, until all that is due now has been sent and written. */
        void work() {
            do {
                look();
                settle();
            } while (isAnythingDue());
        }

        /** Writes outcomes until none is under way. */
        void settle() {
            Eventually.isTrue("every attempt is over", () -> {
                try {
                    courier.write(Duration.ofMillis(20));
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
                return delivering.underWay() == 0;
            });
        }
    }

    /** Writes what is over, and looks once more. */
    void step(Node node) {
        try {
            node.courier.write(Duration.ofMillis(20));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        node.look();
    }

    Node node() {
        return new Node();
    }

    private boolean isAnythingDue() {
        return schema().query(
                        "SELECT EXISTS (SELECT 1 FROM webhook_delivery WHERE state = 'waiting' AND next_attempt_at <= ?)",
                        now.atOffset(ZoneOffset.UTC))
                .equals("t");
    }

    /** An endpoint of Acme for every type. */
    IssuedWebhook endpoint(String url) {
        return endpoint(url, FeedRig.ACME.value(), "*");
    }

    IssuedWebhook endpoint(String url, String organization, String... events) {
        var wanted = new NewWebhook(
                Optional.of(new Ref.ById(organization)), url, List.of(events), Optional.empty(), Optional.empty());
        return webhooks.create(OPERATOR, wanted, Attempt.UNKEYED);
    }

    /** Commits a change of a key in Acme that others are told of. */
    void change(String action, String key) {
        var _ = changes.commit(OPERATOR, FeedRig.ACME, tx -> {
            changes.record(
                    tx, OPERATOR, AuditEvent.of(FeedRig.ACME, action, key).with("cause", "manual"));
            return true;
        });
    }

    String endpointState(String id) {
        return schema().query(
                        "SELECT state || ' ' || COALESCE(disabled_cause, '-') FROM webhook_endpoint WHERE id = ?", id);
    }

    /** State, attempts and error of the only delivery of an endpoint. */
    String delivery(String endpoint) {
        return schema().query(
                        "SELECT state || ' ' || attempts || ' ' || COALESCE(error, '-') FROM webhook_delivery WHERE endpoint_id = ?",
                        endpoint);
    }

    Instant nextAttempt(String endpoint) {
        return Instant.ofEpochMilli(Long.parseLong(schema().query(
                        "SELECT (EXTRACT(EPOCH FROM next_attempt_at) * 1000)::bigint FROM webhook_delivery WHERE endpoint_id = ?",
                        endpoint)));
    }

    String audit(String target) {
        return schema().query(
                        "SELECT string_agg(action, ' ' ORDER BY at, id) FROM audit_event WHERE target = ?", target);
    }

    @Override
    public void close() {
        senders.forEach(Sender::close);
        var _ = vertx.close().toCompletionStage().toCompletableFuture().join();
        feed.close();
    }
}
