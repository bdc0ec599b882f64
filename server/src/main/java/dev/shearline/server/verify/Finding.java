package dev.shearline.server.verify;

import dev.shearline.server.limits.Draw;
import java.util.Optional;

/** What was found of a key, for protocols that say it in their own words. */
public sealed interface Finding {

    /** @param draw what limits said, if there are any */
    record Good(KeyFacts key, Optional<Draw> draw) implements Finding {}

    /** A single-use token that is good, at an endpoint that spends none: to let it in would be a use without an end. */
    record Unspent() implements Finding {}

    /** @param draw what limits said, if it is they that refuse */
    record Refused(Reason reason, Optional<Draw> draw) implements Finding {}
}
