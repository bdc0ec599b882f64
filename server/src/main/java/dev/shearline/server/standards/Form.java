package dev.shearline.server.standards;

import dev.shearline.server.http.Problem;
import dev.shearline.server.http.ProblemCode;
import java.util.Map;
import java.util.Optional;

/** The parameters of an OAuth endpoint. Those that it does not know are let be, as RFC 6749 wants. */
record Form(Map<String, String> parameters) {

    Optional<String> find(String name) {
        return Optional.ofNullable(parameters.get(name));
    }

    String token() {
        return find("token")
                .orElseThrow(() -> Problem.of(
                                ProblemCode.MALFORMED_REQUEST,
                                "Send the token that this is about, as the form's token.")
                        .asException());
    }

    @Override
    public String toString() {
        return "[form]";
    }
}
