package dev.shearline.client.testing;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.shearline.client.KeyFilter;
import dev.shearline.client.Keys;
import dev.shearline.client.LocalVerifier;
import dev.shearline.client.NewKey;
import dev.shearline.client.Question;
import dev.shearline.client.Requirement;
import dev.shearline.client.Shearline;
import dev.shearline.client.ShearlineException;
import dev.shearline.client.Verdict;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The code of docs/guides/java.md, word for word, so that it compiles; {@link GuideTest} runs it. */
final class GuideExamples {

    static final Requirement DEPLOY = Requirement.scopes("deployments:write");

    private GuideExamples() {}

    static LocalVerifier connect(String url, String key) {
        var shearline = Shearline.connect(url, key);
        LocalVerifier verifier = shearline.localVerifier().start();
        return verifier;
    }

    static String answer(LocalVerifier verifier, String keyOfRequest, String addressOfRequest) {
        var verdict = verifier.verify(keyOfRequest, DEPLOY, addressOfRequest);
        if (verdict instanceof Verdict.Allowed allowed) {
            return "deployed for "
                    + allowed.verified()
                            .organization()
                            .orElseThrow()
                            .externalId()
                            .orElse("?");
        }
        if (verdict instanceof Verdict.Unavailable) {
            return "503";
        }
        return verdict.code().equals("insufficient_scope") ? "403" : "401";
    }

    static Question question(String keyOfRequest, String addressOfRequest) {
        var question = Question.about(keyOfRequest)
                .requiring(DEPLOY)
                .from(addressOfRequest)
                .costing(25);
        return question;
    }

    static boolean manage(Shearline shearline) {
        var keys = shearline.keys();
        shearline.organizations().put("acme", "Acme Corp");
        var issued = keys.create(NewKey.team("Deploy bot")
                .in("ext:acme")
                .scopes("deployments:write")
                .expiresIn("90d"));
        showOnce(issued.secret().reveal());
        keys.list(KeyFilter.ALL.in("ext:acme")).forEach(each -> show(each.name(), each.masked(), each.status()));
        boolean deadEverywhere =
                keys.revoke(issued.key().id(), "No longer needed").propagation().complete();
        return deadEverywhere;
    }

    static void revoke(Keys keys, String id) {
        try {
            keys.revoke(id);
        } catch (ShearlineException problem) {
            log(problem.code(), problem.detail(), problem.requestId().orElse("?"));
        }
    }

    @ExtendWith(FakeShearlineExtension.class)
    static class DeployTest {

        @Test
        void a_revoked_key_is_refused(FakeShearline shearline) {
            var key = shearline.issue("deployments:write");
            try (var verifier = shearline.connect().localVerifier().start()) {
                assertTrue(verifier.verify(key.secret(), DEPLOY).isAllowed());
                shearline.revoke(key);
                while (verifier.verify(key.secret(), DEPLOY).isAllowed()) {
                    Thread.onSpinWait();
                }
            }
        }
    }

    private static void showOnce(String secret) {
        assertTrue(secret.startsWith("shl_"));
    }

    private static void show(String... texts) {
        assertTrue(texts.length > 0);
    }

    private static void log(String... texts) {
        show(texts);
    }
}
