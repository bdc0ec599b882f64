package dev.shearline.cli;

import static dev.shearline.cli.Field.Verb.CREATE;
import static dev.shearline.cli.Field.Verb.LIST;
import static dev.shearline.cli.Field.Verb.PUT;
import static dev.shearline.cli.Field.Verb.UPDATE;

import dev.shearline.cli.Resource.Switch;
import dev.shearline.cli.View.Part;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;
import tools.jackson.databind.JsonNode;

/** Every {@link Resource}. */
final class Resources {
    private static final Set<String> ALL_VERBS =
            Set.of(Resource.LIST, Resource.GET, Resource.CREATE, Resource.PUT, Resource.UPDATE, Resource.REMOVE);
    private static final Set<String> UNIT_VERBS = Set.of(
            Resource.LIST,
            Resource.GET,
            Resource.CREATE,
            Resource.PUT,
            Resource.UPDATE,
            Resource.REMOVE,
            Resource.REMOVE_WITH_KEYS);
    static final Set<String> ALL_BUT_PUT =
            Set.of(Resource.LIST, Resource.GET, Resource.CREATE, Resource.UPDATE, Resource.REMOVE);
    private static final Part ID = Part.of("ID", "id");
    private static final Part EXTERNAL = Part.of("YOUR ID", Resources::external);
    private static final Part NAME = Part.of("NAME", "name");
    private static final Part CREATED = Part.ago("CREATED", "created_at");
    private static final Part CREATED_AT = Part.time("Created", "created_at");
    private static final Part CHANGED_AT = Part.time("Changed", "updated_at");

    private Resources() {}

    /** By their commands, each made when it is asked for. */
    static Map<String, Supplier<Resource>> all() {
        var all = new LinkedHashMap<String, Supplier<Resource>>();
        all.put("orgs", Resources::organizations);
        all.put("departments", Resources::departments);
        all.put("teams", Resources::teams);
        all.put("users", Resources::users);
        all.put("members", Resources::members);
        all.put("scopes", Resources::scopes);
        all.put("roles", Resources::roles);
        all.put("resources", HostResource::of);
        all.put("plans", PlanResource::of);
        return all;
    }

    private static Resource organizations() {
        var view = new View(
                "organization: shearline orgs create --help",
                List.of(ID, EXTERNAL, NAME, Part.of("PLAN", "plan"), Part.of("STATUS", "status"), CREATED),
                2,
                lines(Part.of("Plan", "plan"), Part.of("Status", "status")),
                List.of("id", "external_id", "name", "status", "plan", "personal", "created_at", "updated_at"));
        return new Resource(
                "orgs",
                "organization",
                "Organizations: who has keys.",
                "/v1/organizations",
                "id",
                view,
                ALL_VERBS,
                new TreeMap<>(Map.of(
                        "limits",
                        LimitsVerb.of(Resources::organizations),
                        "plan",
                        OrgsPlan::of,
                        "policy",
                        OrgsPolicy::of)),
                List.of(
                        new Switch(
                                "suspend", "Suspended", "Refuses every key of an organization, until it is resumed."),
                        new Switch("resume", "Resumed", "Ends the suspension of an organization.")),
                false,
                "It is closed for good, and its keys are refused.",
                List.of(
                        nameField().neededBy(CREATE, PUT).takenBy(UPDATE),
                        externalId(),
                        Field.of(
                                        "status",
                                        "STATUS",
                                        "active, suspended or closed; by default active and suspended ones")
                                .takenBy(LIST)));
    }

    private static Resource departments() {
        return new Resource(
                "departments",
                "department",
                "Departments of an organization, which teams may be in.",
                "/v1/departments",
                "id",
                units("departments", List.of(ID, EXTERNAL, NAME, CREATED)),
                UNIT_VERBS,
                Map.of("limits", LimitsVerb.of(Resources::departments)),
                List.of(),
                true,
                "Its teams and keys have to be moved or removed before.",
                List.of(organization(), nameField().neededBy(CREATE, PUT).takenBy(UPDATE), externalId()));
    }

    private static Resource teams() {
        return new Resource(
                "teams",
                "team",
                "Teams of an organization.",
                "/v1/teams",
                "id",
                units("teams", List.of(ID, EXTERNAL, NAME, Part.of("DEPARTMENT", "department"))),
                UNIT_VERBS,
                Map.of("limits", LimitsVerb.of(Resources::teams)),
                List.of(),
                true,
                "Its keys have to be moved or revoked before.",
                List.of(
                        organization(),
                        nameField().neededBy(CREATE, PUT).takenBy(UPDATE),
                        Field.of("department", "ID", "the department that it is in")
                                .takenBy(LIST, CREATE),
                        Field.of("department", "ID", "the department that it is in, or none")
                                .form(Field.Form.CLEARABLE)
                                .takenBy(PUT, UPDATE),
                        externalId()));
    }

    private static View units(String none, List<Part> columns) {
        return new View(
                none,
                columns,
                2,
                lines(Part.of("Organization", "organization"), Part.of("Department", "department")),
                List.of("id", "type", "external_id", "name", "organization", "department", "created_at", "updated_at"));
    }

    private static Resource users() {
        var view = new View(
                "users",
                List.of(ID, EXTERNAL, NAME, Part.of("E-MAIL", "email"), Part.of("STATUS", "status")),
                2,
                lines(Part.of("E-mail", "email"), Part.of("Status", "status")),
                List.of("id", "external_id", "name", "email", "status", "created_at", "updated_at"));
        return new Resource(
                "users",
                "user",
                "People. They are in organizations by their memberships.",
                "/v1/users",
                "id",
                view,
                ALL_VERBS,
                Map.of(),
                List.of(
                        new Switch("disable", "Disabled", "Refuses every personal key of a user."),
                        new Switch("enable", "Enabled", "Ends the disabling of a user.")),
                false,
                "It is for good: their memberships end, and the keys of each are revoked.",
                List.of(
                        nameField().takenBy(CREATE, PUT, UPDATE),
                        Field.of("email", "E-MAIL", "an e-mail address").takenBy(CREATE),
                        Field.of("email", "E-MAIL", "an e-mail address, or none")
                                .form(Field.Form.CLEARABLE)
                                .takenBy(PUT, UPDATE),
                        externalId()));
    }

    static Resource members() {
        var view = new View(
                "members",
                List.of(
                        ID,
                        Part.of("USER", (surroundings, member) -> external(surroundings, member.path("user"))),
                        Part.of(
                                "NAME",
                                (surroundings, member) ->
                                        member.path("user").path("name").asString("")),
                        Part.of("ROLES", (surroundings, member) -> roles(member))),
                3,
                List.of(
                        Part.of("Id", "id"),
                        Part.of("Organization", "organization"),
                        Part.of(
                                "Name",
                                (surroundings, member) ->
                                        member.path("user").path("name").asString("")),
                        Part.of(
                                "User",
                                (surroundings, member) ->
                                        member.path("user").path("id").asString("")),
                        Part.of("Your id", (surroundings, member) -> external(surroundings, member.path("user"))),
                        Part.of(
                                "E-mail",
                                (surroundings, member) ->
                                        member.path("user").path("email").asString("")),
                        Part.of("Roles", (surroundings, member) -> roles(member)),
                        Part.of(
                                "Scopes",
                                (surroundings, member) -> member.path("scopes").isArray()
                                        ? KeyText.list(member.path("scopes"))
                                        : "of the roles"),
                        CREATED_AT,
                        CHANGED_AT),
                List.of(
                        "id",
                        "organization",
                        "user.id",
                        "user.external_id",
                        "user.name",
                        "user.email",
                        "user.status",
                        "roles",
                        "scopes",
                        "created_at",
                        "updated_at"));
        return new Resource(
                "members",
                "member",
                "Users in organizations, with their roles there.",
                "/v1/members",
                "id",
                view,
                ALL_BUT_PUT,
                MemberVerbs.all(),
                List.of(),
                true,
                "Their personal keys in this organization are revoked.",
                List.of(
                        organization(),
                        Field.of("user", "ID", "the user").neededBy(CREATE).takenBy(LIST),
                        Field.of("roles", "ROLE[@UNIT]", MemberVerbs.ROLES)
                                .form(Field.Form.ROLES)
                                .neededBy(UPDATE),
                        Field.of("roles", "ROLE[@UNIT]", MemberVerbs.ROLES + MemberVerbs.USUAL_ROLE)
                                .form(Field.Form.ROLES)
                                .takenBy(CREATE)));
    }

    private static Resource scopes() {
        var view = new View(
                "scopes",
                List.of(
                        Part.of("SCOPE", "name"),
                        Part.of("TITLE", "title"),
                        Part.of("ROLES", (surroundings, scope) -> KeyText.list(scope.path("roles"))),
                        Part.of("PUBLISHABLE", (surroundings, scope) -> yes(scope.path("publishable")))),
                2,
                List.of(
                        Part.of("Scope", "name"),
                        Part.of("Title", "title"),
                        Part.of("Description", "description"),
                        Part.of("Roles", (surroundings, scope) -> KeyText.list(scope.path("roles"))),
                        Part.of("Publishable", (surroundings, scope) -> yes(scope.path("publishable"))),
                        Part.of("Built in", (surroundings, scope) -> yes(scope.path("built_in"))),
                        CREATED_AT),
                List.of("name", "title", "description", "roles", "publishable", "built_in", "created_at"));
        return new Resource(
                "scopes",
                "scope",
                "What keys may do.",
                "/v1/scopes",
                "name",
                view.folding(),
                ALL_BUT_PUT,
                Map.of(),
                List.of(),
                false,
                "It is refused while a key that can be used holds it.",
                List.of(
                        Field.of("name", "SCOPE", "resource:action, such as reports:export")
                                .neededBy(CREATE),
                        Field.of("title", "TEXT", "what people read")
                                .neededBy(CREATE)
                                .takenBy(UPDATE),
                        Field.of("description", "TEXT", "what it allows").takenBy(CREATE, UPDATE),
                        Field.of("roles", "ROLE", "who holds it; repeatable")
                                .form(Field.Form.LIST)
                                .takenBy(CREATE, UPDATE),
                        Field.of("publishable", "", "whether a publishable key may carry it")
                                .form(Field.Form.FLAG)
                                .takenBy(CREATE, UPDATE)));
    }

    private static Resource roles() {
        var scopes = Part.of("SCOPES", (surroundings, role) -> KeyText.list(role.path("scopes")));
        return catalog("roles", "role", "Roles, and the scopes that each may grant.", "name", scopes, "scopes");
    }

    private static Resource catalog(
            String command, String noun, String description, String id, Part second, String field) {
        var view = new View(
                command, List.of(Part.of(noun.toUpperCase(Locale.ROOT), id), second), 1, List.of(), List.of(id, field));
        return new Resource(
                command,
                noun,
                description,
                "/v1/" + command,
                id,
                view.folding(),
                Set.of(Resource.LIST),
                Map.of(),
                List.of(),
                false,
                "",
                List.of());
    }

    private static List<Part> lines(Part... between) {
        var lines = new ArrayList<>(
                List.of(Part.of("Name", "name"), Part.of("Id", "id"), Part.of("Your id", Resources::external)));
        lines.addAll(List.of(between));
        lines.addAll(List.of(CREATED_AT, CHANGED_AT));
        return lines;
    }

    private static Field nameField() {
        return Field.of("name", "NAME", "what people call it, at most 100 characters");
    }

    private static Field organization() {
        return Field.of("organization", "ID", "its organization: an id, or ext:<your id>")
                .takenBy(LIST, CREATE, PUT);
    }

    private static Field externalId() {
        return Field.of("external_id", "ID", "your own id of it, to name it by as ext:<your id>")
                .takenBy(CREATE);
    }

    private static String external(Surroundings surroundings, JsonNode thing) {
        return thing.path("external_id").isString()
                ? "ext:" + thing.path("external_id").asString()
                : "";
    }

    private static String yes(JsonNode flag) {
        return flag.asBoolean(false) ? "yes" : "no";
    }

    /** {@code owner, admin@team_8hW2vNq5RzL0aYtC}. */
    static String roles(JsonNode member) {
        var text = new StringBuilder();
        var organization = member.path("organization").asString("");
        for (var role : member.path("roles")) {
            var unit = role.path("unit").asString("");
            text.append(text.isEmpty() ? "" : ", ")
                    .append(role.path("role").asString(""))
                    .append(unit.isEmpty() || unit.equals(organization) ? "" : "@" + unit);
        }
        return text.toString();
    }
}
