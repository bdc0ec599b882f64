package dev.shearline.server.config;

import dev.shearline.server.db.DatabaseAddress;
import dev.shearline.server.http.RequestLines;
import dev.shearline.server.net.Cidr;
import dev.shearline.server.net.Loopback;
import dev.shearline.token.Secret;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Everything that can be configured, parsed.
 *
 * @param database of the application role
 * @param nodeDatabase of the node role
 * @param tls empty: plain HTTP
 * @param publicUrl where callers reach the instance; without a path
 * @param allowedHosts further names of the instance, without ports, IPv6 addresses in brackets
 * @param requestLines which requests are logged
 * @param stopDelay how long a stopping node goes on answering once readiness is off
 * @param defaultPlan the plan of an organization that is created without one
 * @param dataDirectory this node's own files
 */
public record Settings(
        HostPort listen,
        HostPort managementListen,
        DatabaseAddress database,
        DatabaseAddress nodeDatabase,
        Path secretKeysFile,
        Optional<Tls> tls,
        URI publicUrl,
        List<Cidr> trustedProxies,
        List<String> allowedHosts,
        RequestLines requestLines,
        Duration stopDelay,
        String defaultPlan,
        Path dataDirectory,
        Feed feed,
        Directory directory,
        DatabasePool databasePool,
        Keys keys,
        Verify verify,
        RateLimits rateLimits,
        Usage usage,
        Notifications notifications) {

    public static final Duration STOP_DELAY_MAX = Duration.ofSeconds(60);

    public Settings {
        trustedProxies = List.copyOf(trustedProxies);
        allowedHosts = List.copyOf(allowedHosts);
    }

    /** The PEM files of the certificate with its chain, and of its private key. */
    public record Tls(Path certificates, Path key) {}

    /**
     * The change feed.
     *
     * @param maxStaleness how long a node may answer without contact
     * @param wakeUp whether nodes are told of changes before their next poll
     */
    public record Feed(Duration maxStaleness, Duration pollInterval, boolean wakeUp) {}

    /** @param maxKeys live keys that a node holds; of more it reads some from the database */
    public record Directory(long maxKeys) {

        public static final long KEYS_MIN = 1_000;
        public static final long KEYS_MAX = 100_000_000;
        /** For records, the new ones beside the old while a node loads, and for all else that a node does. */
        public static final long HEAP_BYTES_A_KEY = 1_024;

        /**
         * By the largest heap: a key takes a quarter of its share, and while all are loaded anew there are two of each. Of what is left, a
         * half is enough for the fingerprints of ten times as many keys.
         */
        static Directory ofHeap() {
            return new Directory(Math.clamp(Runtime.getRuntime().maxMemory() / HEAP_BYTES_A_KEY, KEYS_MIN, KEYS_MAX));
        }
    }

    /** @param requireUnit whether a verification must name the unit for which its request is */
    public record Verify(boolean requireUnit) {}

    /**
     * How rate limits are counted.
     *
     * @param valkey through which nodes share them; empty: each node has its own
     */
    public record RateLimits(Optional<Valkey> valkey, WithoutValkey withoutValkey) {}

    /** What rate limits do while Valkey is away. */
    public enum WithoutValkey {
        LOCAL("those of each node"),
        DENY("refused"),
        ALLOW("not asked");

        private final String meaning;

        WithoutValkey(String meaning) {
            this.meaning = meaning;
        }

        /** Completes "rate limits are". */
        public String meaning() {
            return meaning;
        }
    }

    /** Valkey or Redis. Printed, it is host, port and database. */
    public record Valkey(
            String host, int port, boolean tls, int database, Optional<String> user, Optional<Secret> password) {

        @Override
        public String toString() {
            return (tls ? "rediss" : "redis") + "://" + host + ":" + port + "/" + database;
        }
    }

    /**
     * What is counted of verifications.
     *
     * @param counters that each half of a node's counter file has room for; a power of two
     * @param retention how long hours are kept
     * @param callerRetention how long is kept from where keys were used
     */
    public record Usage(int counters, Duration retention, Duration callerRetention) {}

    /**
     * Who is told of what has happened, and how.
     *
     * @param webhookAllowedNetworks that webhooks may call though they are private
     * @param mail empty: nobody gets mail
     */
    public record Notifications(List<Cidr> webhookAllowedNetworks, Optional<Mail> mail) {
        public Notifications {
            webhookAllowedNetworks = List.copyOf(webhookAllowedNetworks);
        }
    }

    /** Where letters go, and the address that they come from. */
    public record Mail(MailRoute through, String from) {}

    /** How letters leave. */
    public sealed interface MailRoute permits Smtp, MailDirectory {}

    /** @param tls whether the connection begins with TLS; otherwise it is asked for, and required of other machines */
    public record Smtp(String host, int port, boolean tls, Optional<String> user, Optional<Secret> password)
            implements MailRoute {

        public boolean isLoopback() {
            return Loopback.isMeantBy(host);
        }
    }

    /** Letters become files, for whoever tries this out. */
    public record MailDirectory(Path path) implements MailRoute {}

    /** @param size connections of each role */
    public record DatabasePool(int size) {}

    /**
     * API keys.
     *
     * @param brands the first mints, all verify
     * @param operatorMaxLifetime empty: operator keys need not expire
     */
    public record Keys(List<String> brands, Optional<Duration> operatorMaxLifetime) {
        public Keys {
            brands = List.copyOf(brands);
        }
    }
}
