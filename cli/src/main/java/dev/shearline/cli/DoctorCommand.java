package dev.shearline.cli;

import dev.shearline.cli.View.Part;
import dev.shearline.server.Server;
import dev.shearline.server.config.ConfigurationException;
import dev.shearline.server.doctor.Doctor;
import dev.shearline.server.doctor.Finding;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import tools.jackson.databind.node.ArrayNode;

/** {@code doctor}. */
@Command(
        name = "doctor",
        description = {
            "Looks at all that a node depends on: ok, warn or fail, each with what mends it.",
            "Exit code 1 when something failed. Changes nothing."
        },
        mixinStandardHelpOptions = true)
final class DoctorCommand implements Callable<Integer> {
    private static final int WHAT_WIDTH = 20;
    private static final String SETTINGS = "settings";
    private static final View VIEW =
            new View("findings", List.of(), 0, List.<Part>of(), List.of("level", "what", "figure", "mend"));

    @Mixin
    private final ConfigOption config = new ConfigOption();

    @Mixin
    private final FormatOption format = new FormatOption();

    private final Surroundings surroundings;

    DoctorCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() {
        var findings = findings();
        var output = format.output(surroundings);
        if (output.isForPeople()) {
            findings.forEach(this::print);
        } else {
            output.all(rows(findings), VIEW);
        }
        boolean failed = findings.stream().anyMatch(finding -> finding.level() == Finding.Level.FAIL);
        return failed ? ExitCode.FAILURE : ExitCode.OK;
    }

    /** What cannot be read as a configuration is a finding like others, and the only one. */
    private List<Finding> findings() {
        try {
            var effective = config.effective(surroundings);
            long given =
                    effective.stream().filter(setting -> !setting.isDefault()).count();
            var findings = new ArrayList<Finding>();
            findings.add(Finding.ok(SETTINGS, given + " given, " + (effective.size() - given) + " by default"));
            findings.addAll(new Doctor(config.settings(surroundings), Server.VERSION, surroundings.clock()).examine());
            return findings;
        } catch (CommandFailure e) {
            if (e.getCause() instanceof ConfigurationException refused) {
                return refused.faults().stream()
                        .map(fault -> Finding.fail(SETTINGS, fault, "shearline config check"))
                        .toList();
            }
            throw e;
        }
    }

    private void print(Finding finding) {
        var level = finding.level().name().toLowerCase(Locale.ROOT);
        var line = surroundings.style().paint(colour(finding.level()), level)
                + " ".repeat("ok  ".length() + 2 - level.length())
                + finding.what()
                + " ".repeat(Math.max(0, WHAT_WIDTH - finding.what().length()))
                + " (" + Text.printable(finding.figure()) + ")";
        surroundings.answer(line);
        // not folded: it is there to be copied
        finding.mend().ifPresent(mend -> surroundings.out().println("      " + Text.printable(mend)));
    }

    private static Style.Colour colour(Finding.Level level) {
        return switch (level) {
            case OK -> Style.Colour.GREEN;
            case WARN -> Style.Colour.YELLOW;
            case FAIL -> Style.Colour.RED;
        };
    }

    private static ArrayNode rows(List<Finding> findings) {
        var rows = ApiClient.JSON.createArrayNode();
        for (var finding : findings) {
            var row = rows.addObject()
                    .put("level", finding.level().name().toLowerCase(Locale.ROOT))
                    .put("what", finding.what())
                    .put("figure", finding.figure());
            finding.mend().ifPresent(mend -> row.put("mend", mend));
        }
        return rows;
    }
}
