package dev.shearline.cli;

import dev.shearline.cli.Sources.Source;
import dev.shearline.cli.View.Part;
import dev.shearline.token.KeyFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import tools.jackson.databind.node.ArrayNode;

/** {@code auth sources}. */
@Command(
        name = "sources",
        description = {
            "Lists every place where the instance and the key are looked for, the first first.",
            "The one that counts is marked. No key is shown whole."
        },
        mixinStandardHelpOptions = true)
final class AuthSources implements Callable<Integer> {
    private static final int MASKED_MIN = 32;
    private static final View VIEW = new View(
            "sources",
            List.of(
                    new Part(
                            "",
                            (surroundings, source) -> source.path("active").asBoolean(false)
                                    ? new Table.Cell("→", Style.Colour.GREEN)
                                    : Table.Cell.of("")),
                    Part.of("FOR", "setting"),
                    Part.of("SOURCE", "source"),
                    Part.of("WHERE", "place"),
                    Part.of("VALUE", "value")),
            3,
            List.of(),
            List.of("setting", "source", "place", "active", "value"));

    @Mixin
    private final TargetOptions target = new TargetOptions();

    private final Surroundings surroundings;

    AuthSources(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() {
        var sources = target.sources(surroundings);
        var rows = ApiClient.JSON.createArrayNode();
        var activeUrl = sources.findUrl();
        for (var source : sources.urls()) {
            add(rows, "instance", source, activeUrl, source.find().orElse("not set"));
        }
        var activeKey = activeUrl.flatMap(url -> findKey(sources, url));
        for (var source : sources.keys()) {
            add(rows, "key", source, activeKey, shown(source, activeUrl));
        }
        target.output(surroundings).all(rows, VIEW);
        return ExitCode.OK;
    }

    /** What keeps a key from being sent is told, and does not keep the rest from being listed. */
    private Optional<Source> findKey(Sources sources, Source url) {
        try {
            return sources.findKey(url);
        } catch (CommandFailure e) {
            surroundings.tell("warning: " + e.getMessage());
            return Optional.empty();
        }
    }

    private static void add(ArrayNode rows, String setting, Source source, Optional<Source> active, String value) {
        rows.addObject()
                .put("setting", setting)
                .put("source", source.kind().words())
                .put("place", source.place())
                .put("active", active.filter(source::equals).isPresent())
                .put("value", value);
    }

    private static String shown(Source key, Optional<Source> url) {
        Optional<String> found;
        try {
            found = key.find();
        } catch (CommandFailure e) {
            return "cannot be read";
        }
        if (found.isEmpty()) {
            return "not set";
        }
        boolean used = url.flatMap(Source::find)
                .filter(instance -> Sources.isFor(key, Target.withoutSlash(instance)))
                .isPresent();
        return used ? masked(found.get()) : "for another instance";
    }

    /** As the server shows it; what is too short to be a key of ours is not shown at all. */
    private static String masked(String key) {
        return key.length() < MASKED_MIN ? "set" : KeyFormat.mask(KeyFormat.prefixOf(key), KeyFormat.lastFourOf(key));
    }
}
