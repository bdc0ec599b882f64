package dev.shearline.cli;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code dev}. */
@Command(
        name = "dev",
        description = "Runs a service of your own on this machine, with its own PostgreSQL.",
        mixinStandardHelpOptions = true)
final class DevCommand implements Callable<Integer> {
    private static final int PORT_MAX = 65_535;

    @Option(
            names = "--port",
            paramLabel = "PORT",
            description = "where the API listens; 0 for any free port (default: 8080)")
    private int port = 8080;

    @Option(
            names = "--data-dir",
            paramLabel = "DIRECTORY",
            description = "where everything is kept (or SHEARLINE_DATA_DIR; default: .shearline)")
    private @Nullable Path data;

    @Option(names = "--no-demo", description = "start empty, without the organization Acme Corp")
    private boolean noDemo;

    private final Surroundings surroundings;

    DevCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() {
        if (port < 0 || port > PORT_MAX) {
            throw CommandFailure.usage("--port must be a number from 0 to " + PORT_MAX + ".");
        }
        var stop = Stop.listening();
        var progress = surroundings.err();
        var instance = DevInstance.start(
                surroundings.serverEnvironment(), directory(), port, !noDemo, step -> progress.println(step + " …"));
        print(instance);
        return stop.await(instance, () -> progress.println("stopping …"));
    }

    private Path directory() {
        var chosen = data != null
                ? data
                : Path.of(surroundings.findVariable("SHEARLINE_DATA_DIR").orElse(Sources.DATA_DIRECTORY));
        return surroundings.directory().resolve(chosen);
    }

    private void print(DevInstance instance) {
        var root = instance.directory().root();
        line("");
        line(surroundings.style().paint(Style.Colour.BOLD, "Shearline is running."));
        line("");
        line("  API           " + instance.url());
        line("  Management    " + instance.managementUrl() + "/readyz and /metrics");
        line("  Data          " + root);
        instance.findRelocatedPostgres().ifPresent(place -> line("  PostgreSQL    " + place));
        line("  Operator key  " + instance.directory().operatorKey() + " (the command line finds it)");
        line("  Reference     " + instance.url() + "/docs");
        line("");
        line("A link that shows an operator key once, within 15 minutes:");
        line("  " + instance.oneTimeLink());
        line("");
        line("In another terminal:");
        line("  ./shearline keys list"
                + (isFoundFromHere(root)
                        ? ""
                        : " --url " + instance.url() + " --key-file "
                                + instance.directory().operatorKey()));
        line("  curl -H \"Authorization: Bearer $(cat " + instance.directory().operatorKey() + ")\" " + instance.url()
                + "/v1/keys");
        line("");
        line("Ctrl-C stops it; the data stay.");
    }

    private boolean isFoundFromHere(Path root) {
        return root.equals(surroundings.directory().resolve(Sources.DATA_DIRECTORY));
    }

    private void line(String text) {
        surroundings.out().println(text);
    }
}
