package dev.shearline.cli;

import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The options of every command that speaks to an instance. */
final class TargetOptions {
    @Option(
            names = "--url",
            paramLabel = "URL",
            description = "the instance (or SHEARLINE_URL; shearline auth sources lists what else is looked at)")
    private @Nullable String url;

    @Option(
            names = "--key-file",
            paramLabel = "FILE",
            description = "file with the key to call with (or SHEARLINE_KEY, SHEARLINE_KEY_FILE)")
    private @Nullable Path keyFile;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FORMAT",
            description = "table, json, yaml or csv (default: table)")
    private Format format = Format.table;

    @Spec(Spec.Target.MIXEE)
    private @Nullable CommandSpec command;

    /** Where no annotation says which command has these options. */
    void of(CommandSpec spec) {
        command = spec;
    }

    Format format() {
        return format;
    }

    Output output(Surroundings surroundings) {
        return new Output(surroundings, format);
    }

    Sources sources(Surroundings surroundings) {
        return Sources.of(surroundings, Optional.ofNullable(url), Optional.ofNullable(keyFile));
    }

    ApiClient connect(Surroundings surroundings) {
        var options = Objects.requireNonNull(command).optionsMap().keySet();
        return new ApiClient(sources(surroundings).target(), Set.copyOf(options));
    }
}
