package dev.shearline.server;

import dev.shearline.server.audit.AuditLog;
import dev.shearline.server.changes.Changes;
import dev.shearline.server.config.ConfigurationException;
import dev.shearline.server.config.HostPort;
import dev.shearline.server.config.Settings;
import dev.shearline.server.db.Database;
import dev.shearline.server.db.NodeDatabase;
import dev.shearline.server.db.RuntimeRole;
import dev.shearline.server.db.UnfitRoleException;
import dev.shearline.server.feed.Clocks;
import dev.shearline.server.feed.Feed;
import dev.shearline.server.feed.FeedNode;
import dev.shearline.server.feed.FeedSettings;
import dev.shearline.server.feed.PrimaryClock;
import dev.shearline.server.http.ApiServer;
import dev.shearline.server.http.Authenticators;
import dev.shearline.server.http.Dispatcher;
import dev.shearline.server.http.Gate;
import dev.shearline.server.http.Json;
import dev.shearline.server.http.Problems;
import dev.shearline.server.http.Route;
import dev.shearline.server.http.Routes;
import dev.shearline.server.http.TrustedProxies;
import dev.shearline.server.identity.Ids;
import dev.shearline.server.identity.ScopeSet;
import dev.shearline.server.ops.Metrics;
import dev.shearline.server.ops.OpsRoutes;
import dev.shearline.server.secrets.InstanceKeys;
import dev.shearline.server.verify.Directory;
import dev.shearline.server.verify.Verification;
import dev.shearline.token.KeyFormat;
import dev.shearline.token.Secret;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import java.security.SecureRandom;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicBoolean;

/** The composition root: every {@code new}, in order. One node of the service. */
public final class Server implements AutoCloseable {

    public static final String VERSION = "0.1.0";

    private static final long RETRY_AFTER_MS = 1_000;

    private final Vertx vertx;
    private final Database database;
    private final NodeDatabase nodeDatabase;
    private final FeedNode feed;
    private final Features features;
    private final Metrics metrics;
    private final ApiServer api;
    private final ApiServer management;
    private final Heartbeat heartbeat;
    private final AtomicBoolean closed = new AtomicBoolean();

    private Server(Settings settings, Clocks clocks, SecureRandom random) {
        // what must be readable before anything listens
        InstanceKeys.read(settings.secretKeysFile());
        requireFitRoles(settings);
        var json = new Json();
        var format = new KeyFormat(settings.keys().brands());
        var primaryClock = new PrimaryClock(clocks.wall());
        database = new Database(settings.database(), settings.databasePool().size());
        nodeDatabase = new NodeDatabase(settings.nodeDatabase());
        var directory = new Directory(primaryClock);
        feed = new FeedNode(nodeDatabase, directory, primaryClock, clocks, feedSettings(settings), random);
        var changes = new Changes(database, new AuditLog(new Ids(random), random, primaryClock), new Feed(), feed);
        metrics = new Metrics();
        NodeMeters.register(metrics.registry(), feed, directory);
        features = new Features(
                settings,
                database,
                nodeDatabase,
                changes,
                feed,
                directory,
                format,
                json,
                primaryClock,
                random,
                metrics.registry());
        vertx = Vertx.vertx(new VertxOptions()
                .setPreferNativeTransport(true)
                // no files are served: nothing is to be unpacked into the temporary directory
                .setFileSystemOptions(new FileSystemOptions()
                        .setClassPathResolvingEnabled(false)
                        .setFileCachingEnabled(false)));
        var problems = new Problems(List.of(DatabaseProblems::find));
        var apiDispatcher = new Dispatcher(
                features.routes(),
                gate(feed),
                features.authenticators(),
                new TrustedProxies(settings.trustedProxies()),
                format,
                problems,
                json,
                metrics.registry(),
                random);
        api = listener(settings.listen(), Runtime.getRuntime().availableProcessors(), apiDispatcher);
        management = listener(settings.managementListen(), 1, managementDispatcher(problems, format, json, random));
        heartbeat = new Heartbeat(features.verification()::beat, Verification.HEARTBEAT);
    }

    /** Returns when it listens. It answers {@code /v1} as soon as it has loaded its directory: see {@link #isReady}. */
    public static Server start(Settings settings) {
        var server = new Server(settings, Clocks.system(), new SecureRandom());
        try {
            server.start();
        } catch (RuntimeException e) {
            server.close();
            throw e;
        }
        return server;
    }

    static void requireFitRoles(Settings settings) {
        try {
            RuntimeRole.APPLICATION.requireNow(settings.database());
            RuntimeRole.NODE.requireNow(settings.nodeDatabase());
        } catch (UnfitRoleException e) {
            throw new ConfigurationException(List.of(e.getMessage()));
        }
    }

    private void start() {
        metrics.start();
        feed.start();
        features.start();
        management.start();
        api.start();
        heartbeat.start();
    }

    private static Gate gate(FeedNode feed) {
        return () -> feed.freshness().isFresh() ? OptionalLong.empty() : OptionalLong.of(RETRY_AFTER_MS);
    }

    private Dispatcher managementDispatcher(Problems problems, KeyFormat format, Json json, SecureRandom random) {
        var routes = new Routes();
        new OpsRoutes(new NodeHealth(nodeDatabase, feed).checks(), metrics.registry()).addTo(routes);
        return new Dispatcher(
                routes,
                Gate.OPEN,
                Authenticators.NOBODY,
                TrustedProxies.NONE,
                format,
                problems,
                json,
                // the management port does not measure itself
                new io.micrometer.core.instrument.composite.CompositeMeterRegistry(),
                random);
    }

    private ApiServer listener(HostPort at, int eventLoops, Dispatcher dispatcher) {
        return new ApiServer(vertx, at.host(), at.port(), eventLoops, dispatcher);
    }

    static FeedSettings feedSettings(Settings settings) {
        return new FeedSettings(
                settings.feed().maxStaleness(),
                settings.feed().pollInterval(),
                settings.feed().wakeUp(),
                settings.dataDirectory().resolve("nodes"),
                VERSION,
                settings.listen().toString());
    }

    /** True while this node may answer. */
    public boolean isReady() {
        return feed.freshness().isFresh();
    }

    public int port() {
        return api.port();
    }

    public int managementPort() {
        return management.port();
    }

    /** What the API port answers; held against the OpenAPI document by a test. */
    public List<Route> routes() {
        return features.routes().list();
    }

    /** An operator key, for the first one of an instance and for tests: whoever runs this process may make it. */
    public Secret issueOperatorKey(String name, ScopeSet scopes) {
        return features.issueOperatorKey(name, scopes);
    }

    /** The path of a page that shows an operator key, once: for whoever sits before the terminal of this process. */
    public String openOneTimeLink() {
        return features.oneTimeLink().open();
    }

    /** Stops accepting, answers what is under way, gives up the lease. */
    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        heartbeat.close();
        api.stop();
        features.close();
        feed.close();
        management.stop();
        var _ = vertx.close().toCompletionStage().toCompletableFuture().join();
        metrics.close();
        nodeDatabase.close();
        database.close();
    }
}
