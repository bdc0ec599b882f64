package dev.shearline.server.notify;

import dev.shearline.server.http.Problem;
import java.util.Arrays;
import java.util.Locale;

/** How a delivery stands. */
enum DeliveryStatus {
    WAITING,
    DELIVERED,
    FAILED;

    String wire() {
        return name().toLowerCase(Locale.ROOT);
    }

    static DeliveryStatus ofParameter(String text) {
        return Arrays.stream(values())
                .filter(status -> status.wire().equals(text))
                .findFirst()
                .orElseThrow(
                        () -> Problem.invalidParameter("status", "\"status\" must be waiting, delivered or failed.")
                                .asException());
    }
}
