package dev.shearline.cli;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** The commands below another one. Only that which is called is made: start-up is most of what a short command takes. */
final class Commands {
    private final Map<String, Supplier<CommandLine>> commands = new LinkedHashMap<>();

    Commands add(String name, Supplier<CommandLine> command) {
        commands.put(name, command);
        return this;
    }

    /** @param arguments from this level on; all commands are made where they do not begin with the name of one */
    void addTo(CommandLine line, List<String> arguments) {
        var called = arguments.isEmpty() ? null : commands.get(arguments.getFirst());
        if (called != null) {
            line.addSubcommand(arguments.getFirst(), called.get());
        } else {
            commands.forEach((name, command) -> line.addSubcommand(name, command.get()));
        }
    }

    /** A command that does nothing by itself. */
    CommandLine group(String name, String description, List<String> arguments) {
        var group = new Group(name);
        var spec = CommandSpec.wrapWithoutInspection(group).name(name).mixinStandardHelpOptions(true);
        spec.usageMessage().description(description).synopsisSubcommandLabel("COMMAND");
        group.spec = spec;
        var line = new CommandLine(spec);
        addTo(line, arguments);
        return line;
    }

    private final class Group implements Runnable {
        private final String name;
        private @Nullable CommandSpec spec;

        Group(String name) {
            this.name = name;
        }

        @Override
        public void run() {
            throw new ParameterException(
                    Objects.requireNonNull(spec).commandLine(),
                    "Say what to do with " + name + ": " + String.join(", ", commands.keySet()) + ".");
        }
    }
}
