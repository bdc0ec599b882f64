package dev.shearline.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import tools.jackson.databind.JsonNode;

/** {@code keys disable} and {@code keys enable}. */
@Command(mixinStandardHelpOptions = true)
final class KeysSwitch implements Callable<Integer> {
    @Mixin
    private final TargetOptions target = new TargetOptions();

    @Mixin
    private final KeySelection selection = new KeySelection();

    @Mixin
    private final Confirmation confirmation = new Confirmation();

    private final Surroundings surroundings;
    private final String verb;

    private KeysSwitch(Surroundings surroundings, String verb) {
        this.surroundings = surroundings;
        this.verb = verb;
    }

    static CommandLine disable(Surroundings surroundings) {
        return of(surroundings, "disable", "Refuses keys until somebody enables them again.");
    }

    static CommandLine enable(Surroundings surroundings) {
        return of(surroundings, "enable", "Ends the disabling of keys.");
    }

    private static CommandLine of(Surroundings surroundings, String verb, String description) {
        var line = new CommandLine(new KeysSwitch(surroundings, verb));
        line.getCommandSpec().name(verb).usageMessage().description(description);
        return line;
    }

    @Override
    public Integer call() {
        return new KeyChange(verb, false)
                .run(
                        surroundings,
                        target,
                        selection,
                        confirmation,
                        (client, id) -> client.post(EachKey.path(id) + "/" + verb, ApiClient.object()),
                        this::sentence);
    }

    private String sentence(JsonNode key) {
        var known = Propagated.everywhere(key.path("propagation"));
        var done = verb.equals("disable") ? "Disabled " : "Enabled ";
        return done + KeyText.titled(key) + (known.isEmpty() ? "." : ": " + known + ".");
    }
}
