package dev.shearline.server.evidence;

import dev.shearline.server.audit.CanonicalJson;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/** What one pass of sealing leaves: canonical bytes, their signature, and for each chain what opens its line. */
record Checkpoint(long number, Instant at, String keyId, Octets bytes, Octets signature, List<Line> lines) {

    static final int VERSION = 1;
    static final Octets NONE_BEFORE = Octets.of(new byte[Sha256.BYTES]);

    /** Where a chain has come to. */
    record Head(String chain, long seq, Octets hash) {}

    /** A head, and the nonce that hides it from everybody else. */
    record Line(Head head, Octets nonce) {

        Octets leaf() {
            return Octets.of(
                    Sha256.leaf(nonce.toBytes(), head.seq(), head.hash().toBytes(), head.chain()));
        }
    }

    /** The number of the checkpoint before, and the hash of its bytes. */
    record Last(long number, Octets hash) {

        static final Last NONE = new Last(0, NONE_BEFORE);
    }

    Checkpoint {
        lines = List.copyOf(lines);
    }

    static Checkpoint sign(Last last, Instant at, List<Head> heads, CheckpointKey key, SecureRandom random) {
        var lines = new ArrayList<Line>();
        for (var head : heads) {
            var nonce = new byte[Sha256.BYTES];
            random.nextBytes(nonce);
            lines.add(new Line(head, Octets.of(nonce)));
        }
        long number = last.number() + 1;
        var bytes = CanonicalJson.bytes(Map.of(
                "v", VERSION,
                "number", number,
                "at", at.toString(),
                "key", key.id(),
                "previous", last.hash().hex(),
                // sorted, for their order would tell the order of the chains
                "leaves", lines.stream().map(line -> line.leaf().hex()).sorted().toList()));
        return new Checkpoint(number, at, key.id(), Octets.of(bytes), Octets.of(key.sign(bytes)), lines);
    }

    /** What is logged, so that it is kept somewhere else than in the database. {@code audit verify --checkpoint} reads it. */
    String logged(List<Line> some) {
        return new String(
                CanonicalJson.bytes(Map.of(
                        "number", number,
                        "checkpoint_hash", HexFormat.of().formatHex(Sha256.of(bytes.toBytes())),
                        "key", keyId,
                        "signature", signature.base64(),
                        "heads",
                                some.stream()
                                        .map(line -> Map.of(
                                                "chain", line.head().chain(),
                                                "seq", line.head().seq(),
                                                "hash", line.head().hash().hex()))
                                        .toList())),
                java.nio.charset.StandardCharsets.UTF_8);
    }
}
