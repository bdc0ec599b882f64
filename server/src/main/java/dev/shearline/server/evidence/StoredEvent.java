package dev.shearline.server.evidence;

import java.time.Instant;
import java.util.Optional;

/** An event as it is stored, with its seal and what names a person, as far as they are there. */
record StoredEvent(String id, Instant at, Octets bytes, Optional<Seal> seal, Optional<Personal> personal) {

    record Seal(long seq, Octets hash) {}

    /** Bound into the bytes as SHA-256(salt ‖ fields). */
    record Personal(Octets salt, Octets fields) {

        String hash() {
            return Octets.of(Sha256.of(salt.toBytes(), fields.toBytes())).hex();
        }
    }
}
