package dev.shearline.cli;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import picocli.CommandLine;

/** The command of a {@link Resource}: its verbs, and what they do. */
final class ResourceCommand {
    private static final String TYPE_AND_ID = "its type and your id of it, such as project/42";
    private static final String REVOKE_KEYS = "--revoke-keys";

    private final Surroundings surroundings;
    private final Resource resource;

    ResourceCommand(Surroundings surroundings, Resource resource) {
        this.surroundings = surroundings;
        this.resource = resource;
    }

    static CommandLine of(Surroundings surroundings, Resource resource, List<String> arguments) {
        var command = new ResourceCommand(surroundings, resource);
        return command.verbs().group(resource.command(), resource.description(), arguments);
    }

    /** The usual verbs, for a command that has others too. */
    static Commands verbsOf(Surroundings surroundings, Resource resource) {
        return new ResourceCommand(surroundings, resource).verbs();
    }

    /** The verb that removes, under another name. */
    static CommandLine removal(Surroundings surroundings, Resource resource, String name) {
        var command = new VerbCommand(surroundings, name, "Deletes " + resource.aNoun() + ". " + resource.loss());
        return new ResourceCommand(surroundings, resource).remove(command).line();
    }

    private Commands verbs() {
        var commands = new Commands();
        add(
                commands,
                Resource.LIST,
                this::list,
                "Lists " + resource.view().none().split(":")[0] + ".");
        add(commands, Resource.GET, this::get, "Shows " + resource.aNoun() + ".");
        add(commands, Resource.CREATE, this::create, "Creates " + resource.aNoun() + ", and prints its id.");
        add(
                commands,
                Resource.PUT,
                this::put,
                "Creates or changes " + resource.aNoun() + " by an id of your own, and prints ours.");
        add(commands, Resource.UPDATE, this::update, "Changes " + resource.aNoun() + ".");
        resource.further().forEach((name, command) -> commands.add(name, () -> command.apply(surroundings)));
        for (var each : resource.switches()) {
            commands.add(each.name(), () -> switchCommand(each));
        }
        add(commands, Resource.REMOVE, this::remove, "Removes " + resource.aNoun() + ". " + resource.loss());
        return commands;
    }

    private void add(Commands commands, String verb, Function<VerbCommand, VerbCommand> made, String description) {
        if (resource.verbs().contains(verb)) {
            commands.add(
                    verb,
                    () -> made.apply(new VerbCommand(surroundings, verb, description))
                            .line());
        }
    }

    private VerbCommand list(VerbCommand command) {
        var fields = resource.fields(Field.Verb.LIST);
        boolean paged = resource.verbs().size() > 1;
        command.fields(fields, Field.Verb.LIST);
        if (paged) {
            command.option("--limit", "N", "how many, at most 100 (default: 25)")
                    .flag("--all", "every page");
        }
        return command.doing((client, given) -> {
            var parameters = given.query(fields);
            given.find("--limit").ifPresent(limit -> parameters.put("limit", limit));
            boolean all = paged && given.has("--all");
            given.output().listing(resource.view()).print(client, resource.path(), parameters, all);
            return ExitCode.OK;
        });
    }

    private VerbCommand get(VerbCommand command) {
        return withId(command).doing((client, given) -> {
            given.output().one(client.get(path(given, ""), Map.of()), resource.view());
            return ExitCode.OK;
        });
    }

    private VerbCommand create(VerbCommand command) {
        var fields = resource.fields(Field.Verb.CREATE);
        return command.fields(fields, Field.Verb.CREATE).doing((client, given) -> {
            given.made("Created", resource, client.post(resource.path(), given.body(fields)));
            return ExitCode.OK;
        });
    }

    private VerbCommand put(VerbCommand command) {
        var fields = resource.fields(Field.Verb.PUT);
        command.id(resource.isInTwoParts() ? TYPE_AND_ID : "your own id of it, as ext:<your id>")
                .fields(fields, Field.Verb.PUT);
        return command.doing((client, given) -> {
            given.made("Saved", resource, client.put(resource.pathOf(given.id()), given.body(fields)));
            return ExitCode.OK;
        });
    }

    private VerbCommand update(VerbCommand command) {
        var fields = resource.fields(Field.Verb.UPDATE);
        return withId(command).fields(fields, Field.Verb.UPDATE).doing((client, given) -> {
            var body = given.body(fields);
            if (body.isEmpty()) {
                throw CommandFailure.usage(
                        "Nothing to change: say what. shearline " + resource.command() + " update --help lists all.");
            }
            given.changed("Changed", resource, client.patch(path(given, ""), body));
            return ExitCode.OK;
        });
    }

    private CommandLine switchCommand(Resource.Switch each) {
        var command = new VerbCommand(surroundings, each.name(), each.description());
        return withId(command)
                .doing((client, given) -> {
                    given.changed(
                            each.past(), resource, client.post(path(given, "/" + each.name()), ApiClient.object()));
                    return ExitCode.OK;
                })
                .line();
    }

    private VerbCommand remove(VerbCommand command) {
        var confirmation = new Confirmation();
        if (resource.verbs().contains(Resource.REMOVE_WITH_KEYS)) {
            command.flag(REVOKE_KEYS, "revoke its keys with it");
        }
        return withId(command)
                .mixin("confirmation", confirmation)
                .doing((client, given) -> {
                    if (!confirmation.isGiven()) {
                        var thing = client.get(path(given, ""), Map.of());
                        surroundings.tell("  " + given.titled(resource, thing));
                        surroundings.tell("  " + resource.loss());
                        if (!confirmation.confirms(surroundings, "remove it", given.word(resource, thing), true)) {
                            return ExitCode.FAILURE;
                        }
                    }
                    given.changed("Removed", resource, client.delete(removal(given)));
                    return ExitCode.OK;
                })
                .before(() -> confirmation.require(
                        surroundings, "remove the " + resource.noun().toLowerCase(Locale.ROOT)));
    }

    private String removal(Given given) {
        var path = path(given, "");
        return resource.verbs().contains(Resource.REMOVE_WITH_KEYS) && given.has(REVOKE_KEYS)
                ? path + (path.contains("?") ? "&" : "?") + "keys=revoke"
                : path;
    }

    Resource resource() {
        return resource;
    }

    VerbCommand withId(VerbCommand command) {
        if (resource.isInTwoParts()) {
            return command.id(TYPE_AND_ID)
                    .option("--organization", "ID", "its organization, where you are an operator");
        }
        command.id(resource.id().equals("id") ? "its id, or ext:<your id>" : "its " + resource.id());
        if (resource.inOrganization()) {
            command.option(
                    "--organization", "ID", "its organization, where it is named by ext: and you are an operator");
        }
        return command;
    }

    String path(Given given, String rest) {
        var path = resource.pathOf(given.id()) + rest;
        return given.find("--organization")
                .filter(organization -> resource.inOrganization())
                .map(organization -> ApiClient.withQuery(path, Map.of("organization", organization)))
                .orElse(path);
    }
}
