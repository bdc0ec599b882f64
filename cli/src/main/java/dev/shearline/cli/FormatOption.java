package dev.shearline.cli;

import picocli.CommandLine.Option;

/** The format of what a command prints that speaks to no instance. */
final class FormatOption {
    @Option(
            names = {"-o", "--output"},
            paramLabel = "FORMAT",
            description = "table, json, yaml or csv (default: table)")
    private Format format = Format.table;

    Output output(Surroundings surroundings) {
        return new Output(surroundings, format);
    }
}
