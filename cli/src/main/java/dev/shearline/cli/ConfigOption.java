package dev.shearline.cli;

import dev.shearline.server.config.ConfigurationException;
import dev.shearline.server.config.EffectiveSetting;
import dev.shearline.server.config.Settings;
import dev.shearline.server.config.SettingsParser;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The configuration of a node, for commands that work with what {@code serve} would run with. */
final class ConfigOption {
    @Option(names = "--config", paramLabel = "FILE", description = "lines of key=value (or SHEARLINE_CONFIG)")
    private @Nullable Path config;

    Settings settings(Surroundings surroundings) {
        return refusing(() -> SettingsParser.parse(surroundings.serverEnvironment(), file(surroundings), Map.of()));
    }

    List<EffectiveSetting> effective(Surroundings surroundings) {
        return refusing(() -> EffectiveSetting.list(surroundings.serverEnvironment(), file(surroundings)));
    }

    Optional<Path> file(Surroundings surroundings) {
        return Optional.ofNullable(config).map(surroundings.directory()::resolve);
    }

    private static <T> T refusing(Supplier<T> parsed) {
        try {
            return parsed.get();
        } catch (ConfigurationException e) {
            throw refused(e);
        }
    }

    static CommandFailure refused(ConfigurationException e) {
        return new CommandFailure(ExitCode.USAGE, String.join("\nerror: ", e.faults()), e);
    }
}
