package dev.shearline.server.identity;

import java.util.Optional;

/** A place in an organization where a key is valid: the organization itself, a department or a team. */
public record UnitId(String value) {

    public static final String DEPARTMENT_PREFIX = "dep_";
    public static final String TEAM_PREFIX = "team_";

    public UnitId {
        if (!isUnit(value)) {
            throw new IllegalArgumentException("not an id of the form org_…, dep_… or team_…");
        }
    }

    public static Optional<UnitId> find(String text) {
        return isUnit(text) ? Optional.of(new UnitId(text)) : Optional.empty();
    }

    /** The root unit of an organization has the organization's id. */
    public static UnitId rootOf(OrganizationId organization) {
        return new UnitId(organization.value());
    }

    public UnitKind kind() {
        if (value.startsWith(OrganizationId.PREFIX)) {
            return UnitKind.ORGANIZATION;
        }
        return value.startsWith(DEPARTMENT_PREFIX) ? UnitKind.DEPARTMENT : UnitKind.TEAM;
    }

    private static boolean isUnit(String text) {
        return IdSyntax.matches(TEAM_PREFIX, text)
                || IdSyntax.matches(DEPARTMENT_PREFIX, text)
                || IdSyntax.matches(OrganizationId.PREFIX, text);
    }

    @Override
    public String toString() {
        return value;
    }
}
