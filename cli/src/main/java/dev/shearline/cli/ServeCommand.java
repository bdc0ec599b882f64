package dev.shearline.cli;

import dev.shearline.server.AddressUnavailableException;
import dev.shearline.server.Server;
import dev.shearline.server.config.ConfigurationException;
import dev.shearline.server.config.Settings;
import dev.shearline.server.config.SettingsParser;
import dev.shearline.server.db.DatabaseUnavailableException;
import dev.shearline.server.secrets.SecretsException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code serve}. */
@Command(
        name = "serve",
        description = {
            "Runs one node of the service on your PostgreSQL, 15 or later.",
            "Configured by SHEARLINE_… variables and a file; start as many nodes as you like."
        },
        mixinStandardHelpOptions = true)
final class ServeCommand implements Callable<Integer> {
    private static final String LOG_CONFIGURATION = "logback.configurationFile";
    private static final String JSON_LOG = "dev/shearline/cli/serve-log.xml";

    private static final Duration LOOK = Duration.ofMillis(100);

    @Option(names = "--config", paramLabel = "FILE", description = "lines of key=value (or SHEARLINE_CONFIG)")
    private @Nullable Path config;

    private final Surroundings surroundings;

    ServeCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() {
        // before the first logger is made
        System.setProperty(LOG_CONFIGURATION, System.getProperty(LOG_CONFIGURATION, JSON_LOG));
        var stop = Stop.listening();
        var settings = settings();
        Server server;
        try {
            server = Server.start(settings);
        } catch (SecretsException e) {
            throw CommandFailure.because(ExitCode.USAGE, e);
        } catch (ConfigurationException e) {
            throw ConfigOption.refused(e);
        } catch (AddressUnavailableException e) {
            throw CommandFailure.because(ExitCode.CONFLICT, e);
        }
        surroundings
                .out()
                .println("Shearline listens on " + settings.listen().host() + ":" + server.port()
                        + ", for management on " + settings.managementListen().host() + ":" + server.managementPort()
                        + ".");
        var _ = Thread.ofVirtual().name("first operator key").start(() -> tellOfFirstKey(server));
        return stop.await(server, () -> {});
    }

    /** Once, as soon as the database can be asked: whoever starts an instance has no key to ask it with. */
    private void tellOfFirstKey(Server server) {
        while (!server.isReady()) {
            LockSupport.parkNanos(LOOK.toNanos());
        }
        try {
            if (!server.hasOperatorKey()) {
                surroundings
                        .out()
                        .println("There is no operator key yet. Make the first one: shearline bootstrap"
                                + (config == null ? "   # with the environment of this node" : " --config " + config));
            }
        } catch (DatabaseUnavailableException e) {
            // gone again, or the node stops: readiness speaks of the one, and the other needs no advice
        }
    }

    private Settings settings() {
        try {
            return SettingsParser.parse(
                    surroundings.serverEnvironment(),
                    Optional.ofNullable(config).map(surroundings.directory()::resolve),
                    Map.of());
        } catch (ConfigurationException e) {
            throw ConfigOption.refused(e);
        }
    }
}
