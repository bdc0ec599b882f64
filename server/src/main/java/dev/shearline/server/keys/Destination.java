package dev.shearline.server.keys;

import dev.shearline.server.identity.MembershipId;
import dev.shearline.server.identity.OrganizationId;
import dev.shearline.server.identity.UnitId;
import dev.shearline.server.identity.UserId;
import dev.shearline.server.orgs.Place;

/** For whom a key is to be made, as far as can be said before the transaction. */
sealed interface Destination {

    /** Everything is there by its name; whether it still is, the transaction finds out. */
    record Known(OrganizationId organization, Holder holder) implements Destination {}

    /** Something may have to be made first. */
    record Provided(Place place) implements Destination {}

    /** Whose keys they are, inside the organization. */
    sealed interface Holder {

        record Whole() implements Holder {}

        record Unit(UnitId id) implements Holder {}

        record User(UserId id) implements Holder {}

        record Member(MembershipId id) implements Holder {}
    }
}
