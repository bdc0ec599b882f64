package dev.shearline.server.usage;

import dev.shearline.server.keys.ApiKey;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/**
 * What the keys of one holder were asked about in one piece of time, as a billing system takes it.
 *
 * @param lateFor the piece in which it happened, where it was reported after that one had closed
 * @param closed whether the line never changes any more
 * @param holder the owner, the unit, who is billed, or the key
 * @param keys how many different ones were asked about
 * @param liveKeys how many of these were allowed at least once
 * @param units the costs of what was allowed
 * @param idempotencyKey the same for the same line, however often it is read
 */
record UsageLine(
        Instant time,
        Optional<Instant> lateFor,
        boolean closed,
        ApiKey.Place organization,
        ApiKey.Holder holder,
        Optional<String> name,
        long keys,
        long liveKeys,
        long requests,
        long allowed,
        long denied,
        long units,
        String idempotencyKey) {

    static final List<String> COLUMNS = List.of(
            "time",
            "late_for",
            "closed",
            "organization_id",
            "organization_external_id",
            "holder_type",
            "holder_id",
            "holder_external_id",
            "name",
            "keys",
            "live_keys",
            "requests",
            "allowed",
            "denied",
            "units",
            "idempotency_key");

    private static final int KEY_BYTES = 16;

    List<String> cells() {
        return List.of(
                time.toString(),
                lateFor.map(Instant::toString).orElse(""),
                Boolean.toString(closed),
                organization.id(),
                organization.externalId().orElse(""),
                holder.type(),
                holder.id(),
                holder.externalId().orElse(""),
                name.orElse(""),
                Long.toString(keys),
                Long.toString(liveKeys),
                Long.toString(requests),
                Long.toString(allowed),
                Long.toString(denied),
                Long.toString(units),
                idempotencyKey);
    }

    /** What a line is known by. */
    static String idempotencyKey(String... parts) {
        try {
            var digest = MessageDigest.getInstance("SHA-256")
                    .digest(String.join("\n", parts).getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest, 0, KEY_BYTES);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
