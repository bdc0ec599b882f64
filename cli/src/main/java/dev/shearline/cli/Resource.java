package dev.shearline.cli;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import picocli.CommandLine;

/**
 * Things of one kind that the API keeps, as a command with the usual verbs.
 *
 * @param command {@code teams}
 * @param noun {@code team}
 * @param path {@code /v1/teams}
 * @param id the name of the field that a path names it by
 * @param verbs which it has
 * @param further verbs of its own
 * @param switches verbs that take nothing but an id
 * @param inOrganization whether {@code --organization} says where an {@code ext:} id is meant
 * @param loss what goes with it when it is removed
 */
record Resource(
        String command,
        String noun,
        String description,
        String path,
        String id,
        View view,
        Set<String> verbs,
        Map<String, Function<Surroundings, CommandLine>> further,
        List<Switch> switches,
        boolean inOrganization,
        String loss,
        List<Field> fields) {
    static final String LIST = "list";
    static final String GET = "get";
    static final String CREATE = "create";
    static final String PUT = "put";
    static final String UPDATE = "update";
    static final String REMOVE = "remove";
    /** Of what keys belong to: they stand in the way of its removal, unless they go with it. */
    static final String REMOVE_WITH_KEYS = "remove with keys";
    /** The id of what is named as type/id, which are two parts of a path. */
    static final String IN_TWO_PARTS = "resource";

    /**
     * A verb that takes nothing but an id.
     *
     * @param name also the last part of its path
     */
    record Switch(String name, String past, String description) {}

    String aNoun() {
        return ("aeiou".indexOf(noun.charAt(0)) >= 0 ? "an " : "a ") + noun;
    }

    boolean isInTwoParts() {
        return id.equals(IN_TWO_PARTS);
    }

    /** The path of one of them. */
    String pathOf(String named) {
        if (!isInTwoParts()) {
            return path + "/" + ApiClient.encode(named);
        }
        int slash = named.indexOf('/');
        if (slash < 0) {
            throw CommandFailure.usage("Name it by its type and your id of it, such as project/42.");
        }
        return path + "/" + ApiClient.encode(named.substring(0, slash)) + "/"
                + ApiClient.encode(named.substring(slash + 1));
    }

    List<Field> fields(Field.Verb verb) {
        return fields.stream().filter(field -> field.isOf(verb)).toList();
    }
}
