package dev.shearline.server.notify;

import dev.shearline.token.Secret;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.List;
import java.util.stream.Collectors;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Signs messages as Standard Webhooks says: {@code v1,} and the base64 of an HMAC-SHA256 of {@code id.timestamp.body}. */
final class Signature {

    static final String SECRET_PREFIX = "whsec_";

    private static final int SECRET_BYTES = 32;
    private static final String ALGORITHM = "HmacSHA256";

    private Signature() {}

    static Secret drawSecret(SecureRandom random) {
        var bytes = new byte[SECRET_BYTES];
        random.nextBytes(bytes);
        return Secret.of(SECRET_PREFIX + Base64.getEncoder().encodeToString(bytes));
    }

    /** One signature a secret, separated by spaces: while a rotation's grace lasts, a receiver may know either. */
    static String of(List<Secret> secrets, String id, long timestamp, String body) {
        var signed = (id + "." + timestamp + "." + body).getBytes(StandardCharsets.UTF_8);
        return secrets.stream().map(secret -> "v1," + sign(secret, signed)).collect(Collectors.joining(" "));
    }

    private static String sign(Secret secret, byte[] signed) {
        var key = Base64.getDecoder().decode(secret.reveal().substring(SECRET_PREFIX.length()));
        try {
            var mac = Mac.getInstance(ALGORITHM);
            mac.init(new SecretKeySpec(key, ALGORITHM));
            return Base64.getEncoder().encodeToString(mac.doFinal(signed));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java has HMAC-SHA256", e);
        }
    }
}
