package dev.shearline.server.evidence;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** An export in the hands of somebody who changes it, with as much skill as they have. */
record ExportLines(List<ObjectNode> lines) {

    private static final JsonMapper JSON = new JsonMapper();

    static ExportLines of(String text) {
        return new ExportLines(
                text.lines().map(line -> (ObjectNode) JSON.readTree(line)).toList());
    }

    ExportLines with(Consumer<List<ObjectNode>> change) {
        var changed = new ArrayList<ObjectNode>();
        lines.forEach(line -> changed.add(line.deepCopy()));
        change.accept(changed);
        return new ExportLines(changed);
    }

    /** The index of the n-th event, from 1. */
    int event(int n) {
        int seen = 0;
        for (int i = 0; i < lines.size(); i++) {
            if (type(lines.get(i)).equals("event") && ++seen == n) {
                return i;
            }
        }
        throw new IllegalStateException("there is no event " + n);
    }

    static String type(JsonNode line) {
        return line.path("type").asString();
    }

    static Octets bytes(JsonNode line) {
        return Octets.ofBase64(line.path("bytes").asString());
    }

    /** Other bytes, of the same length. */
    static void alter(ObjectNode line) {
        var text = new String(bytes(line).toBytes(), StandardCharsets.UTF_8).replace("thing_1", "thing_2");
        line.put("bytes", Octets.of(text.getBytes(StandardCharsets.UTF_8)).base64());
    }

    /** Makes every hash follow again from the one before, those that checkpoints are said to be of too. */
    static void rehash(List<ObjectNode> lines) {
        var hash = Checkpoint.NONE_BEFORE;
        for (var line : lines) {
            if (type(line).equals("event")) {
                hash = Octets.of(Sha256.link(
                        hash.toBytes(), line.path("seq").asLong(), bytes(line).toBytes()));
            }
            if (line.has("hash")) {
                line.put("hash", hash.hex());
            }
        }
    }

    /** Signs every checkpoint anew, with another key that the header then names. */
    static void resign(List<ObjectNode> lines, CheckpointKey key) {
        var names = lines.getFirst().putArray("keys").addObject();
        names.put("id", key.id());
        names.put("public_key", Octets.of(key.publicKey()).base64());
        var last = Checkpoint.Last.NONE;
        for (var line : lines) {
            if (type(line).equals("checkpoint")) {
                var head = new Checkpoint.Head(
                        line.path("chain").asString(),
                        line.path("seq").asLong(),
                        Octets.ofHex(line.path("hash").asString()));
                var signed = Checkpoint.sign(
                        last, java.time.Instant.EPOCH, List.of(head), key, new java.security.SecureRandom());
                line.put("number", signed.number());
                line.put("key", key.id());
                line.put("bytes", signed.bytes().base64());
                line.put("signature", signed.signature().base64());
                line.put("nonce", signed.lines().getFirst().nonce().hex());
                last = new Checkpoint.Last(
                        signed.number(), Octets.of(Sha256.of(signed.bytes().toBytes())));
            }
        }
    }

    String text() {
        var text = new StringBuilder();
        lines.forEach(line -> text.append(JSON.writeValueAsString(line)).append('\n'));
        return text.toString();
    }
}
