package dev.shearline.server;

import dev.shearline.server.audit.AuditLog;
import dev.shearline.server.changes.Changes;
import dev.shearline.server.config.ConfigurationException;
import dev.shearline.server.config.HostPort;
import dev.shearline.server.config.Setting;
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
import dev.shearline.server.http.Downloads;
import dev.shearline.server.http.Entrance;
import dev.shearline.server.http.Gate;
import dev.shearline.server.http.HostNames;
import dev.shearline.server.http.Json;
import dev.shearline.server.http.Problems;
import dev.shearline.server.http.RequestLog;
import dev.shearline.server.http.Route;
import dev.shearline.server.http.Routes;
import dev.shearline.server.http.TlsFiles;
import dev.shearline.server.http.Transport;
import dev.shearline.server.http.TrustedProxies;
import dev.shearline.server.http.UnfitCertificateException;
import dev.shearline.server.identity.Ids;
import dev.shearline.server.identity.ScopeSet;
import dev.shearline.server.keys.CallerRows;
import dev.shearline.server.notify.NotificationOutbox;
import dev.shearline.server.ops.Metrics;
import dev.shearline.server.ops.OpsRoutes;
import dev.shearline.server.plans.DefaultPlan;
import dev.shearline.server.secrets.InstanceKeys;
import dev.shearline.server.verify.Directory;
import dev.shearline.server.verify.Verification;
import dev.shearline.token.KeyFormat;
import dev.shearline.token.Secret;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import java.io.UncheckedIOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The composition root: every {@code new}, in order. One node of the service. */
public final class Server implements AutoCloseable {

    public static final String VERSION = "0.1.0";

    private static final Logger log = LoggerFactory.getLogger(Server.class);
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
    private final Duration stopDelay;
    private final AtomicBoolean closed = new AtomicBoolean();
    private volatile boolean answering;

    private Server(Settings settings, Clocks clocks, SecureRandom random) {
        // what must be readable before anything listens
        var instanceKeys = InstanceKeys.read(settings.secretKeysFile());
        requireFitRoles(settings);
        requireDefaultPlan(settings);
        var json = new Json();
        var format = new KeyFormat(settings.keys().brands());
        var primaryClock = new PrimaryClock(clocks.wall());
        database = new Database(settings.database(), settings.databasePool().size());
        nodeDatabase = new NodeDatabase(settings.nodeDatabase());
        var directory = new Directory(primaryClock, settings.directory().maxKeys());
        feed = new FeedNode(
                nodeDatabase, directory, primaryClock, clocks, feedSettings(settings, this::address), random);
        var outbox = new NotificationOutbox(
                new Ids(random), settings.notifications().mail().isPresent());
        var changes = new Changes(
                database,
                new AuditLog(new Ids(random), random, primaryClock),
                new Feed(),
                feed,
                outbox,
                new CallerRows(primaryClock));
        var problems = new Problems(List.of(DatabaseProblems::find));
        metrics = new Metrics();
        NodeMeters.register(metrics.registry(), feed, directory);
        vertx = vertx();
        features = new Features(
                settings,
                vertx,
                instanceKeys,
                database,
                nodeDatabase,
                changes,
                outbox,
                feed,
                directory,
                format,
                json,
                problems,
                primaryClock,
                random,
                metrics.registry());
        var apiDispatcher = new Dispatcher(
                features.routes(),
                gate(feed),
                features.authenticators(),
                entrance(settings),
                format,
                problems,
                json,
                metrics.registry(),
                new RequestLog(settings.requestLines()),
                random,
                Downloads.ofNode());
        stopDelay = settings.stopDelay();
        api = listener(settings.listen(), Runtime.getRuntime().availableProcessors(), apiDispatcher);
        management = listener(
                settings.managementListen(), 1, managementDispatcher(directory, problems, format, json, random));
        heartbeat = new Heartbeat(features.verification()::beat, Verification.HEARTBEAT);
    }

    private static Vertx vertx() {
        return Vertx.vertx(new VertxOptions()
                .setPreferNativeTransport(true)
                // our code is where its classes are: no thread needs to be told so for each event
                .setDisableTCCL(true)
                // no files are served: nothing is to be unpacked into the temporary directory
                .setFileSystemOptions(new FileSystemOptions()
                        .setClassPathResolvingEnabled(false)
                        .setFileCachingEnabled(false)));
    }

    /** Returns when it listens. It answers {@code /v1} as soon as it has loaded its directory: see {@link #isReady}. */
    public static Server start(Settings settings) {
        var server = new Server(settings, Clocks.system(), new SecureRandom());
        try {
            server.begin(settings);
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

    private static void requireDefaultPlan(Settings settings) {
        DefaultPlan.findFault(settings.database(), settings.defaultPlan()).ifPresent(fault -> {
            throw new ConfigurationException(List.of(fault));
        });
    }

    private void begin(Settings settings) {
        useTls(settings);
        metrics.start();
        listen(management, Setting.MANAGEMENT_LISTEN);
        listen(api, Setting.LISTEN);
        features.start();
        // last: its lease says where this node answers, and until it follows, the gate is closed
        feed.start();
        heartbeat.start();
        answering = true;
    }

    private static void listen(ApiServer server, Setting setting) {
        try {
            server.start();
        } catch (UncheckedIOException e) {
            throw new AddressUnavailableException(setting, e);
        }
    }

    private static Entrance entrance(Settings settings) {
        return new Entrance(
                HostNames.of(settings.listen().host(), settings.publicUrl().getHost(), settings.allowedHosts()),
                new TrustedProxies(settings.trustedProxies()),
                settings.tls().isPresent() ? Transport.TLS : Transport.PLAIN);
    }

    private static Gate gate(FeedNode feed) {
        return () -> feed.freshness().isFresh() ? OptionalLong.empty() : OptionalLong.of(RETRY_AFTER_MS);
    }

    private Dispatcher managementDispatcher(
            Directory directory, Problems problems, KeyFormat format, Json json, SecureRandom random) {
        var routes = new Routes();
        new OpsRoutes(new NodeHealth(nodeDatabase, feed, directory, closed::get).checks(), metrics.registry())
                .addTo(routes);
        return new Dispatcher(
                routes,
                Gate.OPEN,
                Authenticators.NOBODY,
                Entrance.OPEN,
                format,
                problems,
                json,
                // the management port does not measure itself
                new io.micrometer.core.instrument.composite.CompositeMeterRegistry(),
                RequestLog.NONE,
                random,
                Downloads.ofNode());
    }

    private ApiServer listener(HostPort at, int eventLoops, Dispatcher dispatcher) {
        return new ApiServer(vertx, at.host(), at.port(), eventLoops, dispatcher);
    }

    private void useTls(Settings settings) {
        try {
            if (settings.tls().isPresent()) {
                var tls = settings.tls().get();
                api.useTls(new TlsFiles(tls.certificates(), tls.key()));
            }
        } catch (UnfitCertificateException e) {
            throw new ConfigurationException(List.of("TLS cannot be served: " + e.fault() + "."));
        }
    }

    static FeedSettings feedSettings(Settings settings, Supplier<String> address) {
        return new FeedSettings(
                settings.feed().maxStaleness(),
                settings.feed().pollInterval(),
                settings.feed().wakeUp(),
                settings.dataDirectory().resolve("nodes"),
                VERSION,
                address);
    }

    /** Where it answers, once it listens. */
    private String address() {
        return new HostPort(api.host(), api.port()).toString();
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

    /** Whether anybody can manage this instance. */
    public boolean hasOperatorKey() {
        return features.hasOperatorKey();
    }

    /** The path of a page that shows an operator key, once: for whoever sits before the terminal of this process. */
    public String openOneTimeLink() {
        return features.oneTimeLink().open();
    }

    /**
     * Readiness goes off; then, for as long as balancers need to notice, everything goes on; then nothing new is accepted, what is under way
     * is answered and streams end; then the lease is given up. Until then the node follows, so that a revocation that waits for it is told
     * the truth. What fails on the way keeps nothing from being ended, nor does an interrupt.
     */
    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        try (var steps = new Steps()) {
            if (answering) {
                log.info("stopping: not ready any more, answering for another {} ms", stopDelay.toMillis());
                steps.take("go on answering", () -> rest(stopDelay));
            }
            steps.take("answer what is under way", api::stop);
            steps.take("stop the heartbeat", heartbeat::close);
            // whatever still runs after the longest wait is refused
            steps.take("close the gate", feed::leave);
            steps.take("end the features", features::close);
            steps.take("end the feed", feed::stop);
            steps.take("give up the lease", feed::releaseLease);
            steps.take("end the management port", management::stop);
            steps.take(
                    "end the event loops",
                    () -> vertx.close()
                            .toCompletionStage()
                            .toCompletableFuture()
                            .join());
            steps.take("close the metrics", metrics::close);
            steps.take("close the node's session", nodeDatabase::close);
            steps.take("close the database", database::close);
            if (answering) {
                log.info("stopped: all is answered, and the lease is given up");
            }
        }
    }

    private static void rest(Duration pause) {
        try {
            var _ = new CountDownLatch(1).await(pause.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
