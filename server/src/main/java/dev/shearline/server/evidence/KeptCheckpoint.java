package dev.shearline.server.evidence;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A checkpoint that somebody has kept elsewhere: as the API serves it, with bytes and signature, or as a node has logged it, with the hash
 * of these and the heads in the clear.
 */
public final class KeptCheckpoint {

    private static final JsonMapper JSON = new JsonMapper();

    private final long number;
    private final Octets hash;
    private final Optional<Signed> signed;
    private final List<Checkpoint.Head> heads;

    /** What the API serves and a log does not. */
    record Signed(Octets bytes, Octets signature, String key, Octets nonce) {}

    private KeptCheckpoint(long number, Octets hash, Optional<Signed> signed, List<Checkpoint.Head> heads) {
        this.number = number;
        this.hash = hash;
        this.signed = signed;
        this.heads = List.copyOf(heads);
    }

    /**
     * All that a text holds: an object a line, whatever a logger has written before it, or a page of {@code /v1/audit-checkpoints}. Throws
     * IllegalArgumentException when there is none, or one that is not whole.
     */
    public static List<KeptCheckpoint> readAll(String text) {
        var kept = new ArrayList<KeptCheckpoint>();
        for (var object : objects(text)) {
            try {
                kept.add(object.has("bytes") ? served(object) : logged(object));
            } catch (IllegalArgumentException | JacksonException e) {
                throw new IllegalArgumentException("this is no checkpoint: " + object, e);
            }
        }
        if (kept.isEmpty()) {
            throw new IllegalArgumentException("there is no checkpoint in it");
        }
        return kept;
    }

    private static List<JsonNode> objects(String text) {
        try {
            var whole = JSON.readTree(text);
            return whole.has("items") ? whole.path("items").valueStream().toList() : List.of(whole);
        } catch (JacksonException e) {
            return text.lines()
                    .filter(line -> line.indexOf('{') >= 0)
                    .map(line -> parsed(line.substring(line.indexOf('{'))))
                    .toList();
        }
    }

    private static JsonNode parsed(String line) {
        try {
            return JSON.readTree(line);
        } catch (JacksonException e) {
            throw new IllegalArgumentException("this is no checkpoint: " + line, e);
        }
    }

    private static KeptCheckpoint served(JsonNode object) {
        var bytes = Octets.ofBase64(object.path("bytes").asString());
        var signed = new Signed(
                bytes,
                Octets.ofBase64(object.path("signature").asString()),
                object.path("key").asString(),
                Octets.ofHex(object.path("nonce").asString()));
        return new KeptCheckpoint(
                object.path("number").asLong(),
                Octets.of(Sha256.of(bytes.toBytes())),
                Optional.of(signed),
                List.of(head(object)));
    }

    private static KeptCheckpoint logged(JsonNode object) {
        return new KeptCheckpoint(
                object.path("number").asLong(),
                Octets.ofHex(object.path("checkpoint_hash").asString()),
                Optional.empty(),
                object.path("heads").valueStream().map(KeptCheckpoint::head).toList());
    }

    private static Checkpoint.Head head(JsonNode object) {
        return new Checkpoint.Head(
                object.path("chain").asString(),
                object.path("seq").asLong(),
                Octets.ofHex(object.path("hash").asString()));
    }

    long number() {
        return number;
    }

    Octets hash() {
        return hash;
    }

    Optional<Signed> signed() {
        return signed;
    }

    List<Checkpoint.Head> heads() {
        return heads;
    }
}
