package dev.shearline.server.usage;

import dev.shearline.server.db.NodeDatabase;
import dev.shearline.server.identity.Actor;
import dev.shearline.server.identity.OrganizationId;
import dev.shearline.server.keys.LastUsed;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.Optional;
import java.util.Set;

/**
 * Takes what was counted elsewhere as if a node had counted it: a source with cumulative rows, which may come any number of times. It is
 * closed by its last report, or like that of a node that does not come back.
 */
final class UsageReports {

    private final NodeDatabase database;
    private final UsageWriter writer;
    private final LastUsed lastUsed;
    private final InstantSource clock;
    private final UsageStore store = new UsageStore();

    UsageReports(NodeDatabase database, LastUsed lastUsed, InstantSource clock) {
        this.database = database;
        this.writer = new UsageWriter(database);
        this.lastUsed = lastUsed;
        this.clock = clock;
    }

    /** Whether the source is closed now: then nothing more is taken of it. Keys that the caller may not know are left out. */
    boolean take(Actor caller, UsageReport report) {
        var now = clock.instant();
        var seen = report.checked(now);
        var name = name(caller, seen.source());
        var state = write(name, caller.organizationOf(), seen, now);
        if (state == UsageStore.Source.OPEN && seen.isLast()) {
            writer.finish(name);
            return true;
        }
        return state == UsageStore.Source.CLOSED;
    }

    private UsageStore.Source write(String name, Optional<OrganizationId> within, UsageReport report, Instant now) {
        var keys =
                report.items().stream().map(UsageReport.Item::keyId).distinct().toList();
        return database.call(handle -> {
            var known = keys.isEmpty() ? Set.<String>of() : store.keysWithin(handle, within, keys);
            var items = report.items().stream()
                    .filter(item -> known.contains(item.keyId().toString()))
                    .toList();
            if (items.isEmpty() && !report.isLast()) {
                return UsageStore.Source.OPEN;
            }
            store.open(handle, name, now);
            var state = store.write(
                    handle, name, items.stream().map(UsageReport.Item::row).toList());
            if (state == UsageStore.Source.OPEN) {
                items.stream()
                        .filter(UsageReport.Item::isAllowed)
                        .forEach(item -> lastUsed.record(item.keyId(), Optional.empty(), item.lastUse(now)));
            }
            return state;
        });
    }

    /** Nobody gets at the source of another caller, or of a node. */
    private static String name(Actor caller, String source) {
        try {
            var digest = MessageDigest.getInstance("SHA-256");
            digest.update(caller.id().getBytes(StandardCharsets.UTF_8));
            digest.update((byte) 0);
            digest.update(source.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest.digest(), 0, Sheet.SOURCE_BYTES);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
