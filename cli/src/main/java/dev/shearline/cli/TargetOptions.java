package dev.shearline.cli;

import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options of every command that speaks to an instance. */
final class TargetOptions {
    @Option(
            names = "--url",
            paramLabel = "URL",
            description = "the instance (or SHEARLINE_URL; else the nearest ./shearline dev)")
    private @Nullable String url;

    @Option(
            names = "--key-file",
            paramLabel = "FILE",
            description = "file with the key to call with (or SHEARLINE_KEY, SHEARLINE_KEY_FILE)")
    private @Nullable Path keyFile;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FORMAT",
            description = "table or json (default: table)")
    private Format format = Format.table;

    /** As written on the command line. */
    enum Format {
        table,
        json
    }

    boolean json() {
        return format == Format.json;
    }

    ApiClient connect(Surroundings surroundings) {
        return new ApiClient(Target.resolve(surroundings, Optional.ofNullable(url), Optional.ofNullable(keyFile)));
    }
}
