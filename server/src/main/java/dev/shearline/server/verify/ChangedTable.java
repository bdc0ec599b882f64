package dev.shearline.server.verify;

import dev.shearline.server.feed.ChangeKind;

/** Which kind of row an entry is about. */
enum ChangedTable {
    KEY,
    ORGANIZATION,
    UNIT,
    USER,
    MEMBERSHIP,
    PLAN,
    CATALOG,
    NONE;

    static ChangedTable of(ChangeKind kind) {
        return switch (kind) {
            case KEY_CREATED, KEY_UPDATED, KEY_ENABLED, KEY_DISABLED, KEY_REVOKED, KEY_USED -> KEY;
            case ORGANIZATION_CHANGED, ORGANIZATION_SUSPENDED, ORGANIZATION_CLOSED -> ORGANIZATION;
            case UNIT_CHANGED, UNIT_REMOVED -> UNIT;
            case USER_CHANGED, USER_DISABLED -> USER;
            case MEMBERSHIP_CHANGED, MEMBERSHIP_REMOVED -> MEMBERSHIP;
            case PLAN_CHANGED -> PLAN;
            case CATALOG_CHANGED -> CATALOG;
            case GENESIS -> NONE;
        };
    }
}
