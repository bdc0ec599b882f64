package dev.shearline.cli;

import dev.shearline.server.Server;
import dev.shearline.server.config.ConfigurationException;
import dev.shearline.server.config.Setting;
import dev.shearline.server.config.Settings;
import dev.shearline.server.config.SettingsParser;
import dev.shearline.server.identity.ScopeSet;
import dev.shearline.server.secrets.InstanceKeys;
import dev.shearline.server.secrets.SecretsException;
import dev.shearline.token.Secret;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/** A service of one's own: PostgreSQL and one node, in one process, with everything in one directory. */
final class DevInstance implements AutoCloseable {
    static final String HOST = "127.0.0.1";
    /** In the place of the address of a PostgreSQL that is not started yet. */
    private static final String UNUSED_URL = "postgresql://nobody@" + HOST + "/none";

    private static final String OPERATOR_KEY_NAME = "shearline dev";

    private final DevDirectory directory;
    private final DevDatabase database;
    private final Server server;

    private DevInstance(DevDirectory directory, DevDatabase database, Server server) {
        this.directory = directory;
        this.database = database;
        this.server = server;
    }

    /**
     * Returns when it answers.
     *
     * @param port where the API listens; 0 for any free port
     * @param demo whether the first start loads the demo data
     */
    static DevInstance start(
            Map<String, String> environment, Path data, int port, boolean demo, Consumer<String> progress) {
        if (environment.containsKey(Setting.TLS_CERT_FILE.environmentName())) {
            throw CommandFailure.usage("shearline dev serves plain HTTP, to this machine alone: unset "
                    + Setting.TLS_CERT_FILE.environmentName() + " and " + Setting.TLS_KEY_FILE.environmentName() + ".");
        }
        int free = requireFree(port);
        var random = new SecureRandom();
        var directory = DevDirectory.open(data);
        // before PostgreSQL is started: a setting that is refused is no matter of it
        parse(environment, settings(environment, directory, UNUSED_URL, UNUSED_URL, free));
        var database = DevDatabase.start(directory.postgres(), random, progress);
        try {
            if (!Files.exists(directory.instanceKeys())) {
                InstanceKeys.create(directory.instanceKeys(), random);
            }
            progress.accept("starting the server");
            var server = Server.start(
                    parse(environment, settings(environment, directory, database.appUrl(), database.nodeUrl(), free)));
            var instance = new DevInstance(directory, database, server);
            try {
                Ready.await(server);
                instance.welcome(demo, progress);
                return instance;
            } catch (RuntimeException e) {
                server.close();
                throw e;
            }
        } catch (SecretsException e) {
            database.close();
            throw CommandFailure.because(ExitCode.FAILURE, e);
        } catch (RuntimeException e) {
            database.close();
            throw e;
        }
    }

    /**
     * Before anything is started: whoever forgot about the other one learns it at once.
     *
     * @return the port, and of 0 a free one: links to the service are made with it
     */
    private static int requireFree(int port) {
        try (var socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(InetAddress.ofLiteral(HOST), port));
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new CommandFailure(
                    ExitCode.CONFLICT,
                    "Port " + port
                            + " is in use, perhaps by another shearline dev. Stop that, or choose another port with --port.",
                    e);
        }
    }

    private static Settings parse(Map<String, String> environment, Map<Setting, String> settings) {
        try {
            return SettingsParser.parse(environment, Optional.empty(), settings);
        } catch (ConfigurationException e) {
            throw ConfigOption.refused(e);
        }
    }

    private static Map<Setting, String> settings(
            Map<String, String> environment, DevDirectory directory, String appUrl, String nodeUrl, int port) {
        var settings = new EnumMap<Setting, String>(Setting.class);
        if (!environment.containsKey(Setting.LOG_REQUESTS.environmentName())) {
            // a terminal is for people; who wants to see each request says so
            settings.put(Setting.LOG_REQUESTS, "off");
        }
        settings.put(Setting.LISTEN, HOST + ":" + port);
        settings.put(Setting.MANAGEMENT_LISTEN, HOST + ":0");
        settings.put(Setting.DATABASE_URL, appUrl);
        settings.put(Setting.NODE_DATABASE_URL, nodeUrl);
        settings.put(Setting.SECRET_KEYS_FILE, directory.instanceKeys().toString());
        settings.put(Setting.DATA_DIR, directory.root().toString());
        if (isUnset(environment, Setting.WEBHOOK_ALLOWED_NETWORKS)) {
            // receivers that somebody tries out are on this machine
            settings.put(Setting.WEBHOOK_ALLOWED_NETWORKS, "127.0.0.0/8, ::1");
        }
        if (isUnset(environment, Setting.SMTP_URL) && isUnset(environment, Setting.MAIL_FROM)) {
            settings.put(
                    Setting.SMTP_URL,
                    "file://" + directory.root().resolve("mail").toUri().getRawPath());
            settings.put(Setting.MAIL_FROM, "shearline@localhost");
        }
        return settings;
    }

    private static boolean isUnset(Map<String, String> environment, Setting setting) {
        return !environment.containsKey(setting.environmentName())
                && !environment.containsKey(setting.environmentName() + "_FILE");
    }

    private void welcome(boolean demo, Consumer<String> progress) {
        boolean first = directory.findOperatorKey().isEmpty();
        if (first && demo) {
            directory.setDemoPending();
        }
        directory.writeUrl(url());
        if (!directory.findOperatorKey().filter(this::opens).isPresent()) {
            directory.writeOperatorKey(server.issueOperatorKey(OPERATOR_KEY_NAME, ScopeSet.ALL));
        }
        if (directory.isDemoPending()) {
            progress.accept("loading the demo data");
            try (var client = client()) {
                new DemoData(client, Clock.systemUTC()).load();
            }
            directory.clearDemoPending();
        }
    }

    /** The database may be newer than the file: after it was deleted, or when the key was revoked. */
    private boolean opens(Secret key) {
        try (var client = new ApiClient(new Target(URI.create(url()), key), Set.of())) {
            client.get("/v1/keys/self", Map.of());
            return true;
        } catch (CommandFailure e) {
            if (e.exitCode() == ExitCode.SIGN_IN_NEEDED) {
                return false;
            }
            throw e;
        }
    }

    private ApiClient client() {
        return new ApiClient(
                new Target(URI.create(url()), directory.findOperatorKey().orElseThrow()), Set.of());
    }

    String url() {
        return "http://" + HOST + ":" + server.port();
    }

    /** Shows an operator key in a browser, once. */
    String oneTimeLink() {
        return url() + server.openOneTimeLink();
    }

    String managementUrl() {
        return "http://" + HOST + ":" + server.managementPort();
    }

    DevDirectory directory() {
        return directory;
    }

    /** Where PostgreSQL's data are, when that is not below the data directory. */
    Optional<Path> findRelocatedPostgres() {
        return database.postgres().isRelocated()
                ? Optional.of(database.postgres().dataDirectory())
                : Optional.empty();
    }

    /** The server first: what it still has to write, it writes. */
    @Override
    public void close() {
        try (database) {
            server.close();
        }
    }
}
