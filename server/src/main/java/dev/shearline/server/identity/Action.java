package dev.shearline.server.identity;

/**
 * What members do, from which role on, and where the role must be held: the one table of it, which docs/guides/access.md shows and a test
 * walks. The scope that an action takes is asked for besides, and an organization's policy may narrow all of it.
 */
public enum Action {
    SEE_OWN_KEYS(Role.VIEWER, Where.ANYWHERE, "see one's own keys"),
    SEE_TEAM_KEYS(Role.VIEWER, Where.AT_OR_ABOVE, "see the keys of a team or department"),
    SEE_KEYS_OF_MEMBERS(Role.ADMIN, Where.AT_OR_ABOVE, "see the personal keys of a member"),
    SEE_CI_AND_EPHEMERAL_KEYS(Role.ADMIN, Where.ORGANIZATION, "see ci and ephemeral tokens"),
    MANAGE_OWN_KEYS(Role.DEVELOPER, Where.ANYWHERE, "make, change, rotate and revoke one's own keys"),
    MANAGE_TEAM_KEYS(Role.ADMIN, Where.AT_OR_ABOVE, "the same with keys of a team or department"),
    MANAGE_KEYS_OF_MEMBERS(Role.ADMIN, Where.AT_OR_ABOVE, "the same with personal keys of a member"),
    MANAGE_CI_AND_EPHEMERAL_KEYS(Role.ADMIN, Where.ORGANIZATION, "the same with ci and ephemeral tokens"),
    SEE_UNITS(Role.VIEWER, Where.ANYWHERE, "see units"),
    MANAGE_UNITS(Role.ADMIN, Where.AT_OR_ABOVE, "make, rename, move and remove units"),
    SEE_RESOURCES(Role.VIEWER, Where.ANYWHERE, "see resources"),
    MANAGE_RESOURCES(Role.ADMIN, Where.AT_OR_ABOVE, "register, change and remove resources"),
    SEE_MEMBERS(Role.VIEWER, Where.ANYWHERE, "see members"),
    MANAGE_MEMBERS(Role.ADMIN, Where.ORGANIZATION, "add and remove members, give roles"),
    READ_AUDIT_LOG(Role.ADMIN, Where.ORGANIZATION, "read the audit log"),
    MANAGE_WEBHOOKS(Role.ADMIN, Where.ORGANIZATION, "manage webhooks"),
    CHANGE_OWNERS(Role.OWNER, Where.ORGANIZATION, "change and remove owners"),
    CHANGE_POLICY(Role.OWNER, Where.ORGANIZATION, "change the policy");

    /** Where a role counts, seen from what is acted on: its unit, or, of a member, all units where that member has a role. */
    public enum Where {
        /** At any unit. */
        ANYWHERE,
        /** At the unit itself or above it. */
        AT_OR_ABOVE,
        /** At the organization's own unit. */
        ORGANIZATION
    }

    private final Role least;
    private final Where where;
    private final String meaning;

    Action(Role least, Where where, String meaning) {
        this.least = least;
        this.where = where;
        this.meaning = meaning;
    }

    public Role least() {
        return least;
    }

    public Where where() {
        return where;
    }

    /** As the guide says it. */
    public String meaning() {
        return meaning;
    }
}
