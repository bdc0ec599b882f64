package dev.shearline.server.doctor;

import dev.shearline.server.config.Settings;
import dev.shearline.server.limits.SharedRates;

/** Whether nodes can share rate limits through Valkey: it lets them in and they may write. They run without it, so that they cannot is no failure. */
final class ValkeyCheck {

    static final String WHAT = "valkey";

    private ValkeyCheck() {}

    static Finding look(Settings.Valkey valkey, Settings.WithoutValkey without) {
        return SharedRates.findFault(valkey)
                .map(fault -> Finding.warn(
                        WHAT,
                        valkey + " cannot be used, and rate limits are " + without.meaning() + ": " + fault,
                        "let it run at this address, as no replica, and let the user of valkey-url write shearline:* with EVAL; or leave"
                                + " valkey-url out: each node then has limits of its own"))
                .orElseGet(() -> Finding.ok(WHAT, valkey + " lets nodes share rate limits"));
    }
}
