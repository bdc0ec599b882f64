package dev.shearline.cli;

import static dev.shearline.cli.Field.Verb.LIST;
import static dev.shearline.cli.Field.Verb.PUT;

import dev.shearline.cli.View.Part;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The {@link Resource} of the host's things, which the API calls resources. */
final class HostResource {

    private HostResource() {}

    static Resource of() {
        var view = new View(
                "resources",
                List.of(
                        Part.of("RESOURCE", Resource.IN_TWO_PARTS),
                        Part.of("NAME", "name"),
                        Part.of("UNIT", "unit"),
                        Part.ago("CREATED", "created_at")),
                1,
                List.of(
                        Part.of("Resource", Resource.IN_TWO_PARTS),
                        Part.of("Name", "name"),
                        Part.of("Id", "id"),
                        Part.of("Organization", "organization"),
                        Part.of("Unit", "unit"),
                        Part.time("Created", "created_at"),
                        Part.time("Changed", "updated_at")),
                List.of(
                        Resource.IN_TWO_PARTS,
                        "id",
                        "type",
                        "external_id",
                        "name",
                        "organization",
                        "unit",
                        "created_at",
                        "updated_at"));
        return new Resource(
                "resources",
                "resource",
                "Your things, which keys may be limited to, registered at units.",
                "/v1/resources",
                Resource.IN_TWO_PARTS,
                view.folding(),
                Set.of(Resource.LIST, Resource.GET, Resource.PUT, Resource.REMOVE),
                Map.of(),
                List.of(),
                true,
                "Keys that are limited to it stay so.",
                List.of(
                        Field.of("organization", "ID", "its organization: an id, or ext:<your id>")
                                .takenBy(LIST, PUT),
                        Field.of("type", "TYPE", "only this type, such as project")
                                .takenBy(LIST),
                        Field.of("unit", "ID", "only those at this team, department or organization")
                                .takenBy(LIST),
                        Field.of("unit", "ID", "the team or department that it is of, or none for the organization")
                                .form(Field.Form.CLEARABLE)
                                .takenBy(PUT),
                        Field.of("name", "NAME", "what people call it, or none")
                                .form(Field.Form.CLEARABLE)
                                .takenBy(PUT)));
    }
}
