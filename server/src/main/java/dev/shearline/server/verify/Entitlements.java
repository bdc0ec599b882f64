package dev.shearline.server.verify;

import dev.shearline.server.identity.Ref;
import dev.shearline.server.identity.ScopeSet;
import org.jspecify.annotations.Nullable;

/** What keys may do now, by the roles of their owners and where these are held. */
final class Entitlements {

    private final Directory directory;

    Entitlements(Directory directory) {
        this.directory = directory;
    }

    /** Its scopes, as far as its owner may still use them, at a unit or, without one, anywhere. */
    ScopeSet scopesOf(LiveKey key, @Nullable Cell<Records.Unit> unit) {
        var place = key.membership;
        return place == null ? key.scopes : entitlement(place.record, unit).of(key.scopes);
    }

    private Entitlement entitlement(Records.@Nullable Membership membership, @Nullable Cell<Records.Unit> unit) {
        if (membership == null || !membership.active()) {
            return Entitlement.NOTHING;
        }
        int roles = unit == null ? membership.rolesAnywhere() : membership.rolesAt(unit);
        return membership.own() == null || roles == 0 ? directory.state().roles.of(roles) : membership.own();
    }

    /** A unit of an organization, by our id or the host platform's; null when there is none. */
    @Nullable
    Cell<Records.Unit> findUnit(Cell<Records.Organization> organization, Ref ref) {
        var state = directory.state();
        var cell = switch (ref) {
            case Ref.ById(var id) -> state.units.get(id);
            case Ref.ByExternalId(var id) -> findHosted(state, organization, id);
        };
        return cell != null && isActiveIn(cell, organization.id) ? cell : null;
    }

    /** The organization's own unit goes by the organization's external id. */
    private static @Nullable Cell<Records.Unit> findHosted(
            DirectoryState state, Cell<Records.Organization> organization, String id) {
        var record = organization.record;
        return record != null && id.equals(record.externalId())
                ? state.units.get(organization.id)
                : state.unitsByExternalId.get(new DirectoryState.HostedUnit(organization.id, id));
    }

    /** Whether a unit and all above it are there, up to this organization's own. */
    private static boolean isActiveIn(Cell<Records.Unit> unit, String organization) {
        var cell = unit;
        for (int depth = 0; depth < Records.DEPTH_MAX; depth++) {
            var record = cell.record;
            if (record == null || !record.active()) {
                return false;
            }
            if (record.parent().isEmpty()) {
                return cell.id.equals(organization);
            }
            cell = record.parent().get();
        }
        return false;
    }
}
