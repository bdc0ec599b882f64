package dev.shearline.client;

import dev.shearline.token.Secret;
import java.net.URI;
import java.time.Duration;
import java.util.Set;

/**
 * One Shearline, spoken to with one key. Any number of threads may use it; it holds nothing that must be closed.
 *
 * <pre>{@code
 * var shearline = Shearline.connect("https://keys.example.com", System.getenv("SHEARLINE_KEY"));
 * var key = shearline.keys().create(NewKey.team("Deploy bot").in("ext:acme").scopes("deployments:write"));
 * }</pre>
 */
public final class Shearline {

    private static final Set<String> LOOPBACK = Set.of("localhost", "127.0.0.1", "[::1]");
    private static final String VERSION = "0.1";

    private final Http http;
    private final Api api;
    private final RemoteVerifier verifier;
    private final int retries;
    private final Duration verifyTimeout;

    private Shearline(Builder settings) {
        http = new Http(settings.base, settings.key, settings.userAgent, settings.connectTimeout);
        retries = settings.retries;
        api = new Api(http, settings.timeout, retries);
        verifyTimeout = settings.verifyTimeout;
        verifier = new RemoteVerifier(http, verifyTimeout, retries, Clocks.SYSTEM);
    }

    /**
     * @param url of the server, without a path
     * @param key with the scopes that you need: {@code keys:verify} to verify
     */
    public static Shearline connect(String url, String key) {
        return at(url, key).build();
    }

    /** To say more than {@link #connect} takes. */
    public static Builder at(String url, String key) {
        return new Builder(url, Secret.of(key));
    }

    public Keys keys() {
        return new Keys(api);
    }

    public Organizations organizations() {
        return new Organizations(api);
    }

    public Users users() {
        return new Users(api);
    }

    public Teams teams() {
        return new Teams(api);
    }

    public Scopes scopes() {
        return new Scopes(api);
    }

    /**
     * Asks the server. Where nobody can answer, the verdict is {@link Verdict.Unavailable}.
     *
     * @throws ShearlineException where the question itself is at fault, for instance a scope that is none
     */
    public Verdict verify(Question question) {
        var reply = verifier.ask(question, 0);
        return reply instanceof RemoteAnswer answer ? answer.verdict() : ((Reply.NoAnswer) reply).verdict();
    }

    /** Answers from memory. The key needs {@code keys:verify}. */
    public LocalVerifier.Builder localVerifier() {
        return new LocalVerifier.Builder(http, retries, verifyTimeout);
    }

    /** How a server is spoken to. */
    public static final class Builder {

        private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(2);
        private static final Duration TIMEOUT = Duration.ofSeconds(30);
        private static final Duration VERIFY_TIMEOUT = Duration.ofSeconds(2);
        private static final int RETRIES = 2;

        private final String base;
        private final Secret key;
        private String userAgent = "shearline-java/" + VERSION;
        private Duration connectTimeout = CONNECT_TIMEOUT;
        private Duration timeout = TIMEOUT;
        private Duration verifyTimeout = VERIFY_TIMEOUT;
        private int retries = RETRIES;

        private Builder(String url, Secret key) {
            this.base = checked(url);
            this.key = key;
        }

        /** A key over plain HTTP is everybody's. */
        private static String checked(String url) {
            var uri = URI.create(url.endsWith("/") ? url.substring(0, url.length() - 1) : url);
            var host = String.valueOf(uri.getHost());
            boolean good =
                    "https".equals(uri.getScheme()) || ("http".equals(uri.getScheme()) && LOOPBACK.contains(host));
            if (!good || uri.getRawUserInfo() != null || uri.getRawQuery() != null) {
                throw new IllegalArgumentException(
                        "The URL of a Shearline begins with https://, or with http:// on this machine, and has no query: "
                                + uri.getScheme() + "://" + host);
            }
            return uri.toString();
        }

        /** For a connection; 2 s unless said otherwise. */
        public Builder connectTimeout(Duration wait) {
            connectTimeout = wait;
            return this;
        }

        /** For an answer of the management; 30 s unless said otherwise, for a revocation waits for every node. */
        public Builder timeout(Duration wait) {
            timeout = wait;
            return this;
        }

        /** For a verdict; 2 s unless said otherwise. */
        public Builder verifyTimeout(Duration wait) {
            verifyTimeout = wait;
            return this;
        }

        /** How often a request is repeated that may be; twice unless said otherwise. */
        public Builder retries(int most) {
            retries = most;
            return this;
        }

        /** What of your program stands in the server's logs, for example {@code orders/1.2}. */
        public Builder userAgent(String program) {
            userAgent = program + " shearline-java/" + VERSION;
            return this;
        }

        public Shearline build() {
            return new Shearline(this);
        }
    }
}
