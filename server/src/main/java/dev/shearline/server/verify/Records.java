package dev.shearline.server.verify;

import java.util.Optional;

/** The immutable records that keys refer to. Each carries the version of its row. */
final class Records {

    private Records() {}

    record Organization(String id, Optional<String> externalId, boolean active, Cell<Plan> plan, int version) {}

    record Plan(String id, int version) {}

    record Unit(
            String id,
            String kind,
            Optional<String> externalId,
            Optional<Cell<Unit>> parent,
            boolean active,
            int version) {}

    record User(String id, Optional<String> externalId, boolean active, int version) {}

    record Membership(String id, String organization, Cell<User> user, boolean active, int version) {}
}
