package dev.shearline.server.orgs;

import dev.shearline.server.identity.Ref;
import java.util.Optional;
import tools.jackson.databind.ValueDeserializer;
import tools.jackson.databind.annotation.JsonDeserialize;

/** The field {@code user} of a body: an id, or the user itself, to be there from now on. */
@JsonDeserialize(using = UserField.Reader.class)
public sealed interface UserField {

    record Named(Ref ref) implements UserField {}

    @JsonDeserialize(using = ValueDeserializer.None.class)
    record Provided(String externalId, Optional<String> name, Settable<String> email) implements UserField {

        @Override
        public String toString() {
            return externalId;
        }
    }

    /** For Jackson. */
    final class Reader extends RefOrObject<UserField> {
        Reader() {
            super(UserField.class, Named::new, Provided.class);
        }
    }
}
