package dev.shearline.server.notify;

import dev.shearline.server.changes.Changes;
import dev.shearline.server.db.Database;
import dev.shearline.server.db.TenantContext;
import dev.shearline.server.db.Tx;
import dev.shearline.server.db.TxWork;
import dev.shearline.server.identity.Caller;
import dev.shearline.server.identity.OrganizationId;
import dev.shearline.server.secrets.Encryption;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Claims deliveries that are due, has them sent and writes what came of it. Everything here runs on the one thread of {@link Courier}, but
 * for the sending.
 *
 * <p>A claim is a lease: whoever dies with one loses it after {@link #LEASE}, and another node sends the same message under the same id. Its
 * number goes up with each claim and each redelivery, so that the outcome of an older one changes nothing.
 */
final class Delivering {

    static final Duration LEASE = Duration.ofSeconds(60);

    /** Sendings under way on this node. */
    static final int IN_FLIGHT_MAX = 128;

    /** Of them those to one endpoint: a slow one waits for itself. */
    static final int EACH_MAX = 4;

    /** Of an endpoint whose last attempt has failed. */
    static final int EACH_FAILING_MAX = 1;

    static final int CANCELLED_MAX = 500;

    /** Nothing but failure for so long: the endpoint is disabled. */
    static final Duration FAILING_MAX = Duration.ofDays(5);

    private static final Caller JOB = Caller.job("notify");

    private final ClaimStore store = new ClaimStore();
    private final EndpointStore endpoints = new EndpointStore();
    private final SecretStore secrets = new SecretStore();
    private final Database database;
    private final Changes changes;
    private final Encryption encryption;
    private final Backoff backoff;
    private final NotifyMeters meters;
    private final InstantSource clock;
    private final Consumer<Outgoing> send;
    private final Map<String, Integer> inFlight = new HashMap<>();

    /** @param send has it sent by another thread */
    Delivering(
            Database database,
            Changes changes,
            Encryption encryption,
            Backoff backoff,
            NotifyMeters meters,
            InstantSource clock,
            Consumer<Outgoing> send) {
        this.database = database;
        this.changes = changes;
        this.encryption = encryption;
        this.backoff = backoff;
        this.meters = meters;
        this.clock = clock;
        this.send = send;
    }

    int underWay() {
        return inFlight.values().stream().mapToInt(Integer::intValue).sum();
    }

    /** Inside a read across tenants. */
    List<ClaimStore.Busy> busy(Tx tx) {
        return store.busy(tx, clock.instant(), IN_FLIGHT_MAX * 2);
    }

    /** Sends what there is room for. */
    void start(ClaimStore.Busy busy) {
        int room = Math.min(IN_FLIGHT_MAX - underWay(), EACH_MAX - inFlight.getOrDefault(busy.endpoint(), 0));
        if (room > 0) {
            for (var outgoing : claim(busy, room)) {
                inFlight.merge(busy.endpoint(), 1, Integer::sum);
                send.accept(outgoing);
            }
        }
    }

    private List<Outgoing> claim(ClaimStore.Busy busy, int room) {
        return in(busy.organization(), tx -> {
            var now = now();
            var state = store.state(tx, busy.endpoint());
            if (!state.enabled()) {
                store.cancel(tx, busy.endpoint(), CANCELLED_MAX, now);
                return List.of();
            }
            int max = state.failing()
                    ? Math.min(room, EACH_FAILING_MAX - inFlight.getOrDefault(busy.endpoint(), 0))
                    : room;
            var claimed = max > 0
                    ? store.claim(tx, busy.endpoint(), max, now, now.plus(LEASE))
                    : List.<ClaimStore.Claimed>of();
            if (claimed.isEmpty()) {
                return List.of();
            }
            var target = new Outgoing.Target(busy.organization(), busy.endpoint(), state.url());
            var signing = secrets.open(tx, encryption, busy.endpoint(), now);
            return claimed.stream()
                    .map(one -> new Outgoing(
                            one.id(),
                            one.claim(),
                            one.attempts(),
                            one.givesUpAt(),
                            target,
                            one.message(),
                            one.body(),
                            signing))
                    .toList();
        });
    }

    /** An attempt that is over. */
    record Ended(Outgoing sent, SendOutcome outcome) {}

    /** Writes outcomes, those of one endpoint in one transaction. They count as under way until they are written. */
    void record(List<Ended> ended) {
        var byEndpoint = new HashMap<Outgoing.Target, List<Ended>>();
        ended.forEach(one -> byEndpoint
                .computeIfAbsent(one.sent().target(), _ -> new ArrayList<>())
                .add(one));
        byEndpoint.forEach((target, some) -> {
            in(target.organization(), tx -> record(tx, target, some));
            settle(target.endpoint(), some.size());
            ended.removeAll(some);
        });
    }

    private void settle(String endpoint, int count) {
        int left = inFlight.getOrDefault(endpoint, 0) - count;
        if (left > 0) {
            inFlight.put(endpoint, left);
        } else {
            inFlight.remove(endpoint);
        }
    }

    private boolean record(Tx tx, Outgoing.Target target, List<Ended> ended) {
        var now = now();
        // the endpoint before its deliveries, as everybody locks them
        if (ended.stream().anyMatch(one -> one.outcome() instanceof SendOutcome.Delivered)) {
            endpoints.noteSuccess(tx, target.endpoint());
        } else {
            noteFailure(tx, target, ended, now);
        }
        for (var one : ended) {
            switch (one.outcome()) {
                case SendOutcome.Delivered delivered -> {
                    if (store.delivered(tx, one.sent(), delivered, now)) {
                        meters.delivered();
                    }
                }
                case SendOutcome.Failed failed -> recordFailed(tx, one.sent(), failed, now);
            }
        }
        return true;
    }

    private void recordFailed(Tx tx, Outgoing sent, SendOutcome.Failed failed, Instant now) {
        var next = failed.why() == SendOutcome.Failure.GONE
                ? Optional.<Instant>empty()
                : backoff.next(sent.attempts() + 1, now, sent.givesUpAt());
        if (store.failed(tx, sent, failed, now, next)) {
            if (next.isPresent()) {
                meters.retried();
            } else {
                meters.failed();
            }
        }
    }

    private void noteFailure(Tx tx, Outgoing.Target target, List<Ended> ended, Instant now) {
        var since = endpoints.noteFailure(tx, target.endpoint(), now);
        if (since.isEmpty()) {
            return;
        }
        boolean gone = ended.stream()
                .anyMatch(one ->
                        one.outcome() instanceof SendOutcome.Failed failed && failed.why() == SendOutcome.Failure.GONE);
        if (gone) {
            disable(tx, target, "gone", now);
        } else if (!since.get().plus(FAILING_MAX).isAfter(now)) {
            disable(tx, target, "failing", now);
        }
    }

    private void disable(Tx tx, Outgoing.Target target, String cause, Instant now) {
        var organization = new OrganizationId(target.organization());
        endpoints.lock(tx, organization, target.endpoint()).ifPresent(endpoint -> {
            var disabled = endpoint.disabled(cause, now);
            endpoints.update(tx, disabled);
            changes.record(tx, JOB, Webhooks.event(disabled, "webhook.disabled"));
        });
    }

    private <T> T in(String organization, TxWork<T> work) {
        return database.inTransaction(TenantContext.whole(JOB.actor(), new OrganizationId(organization)), work)
                .value();
    }

    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MICROS);
    }
}
