package dev.shearline.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.function.ToIntBiFunction;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** A command that is put together instead of being a class: one verb of a {@link Resource}. */
final class VerbCommand implements Callable<Integer> {
    private final Surroundings surroundings;
    private final TargetOptions target = new TargetOptions();
    private final List<Runnable> before = new ArrayList<>();
    private final CommandLine line;
    private @Nullable ToIntBiFunction<ApiClient, Given> work;

    VerbCommand(Surroundings surroundings, String name, String description) {
        this.surroundings = surroundings;
        var spec = CommandSpec.wrapWithoutInspection(this).name(name).mixinStandardHelpOptions(true);
        spec.usageMessage().description(description.strip());
        spec.addMixin("target", CommandSpec.forAnnotatedObject(target));
        target.of(spec);
        this.line = new CommandLine(spec);
    }

    CommandLine line() {
        return line;
    }

    VerbCommand mixin(String name, Object options) {
        line.getCommandSpec().addMixin(name, CommandSpec.forAnnotatedObject(options));
        return this;
    }

    VerbCommand id(String description) {
        line.getCommandSpec()
                .addPositional(PositionalParamSpec.builder()
                        .index("0")
                        .arity("1")
                        .required(true)
                        .paramLabel("ID")
                        .type(String.class)
                        .description(description)
                        .build());
        return this;
    }

    VerbCommand option(String name, String label, String description) {
        return add(OptionSpec.builder(name)
                .arity("1")
                .type(String.class)
                .paramLabel(label)
                .description(description));
    }

    VerbCommand list(String name, String label, String description) {
        return add(OptionSpec.builder(name)
                .arity("1")
                .type(List.class)
                .auxiliaryTypes(String.class)
                .splitRegex(",")
                .paramLabel(label)
                .description(description));
    }

    VerbCommand flag(String name, String description) {
        return add(OptionSpec.builder(name).arity("0").type(boolean.class).description(description));
    }

    VerbCommand fields(List<Field> fields, Field.Verb verb) {
        for (var field : fields) {
            var option = OptionSpec.builder(field.option())
                    .paramLabel(field.label())
                    .required(field.needed().contains(verb))
                    .description(field.description());
            add(
                    switch (field.form()) {
                        case TEXT, CLEARABLE, NUMBER, SLOTS -> option.arity("1").type(String.class);
                        case LIST, ROLES ->
                            option.arity("1")
                                    .type(List.class)
                                    .auxiliaryTypes(String.class)
                                    .splitRegex(",");
                        case KEY_TYPES -> option.arity("1").type(List.class).auxiliaryTypes(String.class);
                        case FLAG -> option.arity("0").type(boolean.class).negatable(verb == Field.Verb.UPDATE);
                    });
        }
        return this;
    }

    VerbCommand add(OptionSpec.Builder option) {
        line.getCommandSpec().addOption(option.build());
        return this;
    }

    /** Before anything is looked for. */
    VerbCommand before(Runnable check) {
        before.add(check);
        return this;
    }

    VerbCommand doing(ToIntBiFunction<ApiClient, Given> done) {
        work = done;
        return this;
    }

    @Override
    public Integer call() {
        before.forEach(Runnable::run);
        try (var client = target.connect(surroundings)) {
            var given = new Given(surroundings, target.output(surroundings), line.getParseResult());
            return Objects.requireNonNull(work).applyAsInt(client, given);
        }
    }
}
