package dev.shearline.server.verify;

import dev.shearline.server.verify.AnswerBytes.Piece;
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
    record Organization(String id, boolean active, Cell<Plan> plan, int version, Piece json, Piece asUnit) {

        static Organization of(String id, Optional<String> externalId, boolean active, Cell<Plan> plan, int version) {
            var json = ended(new AnswerBytes().raw(ID).string(id), externalId.orElse(null));
            return new Organization(id, active, plan, version, json, owner("organization", id, externalId));
        }

        Organization inactive(int newVersion) {
            return new Organization(id, false, plan, newVersion, json, asUnit);
        }
    }

    record Plan(String id, int version) {}

    record Unit(String id, Optional<Cell<Unit>> parent, boolean active, int version, Piece json) {

        static Unit of(
                String id,
                String kind,
                Optional<String> externalId,
                Optional<Cell<Unit>> parent,
                boolean active,
                int version) {
            return new Unit(id, parent, active, version, owner(kind, id, externalId));
        }

        Unit inactive(int newVersion) {
            return new Unit(id, parent, false, newVersion, json);
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

    record Membership(String id, String organization, Cell<User> user, boolean active, int version) {}

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
