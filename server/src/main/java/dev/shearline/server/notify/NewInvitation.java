package dev.shearline.server.notify;

import dev.shearline.server.identity.Ref;
import dev.shearline.server.orgs.GrantField;
import java.util.List;
import java.util.Optional;

/**
 * An invitation to be.
 *
 * @param organization may be left out by who belongs to one
 */
public record NewInvitation(
        Optional<Ref> organization, String email, Optional<String> name, Optional<List<GrantField>> roles) {

    public NewInvitation {
        roles = roles.map(List::copyOf);
    }

    /** Names and addresses stay out of logs. */
    @Override
    public String toString() {
        return "new invitation";
    }
}
