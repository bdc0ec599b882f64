package dev.shearline.server.keys;

import dev.shearline.server.identity.KeyType;
import dev.shearline.server.identity.MembershipId;
import dev.shearline.server.identity.OrganizationId;
import dev.shearline.server.identity.UnitId;
import dev.shearline.server.identity.UnitKind;
import dev.shearline.server.identity.UserId;
import java.util.Optional;

/**
 * Whose a key is and where it is valid.
 *
 * @param rotationDueAfterDays how old the organization lets its keys become before they should be rotated
 * @param audience who may see it: the membership, the unit, or the organization's admin audience
 */
record KeyOwner(
        OrganizationId organization,
        Optional<String> organizationExternalId,
        Optional<Integer> rotationDueAfterDays,
        UnitId unit,
        UnitKind unitKind,
        Optional<String> unitExternalId,
        Optional<Member> member,
        String audience) {

    record Member(MembershipId membership, UserId user, Optional<String> userExternalId) {}

    ApiKey.Place organizationPlace() {
        return new ApiKey.Place(organization.value(), organizationExternalId);
    }

    ApiKey.Holder holder(KeyType type) {
        return switch (type) {
            case PERSONAL -> {
                var who = member.orElseThrow(() -> new IllegalStateException("a personal key has a member"));
                yield new ApiKey.Holder("user", who.user().value(), who.userExternalId());
            }
            case TEAM -> boundary();
            case CI, EPHEMERAL -> new ApiKey.Holder("organization", organization.value(), organizationExternalId);
            case OPERATOR -> new ApiKey.Holder("instance", organization.value(), Optional.empty());
        };
    }

    /** The root unit has no name of its own: it is the organization. */
    ApiKey.Holder boundary() {
        return new ApiKey.Holder(
                unitKind.wire(),
                unit.value(),
                unitKind == UnitKind.ORGANIZATION ? organizationExternalId : unitExternalId);
    }
}
