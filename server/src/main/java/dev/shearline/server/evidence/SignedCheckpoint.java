package dev.shearline.server.evidence;

import java.util.Map;
import java.util.Optional;
import java.util.Set;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A checkpoint as a verifier gets it, and what can be wrong with it by itself. */
record SignedCheckpoint(long number, String key, Octets bytes, Octets signature, Checkpoint.Head head, Octets nonce) {

    private static final JsonMapper JSON = new JsonMapper();

    /** The hash of its bytes, which the next checkpoint names. */
    Octets hash() {
        return Octets.of(Sha256.of(bytes.toBytes()));
    }

    /** @param accepted ids of the keys that are trusted; empty for all that the export brings */
    Optional<String> findFault(Map<String, Octets> keys, Set<String> accepted) {
        var publicKey = keys.get(key);
        if (publicKey == null) {
            return Optional.of("it is signed with " + key + ", which is not among the keys");
        }
        if (!Ed25519.verifies(publicKey.toBytes(), bytes.toBytes(), signature.toBytes())) {
            return Optional.of(
                    "its signature is not of its bytes and its key: it was rewritten, or the key was exchanged");
        }
        JsonNode content;
        try {
            content = JSON.readTree(bytes.toBytes());
        } catch (JacksonException e) {
            return Optional.of("its bytes are not JSON");
        }
        if (content.path("v").asInt(0) != Checkpoint.VERSION
                || content.path("number").asLong(0) != number
                || !content.path("key").asString("").equals(key)) {
            return Optional.of("its bytes are of another number, key or version");
        }
        var leaf = new Checkpoint.Line(head, nonce).leaf().hex();
        if (content.path("leaves")
                .valueStream()
                .noneMatch(each -> each.asString("").equals(leaf))) {
            return Optional.of("it does not say that seq " + head.seq() + " has this hash: the chain was rewritten");
        }
        if (!accepted.isEmpty() && !accepted.contains(key)) {
            return Optional.of("it is signed with " + key + ", which is not a key that you accept");
        }
        return Optional.empty();
    }

    /** Of the checkpoint before. */
    String previous() {
        return JSON.readTree(bytes.toBytes()).path("previous").asString("");
    }
}
