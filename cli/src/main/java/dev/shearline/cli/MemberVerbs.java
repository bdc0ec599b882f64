package dev.shearline.cli;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Function;
import picocli.CommandLine;
import tools.jackson.databind.JsonNode;

/** What can be done with members besides the usual verbs. */
final class MemberVerbs {
    private static final String SCOPE = "--scope";
    private static final String OF_ROLES = "--of-roles";

    static final String ROLES =
            "viewer, developer, admin or owner: of the whole organization, or at a unit such as admin@ext:web;"
                    + " repeatable";
    static final String USUAL_ROLE = " (default: developer of the whole organization)";

    private MemberVerbs() {}

    static Map<String, Function<Surroundings, CommandLine>> all() {
        var all = new LinkedHashMap<String, Function<Surroundings, CommandLine>>();
        all.put(
                "scopes",
                of(
                        "scopes",
                        "Sets what a member may do, in the place of the scopes of their roles. For operators.",
                        MemberVerbs::scopes));
        all.put("limits", LimitsVerb.of(Resources::members));
        all.put(
                "offboarding",
                of(
                        "offboarding",
                        "Shows what the removal of a member would end, and which keys they made that stay.",
                        MemberVerbs::offboarding));
        return all;
    }

    private static Function<Surroundings, CommandLine> of(
            String name, String description, BiFunction<ResourceCommand, VerbCommand, VerbCommand> made) {
        return surroundings -> made.apply(
                        new ResourceCommand(surroundings, Resources.members()),
                        new VerbCommand(surroundings, name, description))
                .line();
    }

    private static VerbCommand scopes(ResourceCommand members, VerbCommand command) {
        return members.withId(command)
                .list(SCOPE, "SCOPE", "what they may do, all of it; repeatable")
                .flag(OF_ROLES, "give back the scopes of their roles")
                .doing((client, given) -> {
                    var scopes = given.list(SCOPE);
                    if (scopes.isEmpty() != given.has(OF_ROLES)) {
                        throw CommandFailure.usage("Say which: --scope for each scope, or --of-roles.");
                    }
                    var path = members.path(given, "/scopes");
                    var body = ApiClient.object();
                    scopes.forEach(body.putArray("scopes")::add);
                    given.changed(
                            "Changed",
                            members.resource(),
                            scopes.isEmpty() ? client.delete(path) : client.put(path, body));
                    return ExitCode.OK;
                });
    }

    private static VerbCommand offboarding(ResourceCommand members, VerbCommand command) {
        return members.withId(command).doing((client, given) -> {
            var preview = client.get(members.path(given, "/offboarding"), Map.of());
            if (!given.output().isForPeople()) {
                given.output().one(preview, members.resource().view());
                return ExitCode.OK;
            }
            var surroundings = given.surroundings();
            surroundings.answer(given.titled(members.resource(), preview.path("member")));
            if (preview.path("last_owner").asBoolean(false)) {
                surroundings.answer("  The last owner of the organization: only an operator removes them.");
            }
            print(
                    surroundings,
                    preview.path("ends"),
                    "that go with the membership",
                    "No personal key goes with the membership.",
                    "");
            print(
                    surroundings,
                    preview.path("stays"),
                    "that they made and that stay, to be rotated, for they may know the secrets",
                    "They made no key that stays.",
                    "Once the member is removed, this replaces all of them: shearline keys rotate --where 'made_by="
                            + filter(preview.path("member")) + "'");
            preview.path("webhooks")
                    .forEach(endpoint -> surroundings.answer("  Webhook "
                            + Text.printable(endpoint.path("id").asString(""))
                            + " that they made goes on hearing: shearline webhooks rotate-secret gives"
                            + " it another secret"));
            return ExitCode.OK;
        });
    }

    private static String filter(JsonNode member) {
        return Text.printable(member.path("id").asString("")) + "&organization="
                + Text.printable(member.path("organization").asString(""));
    }

    /** @param then what can be done about them; empty for nothing */
    private static void print(Surroundings surroundings, JsonNode keys, String what, String none, String then) {
        int count = keys.path("count").asInt(0);
        if (count == 0) {
            surroundings.answer("  " + none);
            return;
        }
        surroundings.answer("  " + (keys.path("more").asBoolean(false) ? "more than " : "") + count
                + (count == 1 ? " key " : " keys ") + what + ":");
        var items = keys.path("items");
        items.forEach(
                key -> surroundings.answer("    " + KeyText.titled(key) + ", " + KeyText.party(key.path("owner"))));
        if (count > items.size()) {
            surroundings.answer("    … and more: shearline keys list");
        }
        if (!then.isEmpty()) {
            surroundings.answer("    " + then);
        }
    }
}
