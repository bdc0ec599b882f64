package dev.shearline.server.verify;

import dev.shearline.server.limits.Limited;
import dev.shearline.server.verify.AnswerBytes.Piece;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The immutable records that keys refer to. Each carries the version of its row, and lies ready as answers show it: an answer then copies
 * a few pieces instead of following every id and external id to its text.
 */
final class Records {

    private static final Piece TYPE = AnswerBytes.piece("{\"type\":");
    private static final Piece ID = AnswerBytes.piece("{\"id\":");
    private static final Piece AND_ID = AnswerBytes.piece(",\"id\":");
    private static final Piece EXTERNAL_ID = AnswerBytes.piece(",\"external_id\":");

    private Records() {}

    /** @param asUnit the organization's own unit, which goes by the organization's external id */
    record Organization(
            String id,
            @Nullable String externalId,
            boolean active,
            Cell<Plan> plan,
            @Nullable Limited limited,
            int version,
            Piece json,
            Piece asUnit) {

        static Organization of(
                String id,
                Optional<String> externalId,
                boolean active,
                Cell<Plan> plan,
                @Nullable Limited limited,
                int version) {
            var json = ended(new AnswerBytes().raw(ID).string(id), externalId.orElse(null));
            return new Organization(
                    id,
                    externalId.orElse(null),
                    active,
                    plan,
                    limited,
                    version,
                    json,
                    owner("organization", id, externalId));
        }

        Organization inactive(int newVersion) {
            return new Organization(id, externalId, false, plan, limited, newVersion, json, asUnit);
        }
    }

    record Plan(String id, int version) {}

    record Unit(
            String id,
            Optional<Cell<Unit>> parent,
            boolean active,
            @Nullable Limited limited,
            int version,
            Piece json) {

        static Unit of(
                String id,
                String kind,
                Optional<String> externalId,
                Optional<Cell<Unit>> parent,
                boolean active,
                @Nullable Limited limited,
                int version) {
            return new Unit(id, parent, active, limited, version, owner(kind, id, externalId));
        }

        Unit inactive(int newVersion) {
            return new Unit(id, parent, false, limited, newVersion, json);
        }
    }

    record User(String id, boolean active, int version, Piece json) {

        static User of(String id, Optional<String> externalId, boolean active, int version) {
            return new User(id, active, version, owner("user", id, externalId));
        }

        User inactive(int newVersion) {
            return new User(id, false, newVersion, json);
        }
    }

    /** Roles at a unit, as bits; they count below it too. */
    record RolesAt(Cell<Unit> unit, int roles) {}

    /** @param own scopes in the place of those of the roles; null for those of the roles */
    record Membership(
            String id,
            String organization,
            Cell<User> user,
            boolean active,
            int version,
            List<RolesAt> roles,
            @Nullable Entitlement own,
            @Nullable Limited limited) {

        Membership with(RolesAt role) {
            var all = new ArrayList<RolesAt>(roles.size() + 1);
            int held = role.roles();
            for (var known : roles) {
                if (known.unit() == role.unit()) {
                    held |= known.roles();
                } else {
                    all.add(known);
                }
            }
            all.add(new RolesAt(role.unit(), held));
            return new Membership(id, organization, user, active, version, List.copyOf(all), own, limited);
        }

        Membership inactive(int newVersion) {
            return new Membership(id, organization, user, false, newVersion, List.of(), own, limited);
        }

        boolean hasRole() {
            // indexed on purpose, as below: every verification of a personal key asks
            for (int i = 0; i < roles.size(); i++) {
                if (isActive(roles.get(i).unit())) {
                    return true;
                }
            }
            return false;
        }

        /** The roles at any unit, as bits. */
        int rolesAnywhere() {
            int all = 0;
            for (int i = 0; i < roles.size(); i++) {
                var held = roles.get(i);
                if (isActive(held.unit())) {
                    all |= held.roles();
                }
            }
            return all;
        }

        /** The roles at a unit and above it, as bits. */
        int rolesAt(Cell<Unit> unit) {
            int all = 0;
            for (int i = 0; i < roles.size(); i++) {
                var held = roles.get(i);
                if (isActive(held.unit()) && isWithin(unit, held.unit())) {
                    all |= held.roles();
                }
            }
            return all;
        }

        private static boolean isActive(Cell<Unit> cell) {
            var unit = cell.record;
            return unit != null && unit.active();
        }
    }

    /** More than a tree of units is high. */
    static final int DEPTH_MAX = 4;

    /** Whether a unit is another one or lies below it. */
    static boolean isWithin(Cell<Unit> unit, Cell<Unit> other) {
        var cell = unit;
        for (int depth = 0; depth < DEPTH_MAX; depth++) {
            // ids, since cells of the state before may be compared with those of a new one
            if (cell.id.equals(other.id)) {
                return true;
            }
            var record = cell.record;
            if (record == null || record.parent().isEmpty()) {
                return false;
            }
            cell = record.parent().get();
        }
        return false;
    }

    static Piece owner(String type, String id, Optional<String> externalId) {
        return ended(new AnswerBytes().raw(TYPE).string(type).raw(AND_ID).string(id), externalId.orElse(null));
    }

    /** Of somebody who is not known here, or not any more. */
    static Piece unknownOwner(@Nullable String type, @Nullable String id) {
        var json = new AnswerBytes().raw(TYPE).stringOrNull(type).raw(AND_ID).stringOrNull(id);
        return ended(json, null);
    }

    static Piece unknownOrganization(String id) {
        return ended(new AnswerBytes().raw(ID).string(id), null);
    }

    private static Piece ended(AnswerBytes json, @Nullable String externalId) {
        return json.raw(EXTERNAL_ID).stringOrNull(externalId).raw('}').toPiece();
    }
}
