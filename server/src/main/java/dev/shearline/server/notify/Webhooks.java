package dev.shearline.server.notify;

import dev.shearline.server.audit.AuditEvent;
import dev.shearline.server.changes.Changes;
import dev.shearline.server.db.Database;
import dev.shearline.server.db.TenantContext;
import dev.shearline.server.db.Tx;
import dev.shearline.server.http.Page;
import dev.shearline.server.http.Paging;
import dev.shearline.server.http.Problem;
import dev.shearline.server.http.ProblemCode;
import dev.shearline.server.http.ProblemException;
import dev.shearline.server.http.RevealedSecret;
import dev.shearline.server.idempotency.Attempt;
import dev.shearline.server.identity.Caller;
import dev.shearline.server.identity.Ids;
import dev.shearline.server.identity.OrganizationId;
import dev.shearline.server.identity.Ref;
import dev.shearline.server.secrets.Encryption;
import dev.shearline.token.Secret;
import java.net.URI;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Optional;

/**
 * Endpoints: what can be done with them, by whom. No node holds one in memory, so a change of one waits for none. The audit log names the
 * host that is called, never the path, which can hold a token of the receiver.
 */
final class Webhooks {

    static final int OF_ORGANIZATION_MAX = 50;
    static final int SECRETS_MAX = 5;

    private static final String SECRET_ID_PREFIX = "whs_";
    private static final String MANUAL = "manual";

    private final EndpointStore store = new EndpointStore();
    private final SecretStore secrets = new SecretStore();
    private final Database database;
    private final Changes changes;
    private final Homes homes;
    private final EndpointInputs inputs;
    private final Encryption encryption;
    private final Ids ids;
    private final SecureRandom random;
    private final InstantSource clock;

    Webhooks(
            Database database,
            Changes changes,
            Homes homes,
            EndpointInputs inputs,
            Encryption encryption,
            Ids ids,
            SecureRandom random,
            InstantSource clock) {
        this.database = database;
        this.changes = changes;
        this.homes = homes;
        this.inputs = inputs;
        this.encryption = encryption;
        this.ids = ids;
        this.random = random;
        this.clock = clock;
    }

    /** The one answer that has the secret. */
    IssuedWebhook create(Caller caller, NewWebhook wanted, Attempt attempt) {
        var organization = homes.ofNew(caller, wanted.organization());
        var url = inputs.url(wanted.url());
        var events = EndpointInputs.events(wanted.events());
        var description = wanted.description().map(EndpointInputs::description).orElse("");
        boolean enabled = wanted.enabled().orElse(true);
        var now = now();
        var endpoint = new WebhookEndpoint(
                ids.text(WebhookEndpoint.ID_PREFIX),
                organization,
                url,
                description,
                events,
                enabled,
                enabled ? Optional.empty() : Optional.of(MANUAL),
                Optional.empty(),
                now,
                caller.actor().id(),
                now);
        return changes.commit(caller, organization, tx -> attempt.in(tx, in -> create(in, caller, endpoint)))
                .value();
    }

    private IssuedWebhook create(Tx tx, Caller caller, WebhookEndpoint endpoint) {
        var _ = homes.renewed(tx, caller, endpoint.organization());
        store.lockCreation(tx, endpoint.organization());
        if (store.count(tx, endpoint.organization()) >= OF_ORGANIZATION_MAX) {
            throw invalidState("There are " + OF_ORGANIZATION_MAX
                    + " endpoints already, which is the most: delete one that is not needed any more.");
        }
        store.insert(tx, endpoint);
        var secret = addSecret(tx, endpoint);
        record(tx, caller, endpoint, "webhook.created");
        return new IssuedWebhook(endpoint, new RevealedSecret(secret), Optional.empty());
    }

    private Secret addSecret(Tx tx, WebhookEndpoint endpoint) {
        var secret = Signature.drawSecret(random);
        secrets.insert(tx, encryption, ids.text(SECRET_ID_PREFIX), endpoint, secret, now());
        return secret;
    }

    WebhookEndpoint get(Caller caller, String id) {
        var organization = homes.of(caller, id);
        return database.read(TenantContext.whole(caller.actor(), organization), tx -> store.find(tx, organization, id))
                .orElseThrow(Homes::notFound);
    }

    /** Operators look through all organizations unless they name one. */
    Page<WebhookEndpoint> list(Caller caller, Optional<Ref> organization, Paging paging) {
        var after = Position.of(paging);
        var home = homes.named(caller, organization);
        var rows = home.map(one -> database.read(
                        TenantContext.whole(caller.actor(), one),
                        tx -> store.list(tx, home, after, paging.limit() + 1)))
                .orElseGet(() -> database.acrossTenants(
                        "an operator lists endpoints", tx -> store.list(tx, home, after, paging.limit() + 1)));
        return paging.page(rows, endpoint -> new Position(endpoint.createdAt(), endpoint.id()).key());
    }

    WebhookEndpoint update(Caller caller, String id, WebhookPatch patch) {
        var url = patch.url().map(inputs::url);
        var events = patch.events().map(EndpointInputs::events);
        var description = patch.description().map(EndpointInputs::description);
        var organization = homes.of(caller, id);
        return changes.commit(caller, organization, tx -> {
                    var before = locked(tx, caller, organization, id);
                    boolean enabled = patch.enabled().orElse(before.enabled());
                    var after = new WebhookEndpoint(
                            id,
                            organization,
                            url.orElse(before.url()),
                            description.orElse(before.description()),
                            events.orElse(before.events()),
                            enabled,
                            enabled ? Optional.empty() : before.disabledCause().or(() -> Optional.of(MANUAL)),
                            // who enables it gives it another five days
                            enabled && !before.enabled() ? Optional.empty() : before.failingSince(),
                            before.createdAt(),
                            before.createdBy(),
                            before.updatedAt());
                    if (after.equals(before)) {
                        return before;
                    }
                    var changed = after.changedAt(now());
                    store.update(tx, changed);
                    record(tx, caller, changed, "webhook.updated");
                    return changed;
                })
                .value();
    }

    /** What still waits for it is not sent any more. */
    WebhookEndpoint delete(Caller caller, String id) {
        var organization = homes.of(caller, id);
        return changes.commit(caller, organization, tx -> {
                    var endpoint = locked(tx, caller, organization, id);
                    secrets.forget(tx, id);
                    store.remove(tx, id, now());
                    record(tx, caller, endpoint, "webhook.deleted");
                    return endpoint;
                })
                .value();
    }

    /** A new secret; the one before signs too until its grace ends. */
    IssuedWebhook rotateSecret(Caller caller, String id, Optional<String> wantedGrace, Attempt attempt) {
        var grace = EndpointInputs.grace(wantedGrace);
        var organization = homes.of(caller, id);
        return changes.commit(
                        caller,
                        organization,
                        tx -> attempt.in(tx, in -> {
                            var endpoint = locked(in, caller, organization, id);
                            var now = now();
                            var endsAt = now.plus(grace);
                            secrets.end(in, id, endsAt, now);
                            if (secrets.open(in, encryption, id, now).size() >= SECRETS_MAX) {
                                throw invalidState(
                                        "So many secrets of this endpoint are in their grace that no further one is"
                                                + " made: rotate with a grace of 0, or wait.");
                            }
                            var secret = addSecret(in, endpoint);
                            record(in, caller, endpoint, "webhook.secret_rotated");
                            return new IssuedWebhook(
                                    endpoint,
                                    new RevealedSecret(secret),
                                    grace.isZero() ? Optional.empty() : Optional.of(endsAt));
                        }))
                .value();
    }

    private WebhookEndpoint locked(Tx tx, Caller caller, OrganizationId organization, String id) {
        var _ = homes.renewed(tx, caller, organization);
        return store.lock(tx, organization, id).orElseThrow(Homes::notFound);
    }

    private void record(Tx tx, Caller caller, WebhookEndpoint endpoint, String action) {
        changes.record(tx, caller, event(endpoint, action));
    }

    static AuditEvent event(WebhookEndpoint endpoint, String action) {
        return AuditEvent.of(endpoint.organization(), action, endpoint.id())
                .with("host", URI.create(endpoint.url()).getHost())
                .with("events", endpoint.events())
                .with("enabled", endpoint.enabled())
                .with("cause", endpoint.disabledCause());
    }

    static ProblemException invalidState(String detail) {
        return Problem.of(ProblemCode.INVALID_STATE, detail).asException();
    }

    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MICROS);
    }
}
