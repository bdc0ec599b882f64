package dev.shearline.server.notify;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** What others can be told of. Where a fact is a change, its name is the action of the audit event. */
enum EventType {
    KEY_CREATED("key.created"),
    KEY_ROTATED("key.rotated"),
    KEY_EXPIRING("key.expiring"),
    KEY_EXPIRED("key.expired"),
    KEY_UNUSED_WARNING("key.unused_warning"),
    KEY_ROTATION_DUE("key.rotation_due"),
    KEY_DISABLED("key.disabled"),
    KEY_REVOKED("key.revoked"),
    MEMBER_INVITED("member.invited"),
    MEMBER_REMOVED("member.removed"),
    CHECKPOINT_SEALED("audit.checkpoint_sealed");

    /** In the list of what an endpoint wants: every type, also those that are yet to come. */
    static final String ALL = "*";

    /** What an endpoint gets on request; nobody subscribes to it. */
    static final String TEST = "webhook.test";

    private final String wire;

    EventType(String wire) {
        this.wire = wire;
    }

    String wire() {
        return wire;
    }

    boolean isOfKey() {
        return wire.startsWith("key.");
    }

    /** Whether those who own or administer a key get a letter. */
    boolean isMailed() {
        return switch (this) {
            case KEY_EXPIRING,
                    KEY_EXPIRED,
                    KEY_UNUSED_WARNING,
                    KEY_ROTATION_DUE,
                    KEY_DISABLED,
                    KEY_REVOKED,
                    KEY_ROTATED -> true;
            case KEY_CREATED, MEMBER_INVITED, MEMBER_REMOVED, CHECKPOINT_SEALED -> false;
        };
    }

    static List<String> mailed() {
        return Arrays.stream(values())
                .filter(EventType::isMailed)
                .map(EventType::wire)
                .toList();
    }

    static Optional<EventType> find(String wire) {
        return Arrays.stream(values()).filter(type -> type.wire.equals(wire)).findFirst();
    }

    static EventType ofWire(String wire) {
        return find(wire).orElseThrow(() -> new IllegalStateException("no type of event: " + wire));
    }

    static List<String> wires() {
        return Arrays.stream(values()).map(EventType::wire).toList();
    }
}
