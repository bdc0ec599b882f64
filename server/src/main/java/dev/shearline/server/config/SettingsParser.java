package dev.shearline.server.config;

import dev.shearline.server.db.DatabaseAddress;
import dev.shearline.server.http.RequestLines;
import dev.shearline.server.net.Cidr;
import dev.shearline.server.net.IpAddress;
import dev.shearline.server.net.Loopback;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;

/**
 * Makes {@link Settings} of the command line, the environment and a file, in this order of precedence.
 *
 * <p>All faults are found before any is reported, so that a configuration is mended in one go.
 */
public final class SettingsParser {

    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9_-]{0,39}");
    private static final Pattern BRAND = Pattern.compile("[a-z][a-z0-9]{1,9}");
    private static final Pattern HOST = Pattern.compile("[0-9A-Za-z]([0-9A-Za-z.-]{0,251}[0-9A-Za-z])?");
    private static final int HOSTS_MAX = 50;
    private static final int BRANDS_MAX = 10;
    private static final int POOL_MIN = 2;
    private static final int POOL_MAX = 200;
    private static final Duration DAY = Duration.ofDays(1);
    private static final Duration DECADE = Duration.ofDays(3_650);
    private static final int COUNTERS_MIN = 1 << 10;
    private static final int COUNTERS_MAX = 1 << 20;
    private static final Duration CENTURY = Duration.ofDays(36_500);

    private final Map<Setting, Sources.Value> values = new EnumMap<>(Setting.class);
    private final List<String> faults = new ArrayList<>();

    private SettingsParser() {}

    /**
     * Reads every source.
     *
     * @param file from {@code --config}; without it {@code SHEARLINE_CONFIG} names it
     * @param given what the command line or the {@code dev} command says
     */
    public static Settings parse(Map<String, String> environment, Optional<Path> file, Map<Setting, String> given) {
        var sources = Sources.of(environment, file, given);
        var parser = new SettingsParser();
        parser.values.putAll(sources.values());
        parser.faults.addAll(sources.faults());
        return parser.settings();
    }

    private Settings settings() {
        var listen = value(Setting.LISTEN, HostPort::find, "host:port");
        var management = value(Setting.MANAGEMENT_LISTEN, HostPort::find, "host:port");
        var database = database(Setting.DATABASE_URL);
        var node = database(Setting.NODE_DATABASE_URL);
        var secretKeys = value(Setting.SECRET_KEYS_FILE, SettingsParser::findPath, "a path");
        var tls = tls();
        var publicUrl = optional(
                Setting.PUBLIC_URL,
                SettingsParser::findPublicUrl,
                "https://host, without a path (http:// for this machine alone)");
        var proxies = optional(
                Setting.TRUSTED_PROXIES, blocksOf(Setting.TRUSTED_PROXIES), "CIDR blocks, separated by commas");
        var hosts = optional(
                Setting.ALLOWED_HOSTS,
                SettingsParser::findHosts,
                "at most 50 host names, separated by commas, without ports and wildcards");
        var lines = value(Setting.LOG_REQUESTS, RequestLines::find, "off, failures, management or all");
        var stopDelay =
                value(Setting.STOP_DELAY, within(Duration.ZERO, Settings.STOP_DELAY_MAX), "a duration from 0s to 60s");
        var plan = value(Setting.DEFAULT_PLAN, matching(NAME), "the name of a plan");
        var data = value(Setting.DATA_DIR, SettingsParser::findPath, "a path");
        var feed = feed();
        var directory =
                optional(Setting.DIRECTORY_MAX_KEYS, SettingsParser::findMaxKeys, "a number from 1000 to 100000000");
        var pool = value(Setting.DATABASE_POOL_SIZE, SettingsParser::findPoolSize, "a number from 2 to 200");
        var keys = keys();
        var requireUnit = value(Setting.VERIFY_REQUIRE_UNIT, Values::findSwitch, "on or off");
        var valkey = optional(Setting.VALKEY_URL, ValkeyUrl::find, ValkeyUrl.FORM);
        var withoutValkey =
                value(Setting.LIMITS_WITHOUT_VALKEY, SettingsParser::findWithoutValkey, "local, deny or allow");
        var usage = usage();
        var webhookNetworks = optional(
                Setting.WEBHOOK_ALLOWED_NETWORKS,
                blocksOf(Setting.WEBHOOK_ALLOWED_NETWORKS),
                "CIDR blocks, separated by commas");
        var mail = mail();
        listen.ifPresent(this::requireEncryption);
        if (!faults.isEmpty()) {
            throw new ConfigurationException(faults);
        }
        var address = listen.orElseThrow();
        return new Settings(
                address,
                management.orElseThrow(),
                database.orElseThrow(),
                node.orElseThrow(),
                secretKeys.orElseThrow(),
                tls,
                publicUrl.orElseGet(() -> URI.create((tls.isPresent() ? "https://" : "http://") + address)),
                proxies.orElse(List.of()),
                hosts.orElse(List.of()),
                lines.orElseThrow(),
                stopDelay.orElseThrow(),
                plan.orElseThrow(),
                data.orElseThrow(),
                feed.orElseThrow(),
                directory.orElseGet(Settings.Directory::ofHeap),
                new Settings.DatabasePool(pool.orElseThrow()),
                keys.orElseThrow(),
                new Settings.Verify(requireUnit.orElseThrow()),
                new Settings.RateLimits(valkey, withoutValkey.orElseThrow()),
                usage.orElseThrow(),
                new Settings.Notifications(webhookNetworks.orElse(List.of()), mail));
    }

    private static Optional<Settings.WithoutValkey> findWithoutValkey(String text) {
        return Arrays.stream(Settings.WithoutValkey.values())
                .filter(way -> way.name().toLowerCase(Locale.ROOT).equals(text))
                .findFirst();
    }

    private Optional<DatabaseAddress> database(Setting setting) {
        var address = value(setting, DatabaseUrl::find, DatabaseUrl.FORM);
        address.flatMap(DatabaseUrl::findFault).ifPresent(fault -> faults.add(setting.key() + " " + fault));
        return address;
    }

    private Optional<Settings.Tls> tls() {
        var certificates = optional(Setting.TLS_CERT_FILE, SettingsParser::findPath, "a path");
        var key = optional(Setting.TLS_KEY_FILE, SettingsParser::findPath, "a path");
        if (certificates.isPresent() != key.isPresent()) {
            var missing = key.isPresent() ? Setting.TLS_CERT_FILE : Setting.TLS_KEY_FILE;
            faults.add(missing.key() + " is missing: TLS needs tls-cert-file and tls-key-file, both.");
        }
        return certificates.isPresent() && key.isPresent()
                ? Optional.of(new Settings.Tls(certificates.get(), key.get()))
                : Optional.empty();
    }

    private Optional<Settings.Mail> mail() {
        var through = optional(
                Setting.SMTP_URL,
                MailUrl::find,
                "smtp://user:password@host:port, smtps://user:password@host:port, or file:///directory");
        var from = optional(Setting.MAIL_FROM, MailUrl::findAddress, "an e-mail address");
        if (isGiven(Setting.SMTP_URL) != isGiven(Setting.MAIL_FROM)) {
            var missing = isGiven(Setting.SMTP_URL) ? Setting.MAIL_FROM : Setting.SMTP_URL;
            faults.add(missing.key() + " is missing: mail needs smtp-url and mail-from, both.");
        }
        return through.isPresent() && from.isPresent()
                ? Optional.of(new Settings.Mail(through.get(), from.get()))
                : Optional.empty();
    }

    /** Keys do not travel in the clear: what other machines reach speaks TLS, or stands behind a proxy that does. */
    private void requireEncryption(HostPort listen) {
        if (listen.isLoopback()) {
            return;
        }
        if (!isGiven(Setting.TLS_CERT_FILE) && !isGiven(Setting.TLS_KEY_FILE) && !isGiven(Setting.TRUSTED_PROXIES)) {
            faults.add("listen is no loopback address, and keys must not travel unencrypted: set tls-cert-file and"
                    + " tls-key-file to serve TLS, or trusted-proxies to name the proxy that serves it.");
        }
        if (!isGiven(Setting.PUBLIC_URL)) {
            faults.add("listen is no loopback address, and requests for an unknown host are refused: set public-url to"
                    + " where callers reach this instance.");
        }
    }

    private boolean isGiven(Setting setting) {
        return Optional.ofNullable(values.get(setting))
                .filter(value -> !value.text().isEmpty())
                .isPresent();
    }

    private Optional<Settings.Feed> feed() {
        var staleness = value(
                Setting.FEED_MAX_STALENESS,
                within(Duration.ofSeconds(2), Duration.ofSeconds(60)),
                "a duration from 2s to 60s");
        var interval = value(
                Setting.FEED_POLL_INTERVAL,
                within(Duration.ofMillis(10), Duration.ofMillis(250)),
                "a duration from 10ms to 250ms");
        var wakeUp = value(Setting.FEED_WAKE_UP, Values::findSwitch, "on or off");
        return staleness.isPresent() && interval.isPresent() && wakeUp.isPresent()
                ? Optional.of(new Settings.Feed(staleness.get(), interval.get(), wakeUp.get()))
                : Optional.empty();
    }

    private Optional<Settings.Keys> keys() {
        var brands = value(Setting.KEY_BRANDS, SettingsParser::findBrands, "brands such as shl, separated by commas");
        var lifetime = value(
                Setting.KEY_OPERATOR_MAX_LIFETIME, SettingsParser::findLifetime, "a duration from 1d to 100y, or none");
        return brands.isPresent() && lifetime.isPresent()
                ? Optional.of(new Settings.Keys(brands.get(), lifetime.get().longest()))
                : Optional.empty();
    }

    private Optional<Settings.Usage> usage() {
        var counters =
                value(Setting.USAGE_COUNTERS, SettingsParser::findCounters, "a power of two from 1024 to 1048576");
        var retention =
                value(Setting.USAGE_RETENTION, within(DAY.multipliedBy(35), DECADE), "a duration from 35d to 10y");
        var callers =
                value(Setting.USAGE_CALLER_RETENTION, within(DAY, DAY.multipliedBy(400)), "a duration from 1d to 400d");
        return counters.isPresent() && retention.isPresent() && callers.isPresent()
                ? Optional.of(new Settings.Usage(counters.get(), retention.get(), callers.get()))
                : Optional.empty();
    }

    /** A fault when there is neither a value nor a default. */
    private <T> Optional<T> value(Setting setting, Function<String, Optional<T>> find, String form) {
        if (!values.containsKey(setting) && setting.defaultText().isEmpty()) {
            faults.add(
                    setting.key() + " is required (" + setting.meaning() + "): set " + setting.environmentName() + ".");
            return Optional.empty();
        }
        return optional(setting, find, form);
    }

    private <T> Optional<T> optional(Setting setting, Function<String, Optional<T>> find, String form) {
        var value = Optional.ofNullable(values.get(setting))
                .or(() -> setting.defaultText().map(text -> new Sources.Value(text, setting.key())));
        var parsed = value.flatMap(given -> find.apply(given.text()));
        if (value.isPresent() && parsed.isEmpty()) {
            // never the text itself: it may hold a password
            var where = value.get().where();
            var named = where.startsWith("SHEARLINE_") || where.equals(setting.key())
                    ? where
                    : where + ": " + setting.key();
            faults.add(named + " must be " + form + ".");
        }
        return parsed;
    }

    private static Function<String, Optional<Duration>> within(Duration min, Duration max) {
        return text -> Values.findDuration(text)
                .filter(duration -> duration.compareTo(min) >= 0 && duration.compareTo(max) <= 0);
    }

    private static Function<String, Optional<String>> matching(Pattern pattern) {
        return text -> Optional.of(text).filter(pattern.asMatchPredicate());
    }

    private static Optional<Path> findPath(String text) {
        try {
            return text.isEmpty() ? Optional.empty() : Optional.of(Path.of(text));
        } catch (InvalidPathException notAPath) {
            return Optional.empty();
        }
    }

    private static Optional<Integer> findPoolSize(String text) {
        return findNumber(text, POOL_MIN, POOL_MAX).map(Long::intValue);
    }

    private static Optional<Settings.Directory> findMaxKeys(String text) {
        return findNumber(text, Settings.Directory.KEYS_MIN, Settings.Directory.KEYS_MAX)
                .map(Settings.Directory::new);
    }

    private static Optional<Long> findNumber(String text, long min, long max) {
        try {
            return Optional.of(Long.valueOf(text)).filter(number -> number >= min && number <= max);
        } catch (NumberFormatException notANumber) {
            return Optional.empty();
        }
    }

    private static Optional<Integer> findCounters(String text) {
        try {
            return Optional.of(Integer.valueOf(text))
                    .filter(count -> count >= COUNTERS_MIN && count <= COUNTERS_MAX && Integer.bitCount(count) == 1);
        } catch (NumberFormatException notANumber) {
            return Optional.empty();
        }
    }

    private static Optional<URI> findPublicUrl(String text) {
        try {
            var uri = new URI(text.endsWith("/") ? text.substring(0, text.length() - 1) : text);
            boolean http = "https".equals(uri.getScheme()) || "http".equals(uri.getScheme());
            boolean bare = uri.getHost() != null
                    && uri.getRawPath().isEmpty()
                    && uri.getRawQuery() == null
                    && uri.getRawFragment() == null
                    && uri.getRawUserInfo() == null;
            boolean fit = http && bare && ("https".equals(uri.getScheme()) || Loopback.isMeantBy(uri.getHost()));
            return fit ? Optional.of(uri) : Optional.empty();
        } catch (URISyntaxException notAUrl) {
            return Optional.empty();
        }
    }

    private Function<String, Optional<List<Cidr>>> blocksOf(Setting setting) {
        return text -> findBlocks(setting, text);
    }

    private Optional<List<Cidr>> findBlocks(Setting setting, String text) {
        var blocks = new ArrayList<Cidr>();
        for (var item : Values.list(text)) {
            switch (Cidr.parse(item)) {
                case Cidr.Parsed.Block block -> blocks.add(block.cidr());
                case Cidr.Parsed.HasHostBits bits -> {
                    faults.add(
                            setting.key() + ": " + item + " is an address inside a block: write " + bits.meant() + ".");
                    return Optional.empty();
                }
                case Cidr.Parsed.NotACidr _ -> {
                    return Optional.empty();
                }
            }
        }
        return Optional.of(blocks);
    }

    private static Optional<List<String>> findHosts(String text) {
        var hosts = Values.list(text).stream()
                .map(host -> host.indexOf(':') >= 0 && !host.startsWith("[") ? "[" + host + "]" : host)
                .toList();
        boolean valid = hosts.size() <= HOSTS_MAX && hosts.stream().allMatch(SettingsParser::isHost);
        return valid ? Optional.of(hosts) : Optional.empty();
    }

    private static boolean isHost(String host) {
        return host.startsWith("[")
                ? host.endsWith("]")
                        && IpAddress.find(host.substring(1, host.length() - 1)).isPresent()
                : HOST.matcher(host).matches();
    }

    private static Optional<List<String>> findBrands(String text) {
        var brands = Values.list(text);
        boolean valid = !brands.isEmpty()
                && brands.size() <= BRANDS_MAX
                && brands.stream().allMatch(BRAND.asMatchPredicate())
                && brands.stream().distinct().count() == brands.size();
        return valid ? Optional.of(brands) : Optional.empty();
    }

    private static Optional<Lifetime> findLifetime(String text) {
        return text.equals("none")
                ? Optional.of(new Lifetime(Optional.empty()))
                : within(DAY, CENTURY).apply(text).map(longest -> new Lifetime(Optional.of(longest)));
    }

    private record Lifetime(Optional<Duration> longest) {}
}
