package dev.shearline.server.idempotency;

import dev.shearline.server.secrets.HeldEncryption;
import io.vertx.core.buffer.Buffer;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Optional;

/** Seals an answer together with the fingerprint of its request, so that the row says nothing about the request either. */
final class AnswerCipher {

    private static final int FINGERPRINT_BYTES = 32;

    private final HeldEncryption encryption;

    AnswerCipher(HeldEncryption encryption) {
        this.encryption = encryption;
    }

    /** What a presented header and credential make of a stored answer. */
    sealed interface Opened {
        record Answer(Buffer json) implements Opened {}

        /** It opens, and answers another request. */
        record OtherRequest() implements Opened {}
    }

    byte[] drawSalt() {
        return encryption.drawSalt();
    }

    byte[] seal(Repeatable request, byte[] salt, byte[] json) {
        var plain = ByteBuffer.allocate(FINGERPRINT_BYTES + json.length)
                .put(request.fingerprint())
                .put(json)
                .array();
        return encryption.encrypt(request.keyMaterial(), salt, request.row(), plain);
    }

    /** Empty when it was sealed for another credential. */
    Optional<Opened> open(Repeatable request, byte[] salt, byte[] sealed) {
        return encryption
                .decrypt(request.keyMaterial(), salt, request.row(), sealed)
                .map(plain -> opened(request, plain));
    }

    private static Opened opened(Repeatable request, byte[] plain) {
        var fingerprint = Arrays.copyOf(plain, FINGERPRINT_BYTES);
        return MessageDigest.isEqual(fingerprint, request.fingerprint())
                ? new Opened.Answer(Buffer.buffer(plain).slice(FINGERPRINT_BYTES, plain.length))
                : new Opened.OtherRequest();
    }
}
