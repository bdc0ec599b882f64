package dev.shearline.server.evidence;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.json.JsonMapper;

/** The lines of a verifiable export, as spec/audit.md has them. */
final class ExportFormat {

    static final String NAME = "shearline-audit-export";
    static final int VERSION = 1;

    private static final JsonMapper JSON = new JsonMapper();

    private ExportFormat() {}

    /** What is exported: {@code from} to {@code to} of a chain that is sealed up to {@code head}. */
    record Range(String chain, long from, long to, long head) {}

    static String header(Range range, Octets previous, Instant at, List<TrailStore.PublicKey> keys) {
        var line = line("header");
        line.put("format", NAME);
        line.put("version", VERSION);
        line.put("chain", range.chain());
        line.put("from_seq", range.from());
        line.put("to_seq", range.to());
        line.put("head_seq", range.head());
        line.put("previous", previous.hex());
        line.put("exported_at", at.toString());
        line.put(
                "keys",
                keys.stream()
                        .map(key ->
                                Map.of("id", key.id(), "public_key", key.key().base64()))
                        .toList());
        return written(line);
    }

    static String event(StoredEvent event) {
        var line = line(event.seal().isPresent() ? "event" : "unsealed");
        event.seal().ifPresent(seal -> {
            line.put("seq", seal.seq());
            line.put("hash", seal.hash().hex());
        });
        line.put("bytes", event.bytes().base64());
        line.put(
                "personal",
                event.personal()
                        .map(personal -> Map.of(
                                "salt", personal.salt().base64(),
                                "fields", personal.fields().base64()))
                        .orElse(null));
        return written(line);
    }

    static String checkpoint(Checkpoint checkpoint) {
        var own = checkpoint.lines().getFirst();
        var line = line("checkpoint");
        line.put("number", checkpoint.number());
        line.put("key", checkpoint.keyId());
        line.put("bytes", checkpoint.bytes().base64());
        line.put("signature", checkpoint.signature().base64());
        line.put("chain", own.head().chain());
        line.put("seq", own.head().seq());
        line.put("hash", own.head().hash().hex());
        line.put("nonce", own.nonce().hex());
        return written(line);
    }

    static String end(long events, long checkpoints, long unsealed) {
        var line = line("end");
        line.put("events", events);
        line.put("checkpoints", checkpoints);
        line.put("unsealed", unsealed);
        return written(line);
    }

    private static Map<String, @org.jspecify.annotations.Nullable Object> line(String type) {
        var line = new LinkedHashMap<String, @org.jspecify.annotations.Nullable Object>();
        line.put("type", type);
        return line;
    }

    private static String written(Map<String, ?> line) {
        return new String(JSON.writeValueAsBytes(line), StandardCharsets.UTF_8) + "\n";
    }
}
