package dev.shearline.server.changes;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import dev.shearline.server.feed.Epoch;
import dev.shearline.server.feed.Propagation;
import java.util.Optional;

/**
 * A thing after its change, and how far the change has come. On the wire one object: the fields of the thing, then these.
 *
 * @param epoch the number of the change, and with it its tag; unknown while the change has none
 */
public record Changed<T>(@JsonUnwrapped T value, Optional<Long> epoch, Optional<String> tag, Propagation propagation) {

    static <T> Changed<T> of(T value, Propagation.Measured measured) {
        return new Changed<>(
                value,
                measured.epoch().map(Epoch::number),
                measured.epoch().map(Epoch::tagWire),
                measured.propagation());
    }
}
