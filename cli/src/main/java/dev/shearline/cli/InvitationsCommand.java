package dev.shearline.cli;

import static dev.shearline.cli.Field.Verb.CREATE;
import static dev.shearline.cli.Field.Verb.LIST;

import dev.shearline.cli.Resource.Switch;
import dev.shearline.cli.View.Part;
import java.util.List;
import java.util.Map;
import java.util.Set;
import picocli.CommandLine;

/** {@code invitations}: people who are asked by mail to become members. */
final class InvitationsCommand {

    private static final View VIEW = new View(
            "invitations: shearline invitations create --help",
            List.of(
                    Part.of("ID", "id"),
                    Part.of("E-MAIL", "email"),
                    Part.of("ROLES", (surroundings, invitation) -> Resources.roles(invitation)),
                    Part.of("STATUS", "status"),
                    Part.ago("EXPIRES", "expires_at")),
            1,
            List.of(
                    Part.of("Id", "id"),
                    Part.of("Organization", "organization"),
                    Part.of("E-mail", "email"),
                    Part.of("Name", "name"),
                    Part.of("Roles", (surroundings, invitation) -> Resources.roles(invitation)),
                    Part.of("Status", "status"),
                    Part.of("Member", "member"),
                    Part.time("Created", "created_at"),
                    Part.time("Expires", "expires_at")),
            List.of("id", "organization", "email", "name", "roles", "status", "member", "created_at", "expires_at"));

    private InvitationsCommand() {}

    static CommandLine of(Surroundings surroundings, List<String> arguments) {
        return ResourceCommand.of(surroundings, resource(), arguments);
    }

    private static Resource resource() {
        return new Resource(
                "invitations",
                "invitation",
                "People who are asked by mail to become members.",
                "/v1/invitations",
                "id",
                VIEW,
                Set.of(Resource.LIST, Resource.GET, Resource.CREATE),
                Map.of(),
                List.of(
                        new Switch("revoke", "Withdrew", "Withdraws an invitation: its link works no more."),
                        new Switch("resend", "Sent again", "Sends another letter, for another week.")),
                false,
                "",
                List.of(
                        Field.of("organization", "ID", "the organization: an id, or ext:<your id>")
                                .takenBy(LIST, CREATE),
                        Field.of("email", "E-MAIL", "where the letter goes").neededBy(CREATE),
                        Field.of("name", "NAME", "whom it greets").takenBy(CREATE),
                        Field.of("roles", "ROLE[@UNIT]", MemberVerbs.ROLES + MemberVerbs.USUAL_ROLE)
                                .form(Field.Form.ROLES)
                                .takenBy(CREATE)));
    }
}
