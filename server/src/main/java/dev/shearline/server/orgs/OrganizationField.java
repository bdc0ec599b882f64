package dev.shearline.server.orgs;

import dev.shearline.server.identity.Ref;
import tools.jackson.databind.ValueDeserializer;
import tools.jackson.databind.annotation.JsonDeserialize;

/** The field {@code organization} of a body: an id, or the organization itself, to be there from now on. */
@JsonDeserialize(using = OrganizationField.Reader.class)
public sealed interface OrganizationField {

    record Named(Ref ref) implements OrganizationField {}

    @JsonDeserialize(using = ValueDeserializer.None.class)
    record Provided(String externalId, String name) implements OrganizationField {}

    /** For Jackson. */
    final class Reader extends RefOrObject<OrganizationField> {
        Reader() {
            super(OrganizationField.class, Named::new, Provided.class);
        }
    }
}
