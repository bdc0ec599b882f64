package dev.shearline.server.evidence;

import dev.shearline.server.audit.AuditErasure;
import java.io.BufferedReader;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Verifies an export as spec/audit.md says, in one pass and without anything but the export and what somebody has kept. It finds the first
 * place that is wrong.
 */
public final class ExportVerification {

    private static final JsonMapper JSON = new JsonMapper();
    private static final Set<String> ERASURES = Set.of(AuditErasure.ACTION, AuditErasure.MEMBER_ACTION);

    /** Ends the verification. */
    private static final class BrokenException extends Exception {

        private static final long serialVersionUID = 1L;

        private final String place;

        BrokenException(String place, String fault) {
            super(fault);
            this.place = place;
        }
    }

    private final List<KeptCheckpoint> kept;
    private final Set<String> accepted;
    private final Map<Long, Octets> keptHeads = new HashMap<>();
    private final Map<String, Octets> keys = new HashMap<>();
    private final List<ExportReport.Signer> signers = new ArrayList<>();
    private final List<String> unsealed = new ArrayList<>();
    private String chain = "";
    private long from;
    private long to;
    private long head;
    private long seq;
    private Octets hash = Checkpoint.NONE_BEFORE;
    private long events;
    private long checkpoints;
    private long covered;
    private long erased;
    private long erasures;
    private @Nullable SignedCheckpoint last;
    private long line;
    private boolean ended;

    private ExportVerification(List<KeptCheckpoint> kept, Set<String> accepted) {
        this.kept = kept;
        this.accepted = accepted;
    }

    /**
     * @param kept checkpoints from elsewhere, which the export must not contradict
     * @param accepted ids of the keys that may have signed it; empty for all that it brings
     */
    public static ExportReport verify(BufferedReader export, List<KeptCheckpoint> kept, Set<String> accepted)
            throws IOException {
        return new ExportVerification(kept, accepted).verify(export);
    }

    private ExportReport verify(BufferedReader export) throws IOException {
        try {
            for (var text = export.readLine(); text != null; text = export.readLine()) {
                line++;
                read(text);
            }
            if (!ended) {
                line++;
                throw new BrokenException("end", "the export stops in the middle: it has no line \"end\"");
            }
        } catch (BrokenException e) {
            return new ExportReport.Broken(line, e.place, String.valueOf(e.getMessage()));
        }
        return new ExportReport.Whole(
                chain, from, to, head, checkpoints, covered, erased, erasures, keptHeads.size(), signers, unsealed);
    }

    private void read(String text) throws BrokenException {
        try {
            var content = JSON.readTree(text);
            var type = content.path("type").asString("");
            if (ended || (line == 1) != type.equals("header")) {
                throw new BrokenException("line", "this line has no place here");
            }
            switch (type) {
                case "header" -> header(content);
                case "event" -> event(content);
                case "checkpoint" -> checkpoint(content);
                case "unsealed" -> unsealed(content);
                case "end" -> end(content);
                default -> throw new BrokenException("line", "this is no line of an export");
            }
        } catch (JacksonException | IllegalArgumentException e) {
            throw new BrokenException("line", "this is no line of an export");
        }
    }

    private void header(JsonNode content) throws BrokenException {
        boolean known = content.path("format").asString("").equals(ExportFormat.NAME)
                && content.path("version").asInt(0) == ExportFormat.VERSION;
        chain = content.path("chain").asString("");
        from = content.path("from_seq").asLong(0);
        to = content.path("to_seq").asLong(-1);
        head = content.path("head_seq").asLong(-1);
        if (!known || from < 1 || to < from - 1 || head < to) {
            throw new BrokenException("header", "this is no export that this version knows");
        }
        seq = from - 1;
        hash = Octets.ofHex(content.path("previous").asString(""));
        if (from == 1 && !hash.equals(Checkpoint.NONE_BEFORE)) {
            throw new BrokenException("header", "a chain begins with 32 zero bytes as the hash before");
        }
        for (var key : content.path("keys")) {
            learn(
                    key.path("id").asString(""),
                    Octets.ofBase64(key.path("public_key").asString("")));
        }
        for (var each : kept) {
            prepare(each);
        }
        if (!kept.isEmpty() && keptHeads.isEmpty()) {
            throw new BrokenException(
                    "kept checkpoints",
                    "none of them is of this chain and of a seq of this export: nothing can be compared");
        }
    }

    /** An id is made of its key, so that a known id means a known key. */
    private void learn(String id, Octets publicKey) throws BrokenException {
        if (!id.equals(CheckpointKey.idOf(publicKey.toBytes()))) {
            throw new BrokenException("key " + id, "it is not the id of its public key: the key was exchanged");
        }
        keys.put(id, publicKey);
    }

    /** Looks at a kept checkpoint by itself, and remembers what it says of the chain. */
    private void prepare(KeptCheckpoint each) throws BrokenException {
        var place = "kept checkpoint " + each.number();
        if (each.signed().isPresent()) {
            var signed = each.signed().get();
            var fault = new SignedCheckpoint(
                            each.number(),
                            signed.key(),
                            signed.bytes(),
                            signed.signature(),
                            each.heads().getFirst(),
                            signed.nonce())
                    .findFault(keys, accepted);
            if (fault.isPresent()) {
                throw new BrokenException(place, fault.get());
            }
        }
        for (var known : each.heads()) {
            if (known.chain().equals(chain)) {
                remember(place, known);
            } else if (each.signed().isPresent()) {
                throw new BrokenException(place, "it is of " + known.chain() + ", and this export is of " + chain);
            }
        }
    }

    private void remember(String place, Checkpoint.Head known) throws BrokenException {
        if (known.seq() > to && to == head) {
            throw new BrokenException(
                    place,
                    "it knows seq " + known.seq() + ", and the chain ends at " + to
                            + ": rows were removed at the end, or this export is older");
        }
        if (known.seq() > to || known.seq() < from - 1) {
            return;
        }
        if (known.seq() == from - 1 && !known.hash().equals(hash)) {
            throw rewritten(place, known.seq());
        }
        var other = keptHeads.put(known.seq(), known.hash());
        if (other != null && !other.equals(known.hash())) {
            throw rewritten(place, known.seq());
        }
    }

    private static BrokenException rewritten(String place, long seq) {
        return new BrokenException(place, "seq " + seq + " had another hash: the chain was rewritten");
    }

    private void event(JsonNode content) throws BrokenException {
        long found = content.path("seq").asLong(0);
        var place = "seq " + found;
        if (found > seq + 1) {
            throw new BrokenException(place, "seq " + (seq + 1) + " is missing before it: a row was removed or moved");
        }
        if (found <= seq) {
            throw new BrokenException(place, "it comes after seq " + seq + ": a row was inserted or moved");
        }
        if (found > to || !unsealed.isEmpty()) {
            throw new BrokenException(place, "it lies behind the end of the export: a row was inserted");
        }
        var bytes = Octets.ofBase64(content.path("bytes").asString(""));
        var expected = Octets.of(Sha256.link(hash.toBytes(), found, bytes.toBytes()));
        if (!expected.equals(Octets.ofHex(content.path("hash").asString("")))) {
            throw new BrokenException(
                    place, "its hash does not follow from its bytes and the hash before: a row was altered");
        }
        var known = keptHeads.get(found);
        if (known != null && !known.equals(expected)) {
            throw rewritten(place, found);
        }
        seq = found;
        hash = expected;
        events++;
        if (isErased(place, bytes, content.path("personal"))) {
            erased++;
        }
    }

    /** Whether the bytes speak of a side row that is gone. One that is there must be theirs. */
    private boolean isErased(String place, Octets bytes, JsonNode personal) throws BrokenException {
        var content = JSON.readTree(bytes.toBytes());
        if (!content.path("organization").asString("").equals(chain)) {
            throw new BrokenException(place, "it is an event of another chain");
        }
        if (ERASURES.contains(content.path("action").asString(""))) {
            erasures++;
        }
        var bound = content.path("personal").asString("");
        if (personal.isNull() || personal.isMissingNode()) {
            return !bound.isEmpty();
        }
        var row = new StoredEvent.Personal(
                Octets.ofBase64(personal.path("salt").asString("")),
                Octets.ofBase64(personal.path("fields").asString("")));
        if (!row.hash().equals(bound)) {
            throw new BrokenException(place, "its personal fields are not those that were written: they were altered");
        }
        return false;
    }

    private void checkpoint(JsonNode content) throws BrokenException {
        long number = content.path("number").asLong(0);
        var place = "checkpoint " + number;
        var checkpoint = new SignedCheckpoint(
                number,
                content.path("key").asString(""),
                Octets.ofBase64(content.path("bytes").asString("")),
                Octets.ofBase64(content.path("signature").asString("")),
                new Checkpoint.Head(
                        content.path("chain").asString(""),
                        content.path("seq").asLong(0),
                        Octets.ofHex(content.path("hash").asString(""))),
                Octets.ofHex(content.path("nonce").asString("")));
        if (!checkpoint.head().chain().equals(chain)) {
            throw new BrokenException(place, "it is of another chain");
        }
        if (checkpoint.head().seq() != seq) {
            throw new BrokenException(
                    place,
                    "it covers seq " + checkpoint.head().seq() + ", and the row before it is seq " + seq
                            + ": a row was removed, inserted or moved");
        }
        var fault = checkpoint.findFault(keys, accepted);
        if (fault.isPresent()) {
            throw new BrokenException(place, fault.get());
        }
        if (!checkpoint.head().hash().equals(hash)) {
            throw new BrokenException(
                    place, "seq " + seq + " had another hash when it was signed: the chain was rewritten");
        }
        follows(place, checkpoint);
        last = checkpoint;
        checkpoints++;
        signedBy(checkpoint.key());
        covered = seq;
    }

    private void signedBy(String key) {
        long first = Math.max(covered + 1, from);
        if (first > seq) {
            return;
        }
        if (!signers.isEmpty() && signers.getLast().key().equals(key)) {
            first = signers.removeLast().from();
        }
        signers.add(new ExportReport.Signer(key, first, seq));
    }

    private void follows(String place, SignedCheckpoint checkpoint) throws BrokenException {
        var before = last;
        if (before != null) {
            boolean next = checkpoint.number() == before.number() + 1;
            if (checkpoint.number() <= before.number()
                    || (next && !checkpoint.previous().equals(before.hash().hex()))) {
                throw new BrokenException(place, "it does not follow checkpoint " + before.number());
            }
        }
        for (var each : kept) {
            if (each.number() == checkpoint.number() && !each.hash().equals(checkpoint.hash())) {
                throw new BrokenException(place, "it is not the one that you kept: checkpoints were rewritten");
            }
        }
    }

    private void unsealed(JsonNode content) throws BrokenException {
        var bytes = Octets.ofBase64(content.path("bytes").asString(""));
        var id = JSON.readTree(bytes.toBytes()).path("id").asString("");
        var _ = isErased("unsealed " + id, bytes, content.path("personal"));
        unsealed.add(id);
    }

    private void end(JsonNode content) throws BrokenException {
        if (seq != to) {
            throw new BrokenException("seq " + (seq + 1), "it is missing: the export is to seq " + to);
        }
        if (covered != to && to >= from) {
            throw new BrokenException(
                    "seq " + to, "no checkpoint covers the end of the export: checkpoints or rows were removed");
        }
        if (content.path("events").asLong(-1) != events
                || content.path("checkpoints").asLong(-1) != checkpoints
                || content.path("unsealed").asLong(-1) != unsealed.size()) {
            throw new BrokenException("end", "it counts other lines than there are");
        }
        ended = true;
    }
}
