package dev.shearline.server.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.shearline.server.http.RequestLines;
import dev.shearline.server.net.Cidr;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class SettingsParserTest {

    private static final Map<String, String> REQUIRED = Map.of(
            "SHEARLINE_DATABASE_URL", "postgres://app:p%40ss@db.example:5433/shear?sslmode=require",
            "SHEARLINE_NODE_DATABASE_URL", "jdbc:postgresql://db.example/shear?user=node&password=n0de",
            "SHEARLINE_SECRET_KEYS_FILE", "/etc/shearline/instance.keys");

    @TempDir
    Path directory;

    @Test
    void everything_that_can_have_a_default_has_one() {
        var settings = parse(REQUIRED);

        assertThat(settings.listen()).isEqualTo(new HostPort("127.0.0.1", 8080));
        assertThat(settings.managementListen()).isEqualTo(new HostPort("127.0.0.1", 9090));
        assertThat(settings.publicUrl()).isEqualTo(URI.create("http://127.0.0.1:8080"));
        assertThat(settings.tls()).isEmpty();
        assertThat(settings.trustedProxies()).isEmpty();
        assertThat(settings.allowedHosts()).isEmpty();
        assertThat(settings.requestLines()).isEqualTo(RequestLines.MANAGEMENT);
        assertThat(settings.stopDelay()).isZero();
        assertThat(settings.defaultPlan()).isEqualTo("custom");
        assertThat(settings.dataDirectory()).isEqualTo(Path.of(".shearline"));
        assertThat(settings.feed()).isEqualTo(new Settings.Feed(Duration.ofSeconds(10), Duration.ofMillis(250), true));
        assertThat(settings.databasePool().size()).isEqualTo(8);
        assertThat(settings.verify()).isEqualTo(new Settings.Verify(false));
        assertThat(settings.keys()).isEqualTo(new Settings.Keys(List.of("shl"), Optional.of(Duration.ofDays(365))));
    }

    /** With {@code synchronous_commit=off} in them, revocations would be answered before they are on disk. */
    @Test
    void a_database_url_cannot_replace_what_is_asked_of_each_session() {
        var given = new HashMap<>(REQUIRED);
        given.put("SHEARLINE_DATABASE_URL", "postgres://app:hunter2@h/d?options=-c%20synchronous_commit=off");
        given.put("SHEARLINE_NODE_DATABASE_URL", "jdbc:postgresql://h/d?user=node&options=-c%20statement_timeout=0");

        assertThatThrownBy(() -> SettingsParser.parse(given, Optional.empty(), Map.of()))
                .isInstanceOfSatisfying(
                        ConfigurationException.class,
                        refused -> assertThat(refused.faults())
                                .hasSize(2)
                                .allMatch(fault -> fault.contains("database-url must not have options"))
                                .noneMatch(fault -> fault.contains("hunter2")));
    }

    @Test
    void a_database_is_named_by_either_kind_of_url() {
        var settings = parse(REQUIRED);

        assertThat(settings.database().host()).isEqualTo("db.example");
        assertThat(settings.database().port()).isEqualTo(5433);
        assertThat(settings.database().database()).isEqualTo("shear");
        assertThat(settings.database().user()).isEqualTo("app");
        assertThat(settings.database().password().reveal()).isEqualTo("p@ss");
        assertThat(settings.database().parameters()).containsEntry("sslmode", "require");
        assertThat(settings.nodeDatabase().port()).isEqualTo(5432);
        assertThat(settings.nodeDatabase().user()).isEqualTo("node");
        assertThat(settings.nodeDatabase().password().reveal()).isEqualTo("n0de");
        assertThat(settings.nodeDatabase().parameters()).isEmpty();
    }

    @Test
    void settings_print_without_passwords() {
        assertThat(parse(REQUIRED).toString())
                .contains("db.example")
                .doesNotContain("p@ss")
                .doesNotContain("p%40ss")
                .doesNotContain("password=n0de");
    }

    @ParameterizedTest
    // the two of TLS come together or not at all, and so do those of mail: see below
    @EnumSource(
            value = Setting.class,
            mode = EnumSource.Mode.EXCLUDE,
            names = {"TLS_CERT_FILE", "TLS_KEY_FILE", "SMTP_URL", "MAIL_FROM"})
    void every_setting_is_mapped_by_the_one_rule(Setting setting) {
        assertThat(setting.environmentName())
                .isEqualTo("SHEARLINE_" + setting.key().replaceAll("[.-]", "_").toUpperCase(java.util.Locale.ROOT));
        assertThat(setting.meaning()).isNotBlank();
        var sample = sample(setting);
        var fromEnvironment = parse(with(setting.environmentName(), sample));
        var fromFile = SettingsParser.parse(
                without(setting.environmentName()), Optional.of(file(setting.key() + "=" + sample)), Map.of());
        var given = SettingsParser.parse(without(setting.environmentName()), Optional.empty(), Map.of(setting, sample));
        assertThat(fromFile).isEqualTo(fromEnvironment);
        assertThat(given).isEqualTo(fromEnvironment);
        if (!REQUIRED.containsKey(setting.environmentName())) {
            assertThat(fromEnvironment).isNotEqualTo(parse(REQUIRED));
        }
    }

    private static String sample(Setting setting) {
        return switch (setting) {
            case LISTEN -> "127.0.0.1:80";
            case MANAGEMENT_LISTEN -> "[::1]:0";
            case DATABASE_URL, NODE_DATABASE_URL -> "postgres://someone:secret@127.0.0.1/there";
            case SECRET_KEYS_FILE -> "/run/keys";
            case PUBLIC_URL -> "https://keys.example.com/";
            case TLS_CERT_FILE -> "/etc/shearline/tls.crt";
            case TLS_KEY_FILE -> "/etc/shearline/tls.key";
            case TRUSTED_PROXIES -> "10.0.0.0/8, ::1";
            case ALLOWED_HOSTS -> "keys.internal, 10.1.2.3, ::1";
            case DEFAULT_PLAN -> "pro";
            case VALKEY_URL -> "redis://:secret@127.0.0.1:6380/1";
            case LIMITS_WITHOUT_VALKEY -> "deny";
            case DATA_DIR -> "/var/lib/shearline";
            case FEED_MAX_STALENESS -> "2s";
            case FEED_POLL_INTERVAL -> "100ms";
            case FEED_WAKE_UP -> "off";
            case DIRECTORY_MAX_KEYS -> "50000";
            case LOG_REQUESTS -> "all";
            case STOP_DELAY -> "5s";
            case DATABASE_POOL_SIZE -> "20";
            case WEBHOOK_ALLOWED_NETWORKS -> "10.0.0.0/8, ::1";
            case SMTP_URL -> "smtps://mailer:p%40ss@mail.example.com";
            case MAIL_FROM -> "keys@example.com";
            case KEY_BRANDS -> "acme,shl";
            case KEY_OPERATOR_MAX_LIFETIME -> "none";
            case VERIFY_REQUIRE_UNIT -> "on";
            case USAGE_COUNTERS -> "1024";
            case USAGE_RETENTION -> "90d";
            case USAGE_CALLER_RETENTION -> "7d";
        };
    }

    @Test
    void values_have_types() {
        var environment = new HashMap<>(REQUIRED);
        for (var setting : Setting.values()) {
            environment.put(setting.environmentName(), sample(setting));
        }
        var settings = parse(environment);

        assertThat(settings.managementListen()).isEqualTo(new HostPort("::1", 0));
        assertThat(settings.managementListen()).hasToString("[::1]:0");
        assertThat(settings.publicUrl()).isEqualTo(URI.create("https://keys.example.com"));
        assertThat(settings.trustedProxies())
                .containsExactly(
                        Cidr.find("10.0.0.0/8").orElseThrow(), Cidr.find("::1").orElseThrow());
        assertThat(settings.tls())
                .contains(new Settings.Tls(Path.of("/etc/shearline/tls.crt"), Path.of("/etc/shearline/tls.key")));
        assertThat(settings.allowedHosts()).containsExactly("keys.internal", "10.1.2.3", "[::1]");
        assertThat(settings.requestLines()).isEqualTo(RequestLines.ALL);
        assertThat(settings.stopDelay()).isEqualTo(Duration.ofSeconds(5));
        assertThat(settings.feed()).isEqualTo(new Settings.Feed(Duration.ofSeconds(2), Duration.ofMillis(100), false));
        assertThat(settings.verify()).isEqualTo(new Settings.Verify(true));
        assertThat(settings.usage()).isEqualTo(new Settings.Usage(1_024, Duration.ofDays(90), Duration.ofDays(7)));
        assertThat(settings.keys()).isEqualTo(new Settings.Keys(List.of("acme", "shl"), Optional.empty()));
    }

    @Test
    void the_command_line_wins_over_the_environment_and_that_over_the_file() {
        var file = file("listen=127.1.1.1:1\ndefault-plan=free\ndatabase.pool-size=3");
        var environment = with("SHEARLINE_LISTEN", "127.2.2.2:2");
        environment.put("SHEARLINE_DEFAULT_PLAN", "scale");
        var settings = SettingsParser.parse(environment, Optional.of(file), Map.of(Setting.LISTEN, "127.3.3.3:3"));

        assertThat(settings.listen()).isEqualTo(new HostPort("127.3.3.3", 3));
        assertThat(settings.defaultPlan()).isEqualTo("scale");
        assertThat(settings.databasePool().size()).isEqualTo(3);
    }

    @Test
    void the_environment_names_the_file() {
        var settings = parse(with(
                "SHEARLINE_CONFIG", file("# mine\n\n default-plan = free \n").toString()));
        assertThat(settings.defaultPlan()).isEqualTo("free");
    }

    @Test
    void a_value_is_read_from_a_file_that_the_environment_names() throws IOException {
        var secret = Files.writeString(directory.resolve("url"), "postgres://other:x@h/d\n");
        var environment = without("SHEARLINE_DATABASE_URL");
        environment.put("SHEARLINE_DATABASE_URL_FILE", secret.toString());
        assertThat(parse(environment).database().user()).isEqualTo("other");

        environment.put("SHEARLINE_DATABASE_URL", "postgres://u:p@h/d");
        assertThat(faults(environment))
                .containsExactly(
                        "Both SHEARLINE_DATABASE_URL and SHEARLINE_DATABASE_URL_FILE" + " are set: remove one.");
    }

    @Test
    void the_command_line_tools_own_names_are_none_of_the_servers_business() {
        var environment = with("SHEARLINE_URL", "http://elsewhere");
        environment.put("SHEARLINE_KEY", "shl_live_…");
        environment.put("PATH", "/bin");
        assertThat(parse(environment)).isEqualTo(parse(REQUIRED));
    }

    @Test
    void unknown_names_are_all_refused_with_the_nearest_known_one() {
        var environment = with("SHEARLINE_FEED_MAX_STALENES", "5s");
        environment.put("SHEARLINE_PLAN", "pro");
        var file = file("feed.max_staleness=5s");
        environment.put("SHEARLINE_CONFIG", file.toString());
        assertThat(faults(environment))
                .containsExactly(
                        file + ":1: there is no setting feed.max_staleness. Did you mean feed.max-staleness?",
                        "There is no setting SHEARLINE_FEED_MAX_STALENES. Did you mean SHEARLINE_FEED_MAX_STALENESS?",
                        "There is no setting SHEARLINE_PLAN. Did you mean SHEARLINE_LISTEN?");
    }

    @Test
    void valkey_is_named_by_a_url_that_prints_without_its_password() {
        var given = with("SHEARLINE_VALKEY_URL", "rediss://node:p%40ss@cache.example/3");
        var valkey = parse(given).rateLimits().valkey().orElseThrow();
        assertThat(valkey).hasToString("rediss://cache.example:6379/3");
        assertThat(valkey.user()).contains("node");
        assertThat(valkey.password().orElseThrow().reveal()).isEqualTo("p@ss");
        assertThat(parse(with("SHEARLINE_VALKEY_URL", "redis://:p@h:7000"))
                        .rateLimits()
                        .valkey()
                        .orElseThrow()
                        .user())
                .isEmpty();
        for (var wrong : List.of("http://h", "redis://", "redis://h/x", "redis://h?a=b", "h:6379")) {
            assertThat(faults(with("SHEARLINE_VALKEY_URL", wrong)))
                    .singleElement()
                    .asString()
                    .contains("redis://");
        }
    }

    @Test
    void what_is_required_is_asked_for_by_name() {
        assertThat(faults(Map.of()))
                .containsExactly(
                        "database-url is required (PostgreSQL, as the application role): set SHEARLINE_DATABASE_URL.",
                        "node-database-url is required (PostgreSQL, as the node role): set SHEARLINE_NODE_DATABASE_URL.",
                        "secret-keys-file is required (file with the instance keys): set SHEARLINE_SECRET_KEYS_FILE.");
    }

    static Stream<Arguments> invalid() {
        return Stream.of(
                Arguments.of("SHEARLINE_LISTEN", "8080", "host:port"),
                Arguments.of("SHEARLINE_LISTEN", "host:65536", "host:port"),
                Arguments.of("SHEARLINE_LISTEN", "::1:80", "host:port"),
                Arguments.of("SHEARLINE_LISTEN", "", "host:port"),
                Arguments.of("SHEARLINE_DATABASE_URL", "mysql://u:geheim@h/d", "JDBC URL"),
                Arguments.of("SHEARLINE_DATABASE_URL", "postgres://u:geheim@h", "JDBC URL"),
                Arguments.of("SHEARLINE_DATABASE_URL", "postgres://h/geheim", "JDBC URL"),
                Arguments.of("SHEARLINE_DATABASE_URL", "postgres://u:geheim@h/d?nonsense=1", "JDBC URL"),
                Arguments.of("SHEARLINE_PUBLIC_URL", "https://h/path", "without a path"),
                Arguments.of("SHEARLINE_PUBLIC_URL", "ftp://h", "without a path"),
                Arguments.of("SHEARLINE_PUBLIC_URL", "http://keys.example.com", "this machine alone"),
                Arguments.of("SHEARLINE_ALLOWED_HOSTS", "*.example.com", "without ports and wildcards"),
                Arguments.of("SHEARLINE_ALLOWED_HOSTS", "keys.example.com:443", "without ports and wildcards"),
                Arguments.of("SHEARLINE_LOG_REQUESTS", "some", "off, failures, management or all"),
                Arguments.of("SHEARLINE_STOP_DELAY", "61s", "0s to 60s"),
                Arguments.of("SHEARLINE_TRUSTED_PROXIES", "proxy.local", "CIDR blocks"),
                Arguments.of("SHEARLINE_DEFAULT_PLAN", "No Plan", "the name of a plan"),
                Arguments.of("SHEARLINE_FEED_MAX_STALENESS", "1s", "2s to 60s"),
                Arguments.of("SHEARLINE_FEED_MAX_STALENESS", "61s", "2s to 60s"),
                Arguments.of("SHEARLINE_FEED_MAX_STALENESS", "10", "2s to 60s"),
                Arguments.of("SHEARLINE_FEED_POLL_INTERVAL", "251ms", "10ms to 250ms"),
                Arguments.of("SHEARLINE_FEED_WAKE_UP", "true", "on or off"),
                Arguments.of("SHEARLINE_DATABASE_POOL_SIZE", "1", "2 to 200"),
                Arguments.of("SHEARLINE_DATABASE_POOL_SIZE", "many", "2 to 200"),
                Arguments.of("SHEARLINE_KEY_BRANDS", "shl,SHL", "brands"),
                Arguments.of("SHEARLINE_KEY_BRANDS", "", "brands"),
                Arguments.of("SHEARLINE_KEY_OPERATOR_MAX_LIFETIME", "12h", "1d to 100y"));
    }

    @ParameterizedTest
    @MethodSource("invalid")
    void a_value_of_the_wrong_form_is_refused_without_being_repeated(String name, String value, String form) {
        assertThat(faults(with(name, value)))
                .singleElement()
                .asString()
                .startsWith(name + " must be ")
                .contains(form)
                .doesNotContain("geheim");
    }

    @ParameterizedTest
    @ValueSource(strings = {"0.0.0.0:8080", "[::]:8080", "10.0.0.7:8080", "keys.internal:8080"})
    void what_other_machines_reach_needs_tls_or_a_proxy_that_serves_it(String listen) {
        var environment = with("SHEARLINE_LISTEN", listen);
        assertThat(faults(environment))
                .containsExactly(
                        "listen is no loopback address, and keys must not travel unencrypted: set tls-cert-file and"
                                + " tls-key-file to serve TLS, or trusted-proxies to name the proxy that serves it.",
                        "listen is no loopback address, and requests for an unknown host are refused: set public-url to"
                                + " where callers reach this instance.");
        environment.put("SHEARLINE_PUBLIC_URL", "https://keys.example.com");
        environment.put("SHEARLINE_TRUSTED_PROXIES", "");
        assertThat(faults(environment)).hasSize(1);
        environment.put("SHEARLINE_TRUSTED_PROXIES", "10.0.0.8");
        assertThat(parse(environment).trustedProxies()).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1:0", "127.9.9.9:80", "[::1]:8080", "localhost:8080"})
    void what_only_this_machine_reaches_needs_neither(String listen) {
        assertThat(parse(with("SHEARLINE_LISTEN", listen)).tls()).isEmpty();
    }

    @Test
    void tls_needs_both_of_its_files() {
        assertThat(faults(with("SHEARLINE_TLS_CERT_FILE", "/tls.crt")))
                .containsExactly("tls-key-file is missing: TLS needs tls-cert-file and tls-key-file, both.");
        assertThat(faults(with("SHEARLINE_TLS_KEY_FILE", "/tls.key")))
                .containsExactly("tls-cert-file is missing: TLS needs tls-cert-file and tls-key-file, both.");
    }

    @Test
    void a_name_that_ends_in_file_may_still_come_from_a_file() throws IOException {
        var pointer = Files.writeString(directory.resolve("where"), "/run/tls.crt\n");
        var environment = with("SHEARLINE_TLS_CERT_FILE_FILE", pointer.toString());
        environment.put("SHEARLINE_TLS_KEY_FILE", "/run/tls.key");
        var settings = parse(environment);
        assertThat(settings.tls()).contains(new Settings.Tls(Path.of("/run/tls.crt"), Path.of("/run/tls.key")));
        assertThat(settings.publicUrl()).isEqualTo(URI.create("https://127.0.0.1:8080"));
        var file = file("tls-cert-file=/run/tls.crt\ntls-key-file=/run/tls.key");
        assertThat(SettingsParser.parse(REQUIRED, Optional.of(file), Map.of())).isEqualTo(settings);
    }

    @Test
    void a_block_with_host_bits_is_refused_with_the_block_that_was_meant() {
        assertThat(faults(with("SHEARLINE_TRUSTED_PROXIES", "10.1.2.3/8")).getFirst())
                .isEqualTo("trusted-proxies: 10.1.2.3/8 is an address inside a block: write 10.0.0.0/8.");
    }

    @Test
    void a_file_is_refused_by_line() {
        var file = file("listen\nlisten=127.0.0.1:1\nlisten=127.0.0.1:2\nfeed.wake-up=perhaps");
        assertThat(faults(with("SHEARLINE_CONFIG", file.toString())))
                .containsExactly(
                        file + ":1: write key=value.",
                        file + ":3: listen is set in line 2 already.",
                        file + ":4: feed.wake-up must be on or off.");
    }

    @Test
    void a_file_that_is_not_there_is_refused() {
        assertThat(faults(with("SHEARLINE_CONFIG", directory.resolve("absent").toString())))
                .singleElement()
                .asString()
                .contains("cannot read");
    }

    private Path file(String text) {
        try {
            return Files.writeString(Files.createTempFile(directory, "shearline", ".properties"), text);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static Settings parse(Map<String, String> environment) {
        return SettingsParser.parse(environment, Optional.empty(), Map.of());
    }

    private static List<String> faults(Map<String, String> environment) {
        return catchThrowableOfType(ConfigurationException.class, () -> parse(environment))
                .faults();
    }

    private static Map<String, String> with(String name, String value) {
        var environment = new HashMap<>(REQUIRED);
        environment.put(name, value);
        return environment;
    }

    private static Map<String, String> without(String name) {
        var environment = new HashMap<>(REQUIRED);
        environment.remove(name);
        return environment;
    }
}
