package dev.shearline.server.keys;

import dev.shearline.server.orgs.Member;
import java.util.List;

/**
 * What it means that a member goes.
 *
 * @param lastOwner whether nobody else owns the organization, so that only an operator may remove them
 * @param ends their personal keys, which are revoked with the membership
 * @param stays keys of others, of units and of the organization that they made and know the secret of: rotate them
 * @param webhooks endpoints that they made, which stay as well, the latest first
 */
public record Offboarding(Member member, boolean lastOwner, Keys ends, Keys stays, List<Endpoint> webhooks) {

    public Offboarding {
        webhooks = List.copyOf(webhooks);
    }

    /** The latest first; more than are shown are counted, up to a bound. */
    public record Keys(int count, boolean more, List<ApiKey> items) {

        public Keys {
            items = List.copyOf(items);
        }
    }

    /** Something that hears of the organization, with a secret that they have seen. */
    public record Endpoint(String id, String description, boolean enabled) {}
}
