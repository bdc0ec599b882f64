package dev.shearline.server.orgs;

import dev.shearline.server.identity.Ref;
import java.util.List;
import java.util.Optional;

/**
 * A membership to be.
 *
 * @param organization may be left out by who belongs to one
 */
public record NewMember(Optional<Ref> organization, UserField user, Optional<List<GrantField>> roles) {

    public NewMember {
        roles = roles.map(List::copyOf);
    }
}
