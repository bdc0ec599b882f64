package dev.shearline.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code keys move}. */
@Command(
        name = "move",
        description = "Moves a team's key to another team or department, or to the organization. The key itself stays.",
        mixinStandardHelpOptions = true)
final class KeysMove implements Callable<Integer> {
    @Mixin
    private final TargetOptions target = new TargetOptions();

    @Option(
            names = "--to",
            paramLabel = "UNIT",
            required = true,
            description = "a team, a department or the organization: an id, or ext:<your id>")
    private String unit = "";

    @Parameters(paramLabel = "ID", description = "the key")
    private String id = "";

    private final Surroundings surroundings;

    KeysMove(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() {
        var body = ApiClient.object().put("unit", unit);
        var output = target.output(surroundings);
        try (var client = target.connect(surroundings)) {
            var key = client.post(EachKey.path(id) + "/move", body);
            if (output.isForPeople()) {
                var known = Propagated.everywhere(key.path("propagation"));
                surroundings.answer("Moved " + KeyText.titled(key) + " to " + KeyText.party(key.path("owner"))
                        + (known.isEmpty() ? "." : ": " + known + "."));
            } else {
                output.one(key, KeyViews.KEY);
            }
            return ExitCode.OK;
        }
    }
}
