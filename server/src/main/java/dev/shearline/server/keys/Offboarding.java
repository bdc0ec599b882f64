package dev.shearline.server.keys;

import dev.shearline.server.orgs.Member;
import java.util.List;

/**
 * What it means that a member goes.
 *
 * @param lastOwner whether nobody else owns the organization, so that only an operator may remove them
 * @param ends their personal keys, which are revoked with the membership
 * @param stays keys of units and of the organization that they made and know the secret of: rotate them
 */
public record Offboarding(Member member, boolean lastOwner, Keys ends, Keys stays) {

    /** The latest first; more than are shown are counted, up to a bound. */
    public record Keys(int count, boolean more, List<ApiKey> items) {

        public Keys {
            items = List.copyOf(items);
        }
    }
}
