package dev.shearline.server.notify;

import dev.shearline.server.db.DatabaseTimes;
import dev.shearline.server.db.Tx;
import dev.shearline.server.identity.OrganizationId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.statement.Query;

/** The SQL of endpoints and of what they want. A removed one stays as a row, for the deliveries that name it, and is found by nobody. */
final class EndpointStore {

    private static final String LOCK_CREATION =
            "SELECT pg_advisory_xact_lock(hashtextextended('webhooks of ' || :organization, 0)) IS NOT NULL AS held";
    private static final String FIND = """
            SELECT id, organization_id, url, description, events, state, disabled_cause, failing_since, created_at, created_by, updated_at
              FROM webhook_endpoint
             WHERE organization_id = :organization AND id = :id AND state <> 'removed'
            """;
    private static final String LOCK = """
            SELECT id, organization_id, url, description, events, state, disabled_cause, failing_since, created_at, created_by, updated_at
              FROM webhook_endpoint
             WHERE organization_id = :organization AND id = :id AND state <> 'removed'
               FOR NO KEY UPDATE
            """;
    private static final String FIND_ORGANIZATION =
            "SELECT organization_id FROM webhook_endpoint WHERE id = :id AND state <> 'removed'";
    private static final String LIST_OF_ORGANIZATION = """
            SELECT id, organization_id, url, description, events, state, disabled_cause, failing_since, created_at, created_by, updated_at
              FROM webhook_endpoint
             WHERE organization_id = :organization AND state <> 'removed' AND (created_at, id) < (:after_at, :after_id)
             ORDER BY created_at DESC, id DESC
             LIMIT :rows
            """;
    private static final String LIST_OF_ALL = """
            SELECT id, organization_id, url, description, events, state, disabled_cause, failing_since, created_at, created_by, updated_at
              FROM webhook_endpoint
             WHERE state <> 'removed' AND (created_at, id) < (:after_at, :after_id)
             ORDER BY created_at DESC, id DESC
             LIMIT :rows
            """;
    private static final String COUNT = """
            SELECT count(*) FROM webhook_endpoint WHERE organization_id = :organization AND state <> 'removed'
            """;
    private static final String INSERT = """
            INSERT INTO webhook_endpoint (id, organization_id, url, description, events, state, disabled_cause, created_at, created_by,
                                          updated_at)
            VALUES (:id, :organization, :url, :description, :events, :state, :cause, :at, :by, :at)
            """;
    private static final String UPDATE = """
            UPDATE webhook_endpoint
               SET url = :url, description = :description, events = :events, state = :state, disabled_cause = :cause,
                   failing_since = :failing_since, version = version + 1, updated_at = :at
             WHERE id = :id
            """;
    private static final String REMOVE = """
            UPDATE webhook_endpoint
               SET state = 'removed', disabled_cause = NULL, failing_since = NULL, url = '-', description = '', version = version + 1,
                   updated_at = :at
             WHERE id = :id
            """;
    private static final String FORGET_INTEREST = "DELETE FROM webhook_interest WHERE endpoint_id = :id";
    private static final String INSERT_INTEREST = """
            INSERT INTO webhook_interest (organization_id, event_type, endpoint_id)
            SELECT :organization, wanted.type, :id FROM unnest(:events) AS wanted (type)
            """;
    private static final String NOTE_FAILURE = """
            UPDATE webhook_endpoint SET failing_since = COALESCE(failing_since, CAST(:at AS timestamptz))
             WHERE id = :id AND state = 'enabled'
            RETURNING failing_since
            """;
    private static final String NOTE_SUCCESS = """
            UPDATE webhook_endpoint SET failing_since = NULL WHERE id = :id AND failing_since IS NOT NULL
            """;

    Optional<WebhookEndpoint> find(Tx tx, OrganizationId organization, String id) {
        return one(tx, FIND, organization, id);
    }

    Optional<WebhookEndpoint> lock(Tx tx, OrganizationId organization, String id) {
        return one(tx, LOCK, organization, id);
    }

    private static Optional<WebhookEndpoint> one(Tx tx, String sql, OrganizationId organization, String id) {
        return tx.handle()
                .createQuery(sql)
                .bind("organization", organization.value())
                .bind("id", id)
                .map((row, _) -> read(row))
                .findOne();
    }

    /** Across tenants. */
    Optional<OrganizationId> findOrganization(Tx tx, String id) {
        return tx.handle()
                .createQuery(FIND_ORGANIZATION)
                .bind("id", id)
                .mapTo(String.class)
                .findOne()
                .map(OrganizationId::new);
    }

    List<WebhookEndpoint> list(Tx tx, Optional<OrganizationId> organization, Optional<Position> after, int rows) {
        Query query = organization
                .map(home -> tx.handle().createQuery(LIST_OF_ORGANIZATION).bind("organization", home.value()))
                .orElseGet(() -> tx.handle().createQuery(LIST_OF_ALL));
        return Position.bind(query, after)
                .bind("rows", rows)
                .map((row, _) -> read(row))
                .list();
    }

    /** One creates at a time, so that what is counted afterwards stays so. */
    void lockCreation(Tx tx, OrganizationId organization) {
        tx.handle()
                .createQuery(LOCK_CREATION)
                .bind("organization", organization.value())
                .mapToMap()
                .one();
    }

    int count(Tx tx, OrganizationId organization) {
        return tx.handle()
                .createQuery(COUNT)
                .bind("organization", organization.value())
                .mapTo(Integer.class)
                .one();
    }

    void insert(Tx tx, WebhookEndpoint endpoint) {
        tx.handle()
                .createUpdate(INSERT)
                .bind("id", endpoint.id())
                .bind("organization", endpoint.organization().value())
                .bind("url", endpoint.url())
                .bind("description", endpoint.description())
                .bindArray("events", String.class, endpoint.events())
                .bind("state", state(endpoint))
                .bind("cause", endpoint.disabledCause())
                .bind("at", DatabaseTimes.of(endpoint.createdAt()))
                .bind("by", endpoint.createdBy())
                .execute();
        setInterest(tx, endpoint);
    }

    void update(Tx tx, WebhookEndpoint endpoint) {
        tx.handle()
                .createUpdate(UPDATE)
                .bind("id", endpoint.id())
                .bind("url", endpoint.url())
                .bind("description", endpoint.description())
                .bindArray("events", String.class, endpoint.events())
                .bind("state", state(endpoint))
                .bind("cause", endpoint.disabledCause())
                .bind("failing_since", endpoint.failingSince().map(DatabaseTimes::of))
                .bind("at", DatabaseTimes.of(endpoint.updatedAt()))
                .execute();
        setInterest(tx, endpoint);
    }

    private static String state(WebhookEndpoint endpoint) {
        return endpoint.enabled() ? "enabled" : "disabled";
    }

    private static void setInterest(Tx tx, WebhookEndpoint endpoint) {
        forgetInterest(tx, endpoint.id());
        if (endpoint.enabled()) {
            tx.handle()
                    .createUpdate(INSERT_INTEREST)
                    .bind("organization", endpoint.organization().value())
                    .bind("id", endpoint.id())
                    .bindArray("events", String.class, endpoint.events())
                    .execute();
        }
    }

    private static void forgetInterest(Tx tx, String id) {
        tx.handle().createUpdate(FORGET_INTEREST).bind("id", id).execute();
    }

    void remove(Tx tx, String id, Instant at) {
        forgetInterest(tx, id);
        tx.handle()
                .createUpdate(REMOVE)
                .bind("id", id)
                .bind("at", DatabaseTimes.of(at))
                .execute();
    }

    /** Since when nothing but failure comes of it; empty when it is enabled no more. */
    Optional<Instant> noteFailure(Tx tx, String id, Instant at) {
        return tx.handle()
                .createQuery(NOTE_FAILURE)
                .bind("id", id)
                .bind("at", DatabaseTimes.of(at))
                .mapTo(OffsetDateTime.class)
                .findOne()
                .map(OffsetDateTime::toInstant);
    }

    void noteSuccess(Tx tx, String id) {
        tx.handle().createUpdate(NOTE_SUCCESS).bind("id", id).execute();
    }

    private static WebhookEndpoint read(ResultSet row) throws SQLException {
        return new WebhookEndpoint(
                row.getString("id"),
                new OrganizationId(row.getString("organization_id")),
                row.getString("url"),
                row.getString("description"),
                List.of((String[]) row.getArray("events").getArray()),
                row.getString("state").equals("enabled"),
                Optional.ofNullable(row.getString("disabled_cause")),
                Optional.ofNullable(row.getObject("failing_since", OffsetDateTime.class))
                        .map(OffsetDateTime::toInstant),
                row.getObject("created_at", OffsetDateTime.class).toInstant(),
                row.getString("created_by"),
                row.getObject("updated_at", OffsetDateTime.class).toInstant());
    }
}
