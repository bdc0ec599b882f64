package dev.shearline.server.keys;

import dev.shearline.server.http.Problem;
import dev.shearline.server.http.ProblemCode;
import dev.shearline.server.http.ProblemException;

/** The problems that this feature reports, with the sentence that says what to do. */
final class KeyProblems {

    private KeyProblems() {}

    static ProblemException invalid(String field, String detail) {
        return Problem.invalidField(field, detail).asException();
    }

    static ProblemException invalidParameter(String name, String detail) {
        return Problem.invalidParameter(name, detail).asException();
    }

    static ProblemException conflict(String detail) {
        return Problem.of(ProblemCode.INVALID_STATE, detail).asException();
    }

    static ProblemException forbidden(String detail) {
        return Problem.of(ProblemCode.FORBIDDEN, detail).asException();
    }

    static ProblemException notFound() {
        return Problem.notFound().asException();
    }
}
