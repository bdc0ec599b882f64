package dev.shearline.server.feed;

import dev.shearline.server.feed.ModelServer.KeyChange;
import dev.shearline.server.feed.ModelState.KeyRow;
import java.util.Optional;

/** What the management API does to the row of a key, as far as the feed sees it. */
final class KeyChanges {

    private KeyChanges() {}

    static KeyChange of(int nth, ChangeKind kind) {
        return switch (kind) {
            case KEY_CREATED ->
                row -> row.isPresent() ? Optional.empty() : Optional.of(new KeyRow(nth, 1, "active", false, 0));
            case KEY_DISABLED ->
                row -> row.filter(key -> key.state().equals("active"))
                        .map(key -> new KeyRow(nth, key.version() + 1, "disabled", false, key.confirmed()));
            case KEY_ENABLED ->
                row -> row.filter(key -> key.state().equals("disabled")).map(KeyChanges::enabled);
            case KEY_REVOKED ->
                row -> row.filter(key -> !key.state().equals("revoked"))
                        .map(key -> new KeyRow(nth, key.version() + 1, "revoked", false, key.confirmed()));
            default -> throw new IllegalArgumentException(kind.wire());
        };
    }

    /** An operator confirms so what history has brought back. */
    private static KeyRow enabled(KeyRow key) {
        int version = key.version() + 1;
        return new KeyRow(key.nth(), version, "active", false, key.forked() ? version : key.confirmed());
    }

    static KeyChange disableForked(int deadAt) {
        return row -> row.filter(key -> !key.state().equals("revoked")
                        && key.confirmed() <= deadAt
                        && (!key.forked() || key.version() < deadAt))
                .map(key ->
                        new KeyRow(key.nth(), Math.max(key.version(), deadAt) + 1, "disabled", true, key.confirmed()));
    }
}
