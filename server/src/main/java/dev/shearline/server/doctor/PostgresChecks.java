package dev.shearline.server.doctor;

import dev.shearline.server.db.DatabaseAddress;
import dev.shearline.server.feed.PrimaryClock;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import org.jdbi.v3.core.Handle;

/** Whether PostgreSQL is the right one, and keeps what it has confirmed. */
final class PostgresChecks {

    private static final int VERSION_MIN = 15;
    private static final int VERSION_UNIT = 10_000;
    private static final int CLOCK_LOOKS = 5;
    private static final String STANDBY = "synchronous standby";

    private static final String VERSION = """
            SELECT current_setting('server_version_num')::integer AS number, current_setting('server_version') AS text,
                   pg_is_in_recovery() AS standby
            """;
    private static final String SETTING = "SELECT current_setting(:name)";
    private static final String STANDBYS = """
            SELECT count(*) AS attached, count(sync_state) AS readable,
                   count(*) FILTER (WHERE sync_state IN ('sync', 'quorum')) AS synchronous
              FROM pg_stat_replication
            """;
    private static final String NOW = "SELECT clock_timestamp()";

    private PostgresChecks() {}

    static List<Finding> version(Handle handle, DatabaseAddress database) {
        return handle.createQuery(VERSION)
                .map((row, _) -> {
                    var seen = "version " + row.getString("text");
                    if (row.getInt("number") / VERSION_UNIT < VERSION_MIN) {
                        return Finding.fail(
                                "PostgreSQL",
                                seen + ": Shearline needs " + VERSION_MIN + " or later",
                                Mending.onDatabaseHost(
                                        database,
                                        "pg_upgradecluster " + row.getInt("number") / VERSION_UNIT + " main"));
                    }
                    return row.getBoolean("standby")
                            ? Finding.fail(
                                    "PostgreSQL",
                                    seen + ", and a standby: nodes need the primary",
                                    "shearline config check   # database-url and node-database-url must name the primary")
                            : Finding.ok("PostgreSQL", seen + ", the primary");
                })
                .list();
    }

    static List<Finding> durability(Handle handle, DatabaseAddress database) {
        var findings = new ArrayList<Finding>();
        for (var name : List.of("fsync", "full_page_writes")) {
            if (setting(handle, name).equals("off")) {
                findings.add(Finding.fail(
                        "durability",
                        name + " is off: a crash of the machine loses or damages what was confirmed",
                        Mending.superuser(database, "ALTER SYSTEM SET " + name + " = on", "SELECT pg_reload_conf()")));
            }
        }
        findings.addAll(commits(handle, "node"));
        return findings.isEmpty()
                ? List.of(Finding.ok(
                        "durability",
                        "fsync, full_page_writes, synchronous_commit " + setting(handle, "synchronous_commit")))
                : findings;
    }

    /** Every session of a node asks for "on": where another one comes about, something between the two has taken that away. */
    static List<Finding> commits(Handle handle, String whose) {
        var commit = setting(handle, "synchronous_commit");
        return commit.equals("off") || commit.equals("local")
                ? List.of(Finding.fail(
                        "durability",
                        "synchronous_commit is " + commit + " for the " + whose
                                + " role: what was confirmed may be lost",
                        "shearline config check   # the database URLs must lead to PostgreSQL itself"))
                : List.of();
    }

    /** @param readable of how many of those attached the state may be seen: without pg_read_all_stats of none */
    record Standbys(String names, int attached, int readable, int synchronous) {}

    static List<Finding> standby(Handle handle, DatabaseAddress database) {
        var names = setting(handle, "synchronous_standby_names");
        return handle.createQuery(STANDBYS)
                .map((row, _) -> standby(
                        new Standbys(names, row.getInt("attached"), row.getInt("readable"), row.getInt("synchronous")),
                        database))
                .list();
    }

    static Finding standby(Standbys seen, DatabaseAddress database) {
        if (seen.names().isBlank()) {
            return Finding.warn(
                    STANDBY,
                    "none: a failover may lose acknowledged revocations",
                    Mending.superuser(
                                    database,
                                    "ALTER SYSTEM SET synchronous_standby_names = 'ANY 1 (*)'",
                                    "SELECT pg_reload_conf()")
                            + "   # once a standby follows: without one, every change waits for it");
        }
        if (seen.attached() == 0 || (seen.readable() > 0 && seen.synchronous() == 0)) {
            return Finding.fail(
                    STANDBY,
                    seen.names() + ", and none of them is attached: every change waits for one",
                    Mending.superuser(database, "SELECT application_name, state, sync_state FROM pg_stat_replication")
                            + "   # start the standby, or: ALTER SYSTEM RESET synchronous_standby_names");
        }
        return Finding.ok(
                STANDBY,
                seen.names()
                        + (seen.readable() > 0
                                ? ", " + seen.synchronous() + " attached"
                                : ", " + seen.attached() + " attached, whose state only pg_read_all_stats may see"));
    }

    /** Of several looks that which was the quickest: the clocks are compared at the middle of it. */
    static List<Finding> clock(Handle handle, Clock wall) {
        var offset = Duration.ZERO;
        var quickest = Duration.ofDays(1);
        for (int i = 0; i < CLOCK_LOOKS; i++) {
            var sent = wall.instant();
            var primary =
                    handle.createQuery(NOW).mapTo(OffsetDateTime.class).one().toInstant();
            var took = Duration.between(sent, wall.instant());
            if (took.compareTo(quickest) < 0) {
                quickest = took;
                offset = Duration.between(middle(sent, took), primary);
            }
        }
        return List.of(clock(offset.negated()));
    }

    private static Instant middle(Instant sent, Duration took) {
        return sent.plus(took.dividedBy(2));
    }

    static Finding clock(Duration ahead) {
        var seen = ahead.toMillis() + " ms from the primary's";
        if (ahead.abs().compareTo(PrimaryClock.WARN_OFFSET) <= 0) {
            return Finding.ok("clock", seen);
        }
        var mend = "timedatectl set-ntp true   # here and at the primary";
        return ahead.abs().compareTo(PrimaryClock.UNREADY_OFFSET) > 0
                ? Finding.fail("clock", seen + ": a node is not ready", mend)
                : Finding.warn("clock", seen, mend);
    }

    private static String setting(Handle handle, String name) {
        return handle.createQuery(SETTING)
                .bind("name", name)
                .mapTo(String.class)
                .one();
    }
}
