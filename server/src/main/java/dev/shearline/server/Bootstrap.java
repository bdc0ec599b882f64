package dev.shearline.server;

import dev.shearline.server.audit.AuditLog;
import dev.shearline.server.changes.Callers;
import dev.shearline.server.changes.Changed;
import dev.shearline.server.changes.Changes;
import dev.shearline.server.changes.Outbox;
import dev.shearline.server.config.ConfigurationException;
import dev.shearline.server.config.Settings;
import dev.shearline.server.db.Database;
import dev.shearline.server.db.DatabaseHealth;
import dev.shearline.server.db.DatabaseUnavailableException;
import dev.shearline.server.db.NodeDatabase;
import dev.shearline.server.feed.Clocks;
import dev.shearline.server.feed.Feed;
import dev.shearline.server.feed.FeedNode;
import dev.shearline.server.feed.PrimaryClock;
import dev.shearline.server.http.Json;
import dev.shearline.server.idempotency.Attempt;
import dev.shearline.server.identity.Caller;
import dev.shearline.server.identity.Ids;
import dev.shearline.server.identity.KeyType;
import dev.shearline.server.keys.ApiKey;
import dev.shearline.server.keys.ApiKeys;
import dev.shearline.server.keys.IssuedKey;
import dev.shearline.server.keys.NewApiKey;
import dev.shearline.server.orgs.Provisioning;
import dev.shearline.server.orgs.References;
import dev.shearline.server.plans.Catalog;
import dev.shearline.server.plans.Entitlements;
import dev.shearline.server.secrets.InstanceKeys;
import dev.shearline.server.verify.Directory;
import dev.shearline.token.KeyFormat;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/**
 * Makes operator keys from beside the service: the first one of an instance, and another when all of them are lost. Whoever has a node's
 * configuration may. A third composition root: what a node has for making a key, and nothing that answers or follows.
 */
public final class Bootstrap implements AutoCloseable {

    private static final Caller BOOTSTRAP = Caller.job("bootstrap");
    private static final int SHOWN_MAX = 20;
    private static final int TRIES_MAX = 3;

    /** Of two that are started at once, for instance by the same script on two machines, the second finds the first one's key. */
    private static final String LOCK = "SELECT pg_advisory_lock(hashtext('shearline bootstrap')) IS NOT NULL";

    private static final String PRIMARY_NOW = "SELECT clock_timestamp()";

    private final Database database;
    private final NodeDatabase nodeDatabase;
    private final FeedNode feed;
    private final ApiKeys keys;

    /** What came of it. */
    public sealed interface Outcome {

        /** The only answer with the secret. */
        record Made(Changed<IssuedKey> key) implements Outcome {}

        /** @param keys those that work, or may work again, at most {@value #SHOWN_MAX} */
        record OperatorKeysExist(List<ApiKey> keys) implements Outcome {
            public OperatorKeysExist {
                keys = List.copyOf(keys);
            }
        }
    }

    private Bootstrap(Settings settings, Database database, NodeDatabase nodeDatabase, InstantSource clock) {
        this.database = database;
        this.nodeDatabase = nodeDatabase;
        var random = new SecureRandom();
        var clocks = Clocks.system();
        var primaryClock = new PrimaryClock(clocks.wall());
        feed = new FeedNode(
                nodeDatabase,
                new Directory(primaryClock, settings.directory().maxKeys()),
                primaryClock,
                clocks,
                Server.feedSettings(settings, settings.listen()::toString),
                random);
        var ids = new Ids(random);
        var changes = new Changes(
                database, new AuditLog(ids, random, clock), new Feed(), feed, Outbox.NONE, Callers.AS_THEY_CAME);
        var references = new References(database);
        keys = new ApiKeys(
                database,
                changes,
                feed,
                references,
                new Provisioning(changes, references, ids, clock, settings.defaultPlan()),
                new Catalog(database, changes, clock),
                new Entitlements(new Json()),
                new KeyFormat(settings.keys().brands()),
                settings.keys().operatorMaxLifetime(),
                random,
                clock);
        feed.startNumbering();
    }

    /**
     * Refuses what a server refuses: a missing file of instance keys, roles with too much power, a schema of another release.
     *
     * @throws ConfigurationException with the sentence that says what to do
     */
    public static Bootstrap open(Settings settings) {
        InstanceKeys.read(settings.secretKeysFile());
        Server.requireFitRoles(settings);
        var nodeDatabase = new NodeDatabase(settings.nodeDatabase());
        try {
            schema(nodeDatabase).findFault().ifPresent(fault -> {
                throw new ConfigurationException(List.of("The database: " + fault + "."));
            });
            return new Bootstrap(
                    settings, new Database(settings.database(), 1), nodeDatabase, primaryClock(nodeDatabase));
        } catch (RuntimeException e) {
            nodeDatabase.close();
            throw e;
        }
    }

    /** A person waits for this, or a script that does not repeat it: longer than a request does. */
    private static DatabaseHealth.SchemaVersions schema(NodeDatabase database) {
        for (int attempt = 1; ; attempt++) {
            try {
                return DatabaseHealth.schema(database);
            } catch (DatabaseUnavailableException e) {
                if (attempt == TRIES_MAX) {
                    throw e;
                }
            }
        }
    }

    /** The primary decides what time it is, also where this machine's clock is wrong. */
    private static InstantSource primaryClock(NodeDatabase database) {
        var wall = Clocks.system().wall();
        var ahead = database.call(handle -> Duration.between(
                wall.instant(),
                handle.createQuery(PRIMARY_NOW)
                        .mapTo(OffsetDateTime.class)
                        .one()
                        .toInstant()));
        return () -> wall.instant().plus(ahead);
    }

    /**
     * The key to make.
     *
     * @param expiresIn {@code 90d} and the like, or {@code none}; neither of the two: as the API does
     */
    public record Wanted(String name, List<String> scopes, Optional<String> expiresIn, Optional<Instant> expiresAt) {
        public Wanted {
            scopes = List.copyOf(scopes);
        }

        private NewApiKey key() {
            var usual = NewApiKey.of(KeyType.OPERATOR, name, scopes);
            return new NewApiKey(
                    usual.type(),
                    usual.name(),
                    usual.description(),
                    usual.organization(),
                    usual.department(),
                    usual.team(),
                    usual.user(),
                    usual.scopes(),
                    usual.mode(),
                    usual.visibility(),
                    expiresIn,
                    expiresAt,
                    usual.notBefore(),
                    usual.cidrs(),
                    usual.resources(),
                    usual.rateLimits(),
                    usual.quota(),
                    usual.metadata(),
                    usual.verifiedMetadata(),
                    usual.billedTo());
        }
    }

    /**
     * Makes an operator key, with its audit event and its entry in the feed.
     *
     * @param again whether to make one although there are others
     */
    public Outcome makeOperatorKey(Wanted wanted, boolean again) {
        try (var _ = lock()) {
            var existing = OperatorKeys.listLiving(keys, BOOTSTRAP, SHOWN_MAX);
            return existing.isEmpty() || again
                    ? new Outcome.Made(keys.create(BOOTSTRAP, wanted.key(), Attempt.UNKEYED))
                    : new Outcome.OperatorKeysExist(existing);
        }
    }

    private Handle lock() {
        var handle = nodeDatabase.open();
        handle.createQuery(LOCK).mapTo(Boolean.class).one();
        return handle;
    }

    @Override
    public void close() {
        feed.close();
        nodeDatabase.close();
        database.close();
    }
}
