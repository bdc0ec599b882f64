package dev.shearline.cli;

import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;

/** {@code keys get}. */
@Command(name = "get", description = "Shows keys with all that is known of them.", mixinStandardHelpOptions = true)
final class KeysGet implements Callable<Integer> {
    @Mixin
    private final TargetOptions target = new TargetOptions();

    @Parameters(paramLabel = "ID", arity = "1..*", description = "their ids, such as key_3Fq0aZ81bQxR")
    private List<String> ids = List.of();

    private final Surroundings surroundings;
    private boolean first = true;

    KeysGet(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() {
        var output = target.output(surroundings);
        try (var client = target.connect(surroundings)) {
            return new EachKey(surroundings)
                    .print(
                            ids,
                            ids.size() > 1,
                            output,
                            id -> client.get(EachKey.path(id), Map.of()),
                            key -> page(output, key));
        }
    }

    private void page(Output output, JsonNode key) {
        if (!first) {
            surroundings.out().println();
        }
        first = false;
        output.one(key, KeyViews.KEY);
    }
}
