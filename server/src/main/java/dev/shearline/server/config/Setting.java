package dev.shearline.server.config;

import java.util.Locale;
import java.util.Optional;

/** The name of every setting, its default as it would be written, and one line on what it is. */
public enum Setting {
    LISTEN("listen", "127.0.0.1:8080", "address and port of the API"),
    MANAGEMENT_LISTEN(
            "management-listen", "127.0.0.1:9090", "address and port of health and metrics; port 0: any free"),
    DATABASE_URL("database-url", "", "PostgreSQL, as the application role"),
    NODE_DATABASE_URL("node-database-url", "", "PostgreSQL, as the node role"),
    SECRET_KEYS_FILE("secret-keys-file", "", "file with the instance keys"),
    TLS_CERT_FILE("tls-cert-file", "", "PEM file with the certificate and its chain, read again when it changes"),
    TLS_KEY_FILE("tls-key-file", "", "PEM file with the private key of the certificate"),
    PUBLIC_URL("public-url", "", "where callers reach this instance"),
    TRUSTED_PROXIES(
            "trusted-proxies", "", "CIDR blocks of the proxies that serve TLS before this, separated by commas"),
    ALLOWED_HOSTS("allowed-hosts", "", "further host names of this instance, separated by commas"),
    DEFAULT_PLAN("default-plan", "custom", "plan of an organization that is created without one"),
    DATA_DIR("data-dir", ".shearline", "directory for this node's own files"),
    FEED_MAX_STALENESS("feed.max-staleness", "10s", "how long a node may answer without contact: 2s to 60s"),
    FEED_POLL_INTERVAL("feed.poll-interval", "250ms", "how often a node asks for changes: 10ms to 250ms"),
    FEED_WAKE_UP("feed.wake-up", "on", "whether nodes are told of changes before their next poll: on or off"),
    DIRECTORY_MAX_KEYS(
            "directory.max-keys",
            "",
            "live keys that a node holds in memory; without it one for each KiB of the largest heap"),
    LOG_REQUESTS("log.requests", "management", "requests that get a line: off, failures, management or all"),
    STOP_DELAY("stop.delay", "0s", "how long a stopping node goes on answering once readiness is off: 0s to 60s"),
    DATABASE_POOL_SIZE("database.pool-size", "8", "connections of the application role: 2 to 200"),
    WEBHOOK_ALLOWED_NETWORKS(
            "webhook.allowed-networks",
            "",
            "CIDR blocks that webhooks may call though they are private, separated by commas"),
    SMTP_URL("smtp-url", "", "mail server that letters go through, smtp:// or smtps://; file:// for a directory"),
    MAIL_FROM("mail-from", "", "address that letters come from"),
    KEY_BRANDS("key.brands", "shl", "brands of keys, separated by commas; the first mints, all verify"),
    KEY_OPERATOR_MAX_LIFETIME(
            "key.operator-max-lifetime", "1y", "longest life of an operator key: 1d to 100y, or none"),
    VALKEY_URL("valkey-url", "", "Valkey or Redis, through which nodes share rate limits: redis:// or rediss://"),
    LIMITS_WITHOUT_VALKEY(
            "limits.without-valkey", "local", "what rate limits do while Valkey is away: local, deny or allow"),
    VERIFY_REQUIRE_UNIT("verify.require-unit", "off", "whether a verification must name its unit: on or off"),
    USAGE_COUNTERS(
            "usage.counters",
            "131072",
            "counters that each half of a node's usage file has room for: a power of two from 1024 to 1048576"),
    USAGE_RETENTION("usage.retention", "400d", "how long hourly usage is kept: 35d to 10y"),
    USAGE_CALLER_RETENTION("usage.caller-retention", "30d", "how long is kept from where keys were used: 1d to 400d");

    private static final String ENVIRONMENT_PREFIX = "SHEARLINE_";

    private final String key;
    private final String defaultText;
    private final String meaning;

    Setting(String key, String defaultText, String meaning) {
        this.key = key;
        this.defaultText = defaultText;
        this.meaning = meaning;
    }

    /** As in the file: {@code feed.max-staleness}. */
    public String key() {
        return key;
    }

    /** As in the environment: {@code SHEARLINE_FEED_MAX_STALENESS}. */
    public String environmentName() {
        return ENVIRONMENT_PREFIX
                + key.toUpperCase(Locale.ROOT).replace('.', '_').replace('-', '_');
    }

    /** As it would be written; empty when there is none. */
    public Optional<String> defaultText() {
        return defaultText.isEmpty() ? Optional.empty() : Optional.of(defaultText);
    }

    public String meaning() {
        return meaning;
    }

    static Optional<Setting> findByKey(String key) {
        for (var setting : values()) {
            if (setting.key.equals(key)) {
                return Optional.of(setting);
            }
        }
        return Optional.empty();
    }

    static Optional<Setting> findByEnvironmentName(String name) {
        for (var setting : values()) {
            if (setting.environmentName().equals(name)) {
                return Optional.of(setting);
            }
        }
        return Optional.empty();
    }
}
