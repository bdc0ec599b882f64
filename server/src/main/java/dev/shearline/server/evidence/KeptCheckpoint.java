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

    /** How the message of a node begins; the checkpoint follows. */
    static final String LOGGED = "audit checkpoint ";

    private static final JsonMapper JSON = new JsonMapper();
    private static final String LOGGED_HASH = "checkpoint_hash";
    private static final int SHOWN_MAX = 200;

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
     * All that a text holds: one object, an object a line, a page of {@code /v1/audit-checkpoints}, or the log of a node, whatever else that
     * holds. Throws IllegalArgumentException when there is none, or one that is not whole.
     */
    public static List<KeptCheckpoint> readAll(String text) {
        var kept = new ArrayList<KeptCheckpoint>();
        var whole = parsed(text);
        if (whole.isEmpty()) {
            text.lines().forEach(line -> inLine(line).ifPresent(kept::add));
        } else if (whole.get().has("items")) {
            whole.get().path("items").forEach(each -> kept.add(checked(each)));
        } else {
            inObject(whole.get()).ifPresent(kept::add);
        }
        if (kept.isEmpty()) {
            throw new IllegalArgumentException("there is no checkpoint in it");
        }
        return kept;
    }

    private static Optional<JsonNode> parsed(String text) {
        try {
            return Optional.of(JSON.readTree(text)).filter(node -> !node.isMissingNode());
        } catch (JacksonException e) {
            return Optional.empty();
        }
    }

    /** Most of a log speaks of something else. */
    private static Optional<KeptCheckpoint> inLine(String line) {
        int start = line.indexOf('{');
        if (start < 0) {
            return Optional.empty();
        }
        var found = parsed(line.substring(start));
        if (found.isEmpty() && line.contains(LOGGED_HASH)) {
            throw new IllegalArgumentException("this is no whole checkpoint: " + shown(line));
        }
        return found.flatMap(KeptCheckpoint::inObject);
    }

    private static Optional<KeptCheckpoint> inObject(JsonNode object) {
        if (object.has("bytes") || object.has(LOGGED_HASH)) {
            return Optional.of(checked(object));
        }
        var message = object.path("message").asString("");
        if (!message.startsWith(LOGGED)) {
            return Optional.empty();
        }
        var logged = parsed(message.substring(LOGGED.length()));
        return Optional.of(checked(logged.orElseThrow(
                () -> new IllegalArgumentException("this is no whole checkpoint: " + shown(message)))));
    }

    private static KeptCheckpoint checked(JsonNode object) {
        try {
            return object.has("bytes") ? served(object) : logged(object);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "this is no checkpoint (" + e.getMessage() + "): " + shown(object.toString()), e);
        }
    }

    private static String shown(String text) {
        return text.substring(0, Math.min(text.length(), SHOWN_MAX));
    }

    private static KeptCheckpoint served(JsonNode object) {
        var bytes = Octets.ofBase64(text(object, "bytes"));
        var signed = new Signed(bytes, signature(object), text(object, "key"), hash(object, "nonce"));
        return new KeptCheckpoint(
                number(object, "number"),
                Octets.of(Sha256.of(bytes.toBytes())),
                Optional.of(signed),
                List.of(head(object)));
    }

    private static KeptCheckpoint logged(JsonNode object) {
        var _ = signature(object);
        var _ = text(object, "key");
        if (!object.path("heads").isArray() || object.path("heads").isEmpty()) {
            throw new IllegalArgumentException("heads");
        }
        var heads = object.path("heads").valueStream().map(KeptCheckpoint::head).toList();
        return new KeptCheckpoint(number(object, "number"), hash(object, LOGGED_HASH), Optional.empty(), heads);
    }

    private static Checkpoint.Head head(JsonNode object) {
        return new Checkpoint.Head(text(object, "chain"), number(object, "seq"), hash(object, "hash"));
    }

    private static String text(JsonNode object, String name) {
        var value = object.path(name);
        if (!value.isString() || value.asString().isEmpty()) {
            throw new IllegalArgumentException(name);
        }
        return value.asString();
    }

    private static long number(JsonNode object, String name) {
        var value = object.path(name);
        if (!value.isIntegralNumber() || !value.canConvertToLong() || value.asLong() < 1) {
            throw new IllegalArgumentException(name);
        }
        return value.asLong();
    }

    private static Octets hash(JsonNode object, String name) {
        var value = Octets.ofHex(text(object, name));
        if (value.length() != Sha256.BYTES) {
            throw new IllegalArgumentException(name);
        }
        return value;
    }

    private static Octets signature(JsonNode object) {
        var value = Octets.ofBase64(text(object, "signature"));
        if (value.length() != Ed25519.SIGNATURE_BYTES) {
            throw new IllegalArgumentException("signature");
        }
        return value;
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
