package dev.shearline.server.orgs;

import java.util.Optional;

/** Where a thing is to be made, as a body names it: by ids, or with the organization, unit and user to be there from now on. */
public record Place(
        Optional<OrganizationField> organization,
        Optional<UnitField> department,
        Optional<UnitField> team,
        Optional<UserField> user) {}
