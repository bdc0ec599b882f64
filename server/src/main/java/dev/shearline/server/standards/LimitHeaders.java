package dev.shearline.server.standards;

import dev.shearline.server.http.Problem;
import dev.shearline.server.http.Response;
import dev.shearline.server.limits.Draw;
import java.util.Optional;

/** What limits said, in the headers of the IETF draft. */
final class LimitHeaders {

    private static final String POLICY = "RateLimit-Policy";
    private static final String LIMIT = "RateLimit";

    private LimitHeaders() {}

    static Response add(Response response, Optional<Draw> draw) {
        return draw.map(said -> response.withHeader(POLICY, said.policies()).withHeader(LIMIT, said.remaining()))
                .orElse(response);
    }

    static Problem add(Problem problem, Optional<Draw> draw) {
        return draw.map(said -> problem.withHeader(POLICY, said.policies()).withHeader(LIMIT, said.remaining()))
                .orElse(problem);
    }
}
