package dev.shearline.cli;

import dev.shearline.cli.View.Part;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import tools.jackson.databind.node.ObjectNode;

/** {@code auth status}. */
@Command(
        name = "status",
        description = {
            "Shows which instance commands speak to, and which key they send.",
            "Exits with 4 when there is no key or it is dead, with 7 when nothing answers."
        },
        mixinStandardHelpOptions = true)
final class AuthStatus implements Callable<Integer> {
    @Mixin
    private final TargetOptions target = new TargetOptions();

    private final Surroundings surroundings;

    AuthStatus(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() {
        var sources = target.sources(surroundings);
        var speaksTo = sources.target();
        var url = sources.findUrl().orElseThrow();
        var key = sources.findKey(url).orElseThrow();
        try (var client = new ApiClient(speaksTo, Set.of())) {
            var self = (ObjectNode) client.get("/v1/keys/self", Map.of());
            self.put("url", speaksTo.url().toString());
            self.put("url_source", url.place());
            self.put("key_source", key.place());
            target.output(surroundings).one(self, view());
            return ExitCode.OK;
        } catch (CommandFailure e) {
            if (e.exitCode() == ExitCode.SIGN_IN_NEEDED) {
                throw new CommandFailure(
                        e.exitCode(),
                        "The key from " + key.place() + " does not open " + speaksTo.url() + ".\n" + e.getMessage(),
                        e);
            }
            throw e;
        }
    }

    private static View view() {
        var lines = new ArrayList<Part>(List.of(
                Part.of("Instance", "url"), Part.of("  found in", "url_source"), Part.of("Key from", "key_source")));
        lines.addAll(KeyViews.KEY.lines());
        var fields = Stream.concat(Stream.of("url", "url_source", "key_source"), KeyViews.KEY.fields().stream());
        return new View("", List.of(), 0, lines, fields.toList());
    }
}
