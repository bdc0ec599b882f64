package dev.shearline.client.testing;

import com.sun.net.httpserver.HttpServer;
import dev.shearline.client.Shearline;
import dev.shearline.token.KeyFormat;
import dev.shearline.token.KeyKind;
import dev.shearline.token.KeyMode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * A Shearline for tests, in this process: it answers over real HTTP on a free port of the loopback interface. It issues and revokes keys
 * at once, tells verifiers of it, and misbehaves when it is told to.
 *
 * <pre>{@code
 * try (var shearline = FakeShearline.start()) {
 *     var key = shearline.issue("orders:read");
 *     var program = new Program(shearline.url(), shearline.key());
 *     …
 *     shearline.revoke(key);
 * }
 * }</pre>
 *
 * <p>It checks less than the server does: everybody with {@link #key()} may do everything.
 */
public final class FakeShearline implements AutoCloseable {

    private static final long BEAT_MILLIS = 50;

    private final SecureRandom random = new SecureRandom();
    private final KeyFormat format = new KeyFormat(List.of("shl"));
    private final Map<String, FakeKey> bySecret = new ConcurrentHashMap<>();
    private final FakeFeed feed = new FakeFeed();
    private final FakeRoutes routes;
    private final String credential;
    private final HttpServer server;
    private final ExecutorService threads;
    private final ScheduledExecutorService beats;

    @SuppressWarnings("FutureReturnValueIgnored") // it throws nothing
    private FakeShearline() {
        credential = mint(false, KeyKind.OPERATOR).secret();
        routes = new FakeRoutes(this, feed, credential);
        threads = Executors.newCachedThreadPool(FakeShearline::daemon);
        beats = Executors.newSingleThreadScheduledExecutor(FakeShearline::daemon);
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.setExecutor(threads);
        server.createContext("/", routes::handle);
        server.start();
        beats.scheduleAtFixedRate(feed::beat, BEAT_MILLIS, BEAT_MILLIS, TimeUnit.MILLISECONDS);
    }

    private static Thread daemon(Runnable work) {
        var thread = new Thread(work, "fake-shearline");
        thread.setDaemon(true);
        return thread;
    }

    public static FakeShearline start() {
        return new FakeShearline();
    }

    public String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    /** A credential that may do everything. */
    public String key() {
        return credential;
    }

    /** The SDK, connected to this. */
    public Shearline connect() {
        return Shearline.connect(url(), credential);
    }

    // keys ------------------------------------------------------------------------------------------------------------

    /** A key that nobody knows yet: say what is to be different, and {@link #issue(FakeKey)} it. */
    public FakeKey newKey() {
        return mint(false, KeyKind.SECRET);
    }

    /** The same, for tests. */
    public FakeKey newTestKey() {
        return mint(true, KeyKind.SECRET);
    }

    private FakeKey mint(boolean test, KeyKind kind) {
        var minted = format.mint(test ? KeyMode.TEST : KeyMode.LIVE, kind, random);
        return FakeKey.of(minted.id().toString(), minted.secret().reveal(), test);
    }

    /** A key with these scopes. */
    public FakeKey issue(String... scopes) {
        return issue(newKey().scopes(scopes));
    }

    /** From now on the key is as it is given, and everybody who follows the changes hears of it. */
    public FakeKey issue(FakeKey key) {
        bySecret.put(key.secret(), key);
        feed.change(List.of(key.id()));
        return key;
    }

    public FakeKey revoke(FakeKey key) {
        return issue(known(key).answered("revoked"));
    }

    public FakeKey disable(FakeKey key) {
        return issue(known(key).answered("disabled"));
    }

    public FakeKey enable(FakeKey key) {
        return issue(known(key).answered("allowed"));
    }

    private FakeKey known(FakeKey key) {
        return find(key.id()).orElse(key);
    }

    /** As it is now. */
    public Optional<FakeKey> find(String id) {
        return bySecret.values().stream().filter(key -> key.id().equals(id)).findFirst();
    }

    Optional<FakeKey> findBySecret(String secret) {
        return Optional.ofNullable(bySecret.get(secret));
    }

    List<FakeKey> all() {
        return List.copyOf(bySecret.values());
    }

    // looking ---------------------------------------------------------------------------------------------------------

    /** Questions about keys that have come so far. */
    public int questions() {
        return routes.questions();
    }

    /** Who follows the changes now. */
    public int streams() {
        return feed.streams();
    }

    /** What was reported of a key with this outcome: how often. */
    public long reported(FakeKey key, String outcome) {
        return routes.reported(key.id(), outcome);
    }

    // misbehaving -----------------------------------------------------------------------------------------------------

    /** Questions, and whatever else is asked, are never answered, and the streams say nothing. {@link #behave()} ends it. */
    public void goSilent() {
        feed.silence(true);
        routes.neverAnswer();
    }

    /** The streams say nothing; everything else is answered. */
    public void silenceStreams() {
        feed.silence(true);
    }

    /** Everything that is asked gets this. */
    public void answer(int status, String body) {
        routes.answer(status, body);
    }

    /** As it should be again. Who follows the changes is told to forget everything. */
    public void behave() {
        routes.behave();
        feed.silence(false);
    }

    /** The next change is lost on its way to everybody. */
    public void loseNextChange() {
        feed.loseNext();
    }

    /** Everybody is told to forget everything. */
    public void reset() {
        feed.reset();
    }

    /** All streams end; who follows comes back. */
    public void endStreams() {
        feed.endAll();
    }

    /** This text goes to all streams as it is. */
    public void say(String text) {
        feed.raw(text);
    }

    @Override
    public void close() {
        routes.behave();
        beats.shutdownNow();
        feed.endAll();
        server.stop(0);
        threads.shutdownNow();
    }
}
