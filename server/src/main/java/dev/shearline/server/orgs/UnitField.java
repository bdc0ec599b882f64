package dev.shearline.server.orgs;

import dev.shearline.server.identity.Ref;
import tools.jackson.databind.ValueDeserializer;
import tools.jackson.databind.annotation.JsonDeserialize;

/** The field {@code department} or {@code team} of a body: an id, or the unit itself, to be there from now on. */
@JsonDeserialize(using = UnitField.Reader.class)
public sealed interface UnitField {

    record Named(Ref ref) implements UnitField {}

    /** @param department of a team; a department has none */
    @JsonDeserialize(using = ValueDeserializer.None.class)
    record Provided(String externalId, String name, Settable<Ref> department) implements UnitField {}

    /** For Jackson. */
    final class Reader extends RefOrObject<UnitField> {
        Reader() {
            super(UnitField.class, Named::new, Provided.class);
        }
    }
}
