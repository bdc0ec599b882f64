package dev.shearline.server.testing;

import dev.shearline.server.db.Committed;
import dev.shearline.server.db.Database;
import dev.shearline.server.db.DatabaseAddress;
import dev.shearline.server.db.NodeDatabase;
import dev.shearline.server.db.TenantContext;
import dev.shearline.server.db.Tx;
import dev.shearline.server.feed.Change;
import dev.shearline.server.feed.ChangeKind;
import dev.shearline.server.feed.Clocks;
import dev.shearline.server.feed.Feed;
import dev.shearline.server.feed.FeedNode;
import dev.shearline.server.feed.FeedSettings;
import dev.shearline.server.feed.PrimaryClock;
import dev.shearline.server.feed.Propagation;
import dev.shearline.server.identity.Actor;
import dev.shearline.server.identity.OrganizationId;
import dev.shearline.server.verify.Directory;
import dev.shearline.server.verify.DirectoryLooks;
import dev.shearline.token.KeyFormat;
import dev.shearline.token.KeyKind;
import dev.shearline.token.KeyMode;
import dev.shearline.token.MintedKey;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/** Nodes that follow one database, without HTTP: the feed and the directory as they are, driven by SQL. */
public final class FeedRig implements AutoCloseable {

    public static final OrganizationId ACME = new OrganizationId("org_acme");

    private static final SecureRandom RANDOM = new SecureRandom();
    private static final KeyFormat FORMAT = new KeyFormat(List.of("shl"));
    private static final Actor TEST = new Actor.Job("test");

    /** One node: its own connections, its own directory. */
    public record Node(FeedNode feed, Directory directory, NodeDatabase database) implements AutoCloseable {

        public boolean isFresh() {
            return feed.freshness().isFresh();
        }

        /** {@code alive}, {@code dead} or {@code unknown}, whether it may answer or not. */
        public String look(MintedKey key) {
            return DirectoryLooks.look(directory, key.digest());
        }

        /** State and version, such as {@code active 3}. */
        public String shows(MintedKey key) {
            return DirectoryLooks.show(directory, key.digest());
        }

        /** What a verification would say that arrives now. */
        public boolean allows(MintedKey key) {
            return isFresh() && look(key).equals("alive");
        }

        @Override
        public void close() {
            feed.close();
            database.close();
        }
    }

    private final TestSchema schema;
    private final Database database;
    private final Feed feed = new Feed();
    private final List<Node> nodes = new ArrayList<>();
    private final TemporaryDirectory directory = TemporaryDirectory.make("shearline-nodes");
    private final UnaryOperator<FeedSettings> settings;

    private FeedRig(TestSchema schema, UnaryOperator<FeedSettings> settings) {
        this.schema = schema;
        this.settings = settings;
        database = new Database(schema.app(), 8);
        schema.execute(
                "INSERT INTO organization (id, name, plan_id, admin_audience_id) VALUES (?, 'Acme', 'custom', 'aud_acme')",
                ACME.value());
        schema.execute(
                "INSERT INTO unit (id, organization_id, kind, name) VALUES (?, ?, 'organization', 'Acme')",
                ACME.value(),
                ACME.value());
    }

    public static FeedRig start(int nodes) {
        return start(nodes, settings -> settings);
    }

    public static FeedRig start(int nodes, UnaryOperator<FeedSettings> settings) {
        return start(TestSchema.create(), nodes, settings);
    }

    public static FeedRig start(TestSchema schema, int nodes, UnaryOperator<FeedSettings> settings) {
        var rig = new FeedRig(schema, settings);
        for (int i = 0; i < nodes; i++) {
            rig.join();
        }
        return rig;
    }

    /** Starts a further node and waits until it may answer. */
    public Node join() {
        return join(schema.node());
    }

    /** The same for a node that reaches the database through a wire. */
    public Node join(Wire wire) {
        var at = schema.node();
        return join(new DatabaseAddress(at.host(), wire.port(), at.database(), at.user(), at.password()));
    }

    private Node join(DatabaseAddress at) {
        var node = joining(at);
        nodes.add(node);
        Eventually.isTrue("the node is fresh", () -> node.feed.freshness().isFresh());
        return node;
    }

    private Node joining(DatabaseAddress at) {
        var clock = new PrimaryClock(Clock.systemUTC());
        var replica = new Directory(clock, Long.MAX_VALUE);
        var nodeDatabase = new NodeDatabase(at);
        var usual = new FeedSettings(
                Duration.ofSeconds(10), Duration.ofMillis(250), true, directory.path(), "test", () -> "127.0.0.1:0");
        var node = new FeedNode(nodeDatabase, replica, clock, Clocks.system(), settings.apply(usual), RANDOM);
        node.start();
        return new Node(node, replica, nodeDatabase);
    }

    public Node node(int index) {
        return nodes.get(index);
    }

    public List<Node> nodes() {
        return nodes;
    }

    public TestSchema schema() {
        return schema;
    }

    public Database database() {
        return database;
    }

    public Path directory() {
        return directory.path();
    }

    public Feed feed() {
        return feed;
    }

    /** A row without an entry: no node knows of it yet. */
    public MintedKey insertKey() {
        var key = FORMAT.mint(KeyMode.LIVE, KeyKind.SECRET, RANDOM);
        schema.execute(
                """
                INSERT INTO api_key (id, organization_id, audience_id, type, visibility, mode, unit_id, digest, prefix, last_four,
                                     name, name_key, scopes, created_at, created_by, updated_at)
                VALUES (?, ?, ?, 'team', 'secret', 'live', ?, ?, ?, ?, 'test', 'test', '{sessions:read}', now(), 'job_test', now())
                """,
                key.id().toString(),
                ACME.value(),
                ACME.value(),
                ACME.value(),
                key.digest().toBytes(),
                key.prefix(),
                key.lastFour());
        return key;
    }

    /** The state and version of the row. */
    public String stored(MintedKey key) {
        return schema.query(
                "SELECT state || ' ' || version FROM api_key WHERE id = ?",
                key.id().toString());
    }

    /** Announces a key that is as it is, through one node, and waits as a create does. */
    public Propagation.Measured changeKey(int node, MintedKey key, ChangeKind kind) {
        var committed = database.inTransaction(TenantContext.whole(TEST, ACME), tx -> {
            feed.append(tx, Change.in(ACME, kind, key.id().toString(), versionOf(tx, key)));
            return true;
        });
        return node(node).feed.propagate(committed, FeedNode.REMOVING_WAIT);
    }

    public Propagation.Measured revoke(int node, MintedKey key) {
        return node(node).feed.propagate(commitRevoke(key), FeedNode.REMOVING_WAIT);
    }

    /** Commits the revocation and tells nobody. */
    public Committed<Boolean> commitRevoke(MintedKey key) {
        return database.inTransaction(TenantContext.whole(TEST, ACME), tx -> {
            revoke(tx, key);
            return true;
        });
    }

    /** A key that every node knows. */
    public MintedKey issueKey() {
        var key = insertKey();
        changeKey(0, key, ChangeKind.KEY_CREATED);
        Eventually.isTrue(
                "every node knows it",
                () -> nodes.stream().allMatch(node -> node.look(key).equals("alive")));
        return key;
    }

    /** Writes something else into the row, with the next version, and its entry. */
    public Committed<Boolean> commitChange(MintedKey key, ChangeKind kind, String state) {
        return database.inTransaction(TenantContext.whole(TEST, ACME), tx -> {
            tx.handle()
                    .createUpdate("UPDATE api_key SET state = :state, version = version + 1 WHERE id = :id")
                    .bind("state", state)
                    .bind("id", key.id().toString())
                    .execute();
            feed.append(tx, Change.in(ACME, kind, key.id().toString(), versionOf(tx, key)));
            return true;
        });
    }

    /** The state and its entry, inside somebody's transaction. */
    public void revoke(Tx tx, MintedKey key) {
        tx.handle().createUpdate("""
                        UPDATE api_key SET state = 'revoked', version = version + 1, revoked_at = now(), revoked_cause = 'manual'
                         WHERE id = :id AND state <> 'revoked'
                        """).bind("id", key.id().toString()).execute();
        feed.append(tx, Change.in(ACME, ChangeKind.KEY_REVOKED, key.id().toString(), versionOf(tx, key)));
    }

    public int versionOf(Tx tx, MintedKey key) {
        return tx.handle()
                .createQuery("SELECT version FROM api_key WHERE id = :id")
                .bind("id", key.id().toString())
                .mapTo(Integer.class)
                .one();
    }

    @Override
    public void close() {
        nodes.forEach(Node::close);
        database.close();
        directory.close();
    }
}
