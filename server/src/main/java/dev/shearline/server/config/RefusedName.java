package dev.shearline.server.config;

import java.util.Locale;
import java.util.Optional;

/** Names that are refused with a reason of their own: retired ones, and ones that a later version will know. */
enum RefusedName {
    OWNER_URL("SHEARLINE_OWNER_URL", "a node must not know the owner of the database: keep it for shearline migrate");

    private final String environmentName;
    private final String reason;

    RefusedName(String environmentName, String reason) {
        this.environmentName = environmentName;
        this.reason = reason;
    }

    static Optional<RefusedName> findByEnvironmentName(String name) {
        for (var refused : values()) {
            if (refused.environmentName.equals(name) || (refused.environmentName + "_FILE").equals(name)) {
                return Optional.of(refused);
            }
        }
        return Optional.empty();
    }

    /** {@code valkey.url} and {@code valkey-url} alike. */
    static Optional<RefusedName> findByKey(String key) {
        for (var refused : values()) {
            var name = "SHEARLINE_"
                    + key.toUpperCase(Locale.ROOT).replace('.', '_').replace('-', '_');
            if (refused.environmentName.equals(name)) {
                return Optional.of(refused);
            }
        }
        return Optional.empty();
    }

    String reason() {
        return reason;
    }
}
