package dev.shearline.server.orgs;

import dev.shearline.server.http.Problem;
import dev.shearline.server.http.ProblemCode;
import dev.shearline.server.http.ProblemException;
import dev.shearline.server.identity.Names;
import dev.shearline.server.identity.Ref;
import java.util.Optional;
import java.util.regex.Pattern;

/** Checks what came in, and says in a sentence what is wrong with it. */
final class Inputs {

    static final int EMAIL_MAX = 320;

    /** Only what every address has: delivering to it is the one real check. */
    private static final Pattern EMAIL = Pattern.compile("[^@\\s]{1,64}@[^@\\s]{1,255}");

    private Inputs() {}

    static String name(String field, String text) {
        var name = Names.normalize(text);
        Names.findFault(name).ifPresent(fault -> {
            throw invalid(field, fault);
        });
        return name;
    }

    static String email(String text) {
        var email = Names.normalize(text);
        if (email.length() > EMAIL_MAX
                || !EMAIL.matcher(email).matches()
                || Names.findTextFault(email, EMAIL_MAX).isPresent()) {
            throw invalid("email", "must be an e-mail address of at most " + EMAIL_MAX + " characters");
        }
        return email;
    }

    static String externalId(String text) {
        var ref = Ref.find(Ref.EXTERNAL_PREFIX + text);
        if (ref.isPresent() && ref.get() instanceof Ref.ByExternalId external) {
            return external.externalId();
        }
        throw invalid(
                "external_id",
                "must have 1 to " + Ref.EXTERNAL_ID_MAX + " printable characters, without white space at its ends");
    }

    /** The external id in the path of a PUT. */
    static String externalIdOfPath(String segment) {
        var ref = Ref.find(segment);
        if (ref.isPresent() && ref.get() instanceof Ref.ByExternalId external) {
            return external.externalId();
        }
        throw Problem.invalidParameter(
                        "id",
                        "PUT names a thing by your own id: ext: and 1 to " + Ref.EXTERNAL_ID_MAX
                                + " printable characters. To change a thing by our id send PATCH.")
                .asException();
    }

    /** What stands in a path; what can name nothing is not found. */
    static Ref path(String segment) {
        return Ref.find(segment).orElseThrow(() -> Problem.notFound().asException());
    }

    static Optional<Ref> query(String name, Optional<String> value) {
        return value.map(text -> Ref.find(text)
                .orElseThrow(() -> Problem.invalidParameter(
                                name, "\"" + name + "\" must be an id, or ext: and an external id.")
                        .asException()));
    }

    static ProblemException invalid(String field, String fault) {
        return Problem.invalidField(field, "\"" + field + "\" " + fault + ".").asException();
    }

    static ProblemException exists(String what) {
        return Problem.of(
                        ProblemCode.ALREADY_EXISTS,
                        what + " with this external_id exists already: change it with PATCH, or send PUT.")
                .withField("external_id")
                .asException();
    }

    static ProblemException invalidState(String detail) {
        return Problem.of(ProblemCode.INVALID_STATE, detail).asException();
    }
}
