package dev.shearline.server.doctor;

import dev.shearline.server.config.Settings;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;

/**
 * Looks at everything that a node of this configuration depends on, and changes nothing (in Valkey it writes what is gone after a
 * second). Speaks to the database, to Valkey and to this machine, to nobody else.
 */
public final class Doctor {

    private final Settings settings;
    private final String release;
    private final Clock clock;

    /** @param release the version of this program */
    public Doctor(Settings settings, String release, Clock clock) {
        this.settings = settings;
        this.release = release;
        this.clock = clock;
    }

    public List<Finding> examine() {
        var findings = new ArrayList<Finding>();
        findings.add(KeysFileCheck.look(settings.secretKeysFile()));
        findings.addAll(DataDirectoryChecks.look(settings.dataDirectory()));
        findings.addAll(new PortChecks(settings).look());
        settings.rateLimits()
                .valkey()
                .map(valkey -> ValkeyCheck.look(valkey, settings.rateLimits().withoutValkey()))
                .ifPresent(findings::add);
        findings.addAll(new DatabaseChecks(settings, release, clock).look());
        return findings;
    }
}
