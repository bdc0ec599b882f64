package dev.shearline.server.orgs;

import java.util.Optional;

/**
 * Where a thing is to be made, found or made itself a moment ago in the same transaction, which holds the organization's lock.
 *
 * @param adminAudience the audience of the organization's administrators
 * @param unit the department or team, if one was named
 * @param member the member, if a user was named
 */
public record Provisioned(
        Organization organization, String adminAudience, Optional<Unit> unit, Optional<References.Membership> member) {}
