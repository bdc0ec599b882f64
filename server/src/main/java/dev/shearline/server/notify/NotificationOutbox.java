package dev.shearline.server.notify;

import dev.shearline.server.audit.AuditEvent;
import dev.shearline.server.audit.AuditLog;
import dev.shearline.server.audit.CanonicalJson;
import dev.shearline.server.changes.Outbox;
import dev.shearline.server.db.DatabaseTimes;
import dev.shearline.server.db.Tx;
import dev.shearline.server.evidence.CheckpointOutbox;
import dev.shearline.server.identity.Caller;
import dev.shearline.server.identity.Ids;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jdbi.v3.core.Handle;

/**
 * Writes what others are to be told of beside the change that makes it so. One statement, that finds out by itself whether anybody listens:
 * most changes of most instances leave nothing here.
 */
public final class NotificationOutbox implements Outbox, CheckpointOutbox {

    static final String ID_PREFIX = "msg_";

    private static final String AUDIT_ID_PREFIX = "evt_";

    /** What of an event's details goes on: ids, times and causes, never what somebody has written. */
    private static final Set<String> TOLD = Set.of(
            "cause",
            "ends_at",
            "rotated_from",
            "rotated_to",
            "expires_at",
            "user",
            "roles",
            "previous_roles",
            "name",
            "disabled_after_days",
            "disabled_not_before");

    private static final String INSERT = """
            INSERT INTO notification (id, organization_id, type, at, target, actor_kind, actor, details)
            SELECT :id, :organization, :type, CAST(:at AS timestamptz), :target, :actor_kind, :actor, :details
             WHERE EXISTS (SELECT 1 FROM webhook_interest
                            WHERE organization_id IN (:organization, 'org_instance') AND event_type IN (:type, '*'))
            """;
    /** Or somebody is told by mail, of those types that people are. */
    private static final String INSERT_IF_MAILED = """
            INSERT INTO notification (id, organization_id, type, at, target, actor_kind, actor, details)
            SELECT :id, :organization, :type, CAST(:at AS timestamptz), :target, :actor_kind, :actor, :details
             WHERE EXISTS (SELECT 1 FROM webhook_interest
                            WHERE organization_id IN (:organization, 'org_instance') AND event_type IN (:type, '*'))
                OR EXISTS (SELECT 1 FROM key_mail_recipients(:target) AS told)
            """;

    private static final String LISTENERS = """
            SELECT DISTINCT organization_id FROM webhook_interest
             WHERE organization_id = ANY (:organizations) AND event_type IN ('audit.checkpoint_sealed', '*')
            """;
    private static final String INSERT_CHECKPOINTS = """
            INSERT INTO notification (id, organization_id, type, at, target, actor_kind, actor, details)
            SELECT news.id, news.organization, 'audit.checkpoint_sealed', CAST(:at AS timestamptz), :target, 'job', 'job_sealing',
                   news.details
              FROM unnest(:ids, :organizations, :details) AS news (id, organization, details)
            """;

    private final Ids ids;
    private final boolean mails;

    /** @param mails whether this instance sends mail */
    public NotificationOutbox(Ids ids, boolean mails) {
        this.ids = ids;
        this.mails = mails;
    }

    @Override
    public void write(Tx tx, Caller caller, AuditEvent event, AuditLog.Place place) {
        var type = EventType.find(event.action());
        if (type.isEmpty()) {
            return;
        }
        tx.writeLater(
                mails && type.get().isMailed() ? INSERT_IF_MAILED : INSERT,
                Map.of(
                        "id", messageId(place.id()),
                        "organization", event.organization().value(),
                        "type", event.action(),
                        "at", DatabaseTimes.of(place.at()),
                        "target", event.target(),
                        "actor_kind", caller.actor().kind(),
                        "actor", caller.actor().id(),
                        "details", details(event)));
    }

    /** The event's own, so that a fact has one name in the audit log and for whoever is told of it. */
    static String messageId(String auditId) {
        return ID_PREFIX + auditId.substring(AUDIT_ID_PREFIX.length());
    }

    private static String details(AuditEvent event) {
        var told = new TreeMap<>(event.details());
        told.keySet().retainAll(TOLD);
        return new String(CanonicalJson.bytes(told), StandardCharsets.UTF_8);
    }

    @Override
    public List<String> listeners(Handle handle, List<String> organizations) {
        return handle.createQuery(LISTENERS)
                .bindArray("organizations", String.class, organizations)
                .mapTo(String.class)
                .list();
    }

    @Override
    public void write(Handle handle, long number, Instant at, List<Sealed> sealed) {
        handle.createUpdate(INSERT_CHECKPOINTS)
                .bind("at", DatabaseTimes.of(at))
                .bind("target", Long.toString(number))
                .bindArray(
                        "ids",
                        String.class,
                        sealed.stream().map(_ -> ids.text(ID_PREFIX)).toList())
                .bindArray(
                        "organizations",
                        String.class,
                        sealed.stream().map(Sealed::organization).toList())
                .bindArray(
                        "details",
                        String.class,
                        sealed.stream().map(Sealed::content).toList())
                .execute();
    }
}
