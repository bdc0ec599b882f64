package dev.shearline.cli;

import dev.shearline.server.config.EffectiveSetting;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import tools.jackson.databind.node.ArrayNode;

/** {@code config check}. */
@Command(
        name = "check",
        description = {
            "Reads environment and file as serve would, and touches nothing.",
            "Prints every fault, or every setting with where it comes from. Passwords are not shown."
        },
        mixinStandardHelpOptions = true)
final class ConfigCheck implements Callable<Integer> {
    private static final View VIEW =
            new View("settings", List.of(), 0, List.of(), List.of("setting", "variable", "value", "source"));

    @Mixin
    private final ConfigOption config = new ConfigOption();

    @Mixin
    private final FormatOption format = new FormatOption();

    private final Surroundings surroundings;

    ConfigCheck(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    /** {@code config}. */
    static CommandLine group(Surroundings surroundings, List<String> arguments) {
        return new Commands()
                .add("check", () -> new CommandLine(new ConfigCheck(surroundings)))
                .group("config", "The configuration of a node.", arguments);
    }

    @Override
    public Integer call() {
        var effective = config.effective(surroundings);
        var output = format.output(surroundings);
        if (output.isForPeople()) {
            print(effective);
        } else {
            output.all(rows(effective), VIEW);
        }
        return ExitCode.OK;
    }

    /** By where they come from, as they would stand in a file: in columns, what is long would be cut. */
    private void print(List<EffectiveSetting> effective) {
        var places = new LinkedHashMap<String, List<String>>();
        for (var setting : effective) {
            places.computeIfAbsent(place(setting), _ -> new ArrayList<>())
                    .add("  " + setting.setting().key() + " = " + setting.value());
        }
        places.forEach((place, lines) -> {
            surroundings.out().println(surroundings.style().paint(Style.Colour.BOLD, Text.printable(place)));
            lines.forEach(line -> surroundings.out().println(Text.printable(line)));
        });
    }

    private static String place(EffectiveSetting setting) {
        if (setting.isDefault() || setting.source().startsWith("SHEARLINE_")) {
            return setting.isDefault() ? "by default" : "from the environment";
        }
        return "from " + setting.source().substring(0, setting.source().lastIndexOf(':'));
    }

    private static ArrayNode rows(List<EffectiveSetting> settings) {
        var rows = ApiClient.JSON.createArrayNode();
        for (var effective : settings) {
            rows.addObject()
                    .put("setting", effective.setting().key())
                    .put("variable", effective.setting().environmentName())
                    .put("value", effective.value())
                    .put("source", effective.source());
        }
        return rows;
    }
}
