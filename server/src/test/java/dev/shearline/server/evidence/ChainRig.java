package dev.shearline.server.evidence;

import dev.shearline.server.audit.AuditEvent;
import dev.shearline.server.audit.AuditLog;
import dev.shearline.server.db.Database;
import dev.shearline.server.db.NodeDatabase;
import dev.shearline.server.db.TenantContext;
import dev.shearline.server.db.TxWork;
import dev.shearline.server.identity.Actor;
import dev.shearline.server.identity.Caller;
import dev.shearline.server.identity.Ids;
import dev.shearline.server.identity.OrganizationId;
import dev.shearline.server.identity.Origin;
import dev.shearline.server.orgs.References;
import dev.shearline.server.testing.TestSchema;
import java.security.SecureRandom;
import java.sql.SQLException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** Events and their chains, without a server around them. */
final class ChainRig implements AutoCloseable {

    static final Caller CALLER = new Caller(
            new Actor.Job("test"),
            new Origin(Optional.of("req_1"), Optional.of("203.0.113.7"), Optional.of("agent/1")));

    private final TestSchema schema = TestSchema.create();
    private final SecureRandom random = new SecureRandom();
    private final Database database = new Database(schema.app(), 8);
    private final List<NodeDatabase> nodes = new ArrayList<>();
    private final CheckpointKey key = CheckpointKey.ofSeed(new byte[32]);
    private final Map<Long, String> logged = new ConcurrentHashMap<>();
    private final AuditLog audit = new AuditLog(new Ids(random), random, Clock.systemUTC());

    TestSchema schema() {
        return schema;
    }

    /** A node's sealer; it does nothing by itself until it is started. */
    Sealer node() {
        var node = new NodeDatabase(schema.node());
        nodes.add(node);
        return new Sealer(node, key, random, Clock.systemUTC(), CheckpointOutbox.NONE, this::note);
    }

    private void note(Checkpoint checkpoint) {
        logged.put(checkpoint.number(), checkpoint.logged(checkpoint.lines()));
    }

    OrganizationId organization(String name) {
        var id = new OrganizationId("org_" + name);
        schema.execute(
                "INSERT INTO organization (id, name, plan_id, admin_audience_id) VALUES (?, ?, 'custom', ?)",
                id.value(),
                name,
                "aud_" + name);
        return id;
    }

    /** Commits one event. */
    void event(OrganizationId organization, String action) {
        event(organization, action, _ -> true);
    }

    /** The same, with something between the event and its commit. */
    void event(OrganizationId organization, String action, TxWork<Boolean> before) {
        database.inTransaction(TenantContext.whole(CALLER.actor(), organization), tx -> {
            audit.append(tx, CALLER, AuditEvent.of(organization, action, "thing_1"));
            // an event goes with the COMMIT, unless a statement comes before that
            tx.handle();
            return before.in(tx);
        });
    }

    /** As the application in one organization: an event waits for a seal, since long ago. */
    void waitAgain(OrganizationId organization, String event) {
        database.inTransaction(
                TenantContext.whole(CALLER.actor(), organization),
                tx -> tx.handle()
                        .createUpdate(
                                "INSERT INTO audit_unsealed (event_id, organization_id, at) VALUES (:event, :organization, 'epoch')")
                        .bind("event", event)
                        .bind("organization", organization.value())
                        .execute());
    }

    /** As a node: takes away all that waits, and says how much that was. */
    int forget() {
        try (var node = new NodeDatabase(schema.node())) {
            return node.call(
                    handle -> handle.createUpdate("DELETE FROM audit_unsealed").execute());
        }
    }

    /** The export of a chain from an event on, as a client gets it. */
    String export(OrganizationId organization, long from) {
        return export(organization, Optional.of(from), Optional.empty());
    }

    String export(OrganizationId organization, long from, long to) {
        return export(organization, Optional.of(from), Optional.of(to));
    }

    private String export(OrganizationId organization, Optional<Long> from, Optional<Long> to) {
        var text = new StringBuilder();
        new AuditTrail(database, new References(database), Clock.systemUTC())
                .export(CALLER, organization, from, to)
                .writeTo(text::append);
        return text.toString();
    }

    /** What the log of a node has of a checkpoint. */
    String logged(long number) {
        return Objects.requireNonNull(logged.get(number));
    }

    /** A row of a chain, and the hash that it should have. */
    record Link(long seq, String action, Octets bytes, Octets hash) {}

    List<Link> chain(OrganizationId organization) {
        var links = new ArrayList<Link>();
        try (var connection = schema.connect();
                var statement = connection.prepareStatement(
                        "SELECT s.seq, e.action, e.bytes, s.hash FROM audit_seal s JOIN audit_event e ON e.id = s.event_id"
                                + " WHERE s.organization_id = ? AND e.organization_id = s.organization_id ORDER BY s.seq")) {
            statement.setString(1, organization.value());
            try (var rows = statement.executeQuery()) {
                while (rows.next()) {
                    links.add(new Link(
                            rows.getLong(1),
                            rows.getString(2),
                            Octets.of(rows.getBytes(3)),
                            Octets.of(rows.getBytes(4))));
                }
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
        return links;
    }

    /** Whether every number is there once, from 1, and every hash follows from the one before. */
    static boolean holds(List<? extends Link> chain) {
        var previous = Checkpoint.NONE_BEFORE;
        long seq = 0;
        for (var link : chain) {
            seq++;
            var expected =
                    Octets.of(Sha256.link(previous.toBytes(), seq, link.bytes().toBytes()));
            if (link.seq() != seq || !link.hash().equals(expected)) {
                return false;
            }
            previous = expected;
        }
        return true;
    }

    @Override
    public void close() {
        nodes.forEach(NodeDatabase::close);
        database.close();
    }
}
