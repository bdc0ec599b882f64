package dev.shearline.server.doctor;

import dev.shearline.server.db.DatabaseAddress;
import java.util.List;
import org.jdbi.v3.core.Handle;

/** Whether what is written to the audit log gets its seal: until then who owns the database could change it unseen. */
final class SealChecks {

    static final int LATE_S = 10;
    static final int OVERDUE_S = 60;

    private static final String SEALING = "sealing";
    private static final String TRIGGER = """
            SELECT CASE WHEN count(*) = 0 THEN 'missing' WHEN bool_or(tgenabled IN ('O', 'A')) THEN 'on' ELSE 'off' END
              FROM pg_trigger WHERE tgrelid = 'shearline.audit_event'::regclass AND tgname = 'await_seal'
            """;
    private static final String WAITING = """
            SELECT coalesce(extract(epoch FROM clock_timestamp() - min(at)), 0)::bigint AS oldest,
                   EXISTS (SELECT 1 FROM node WHERE lease_until > now()) AS followed
              FROM audit_unsealed
            """;

    private SealChecks() {}

    static List<Finding> look(Handle handle, DatabaseAddress database) {
        return switch (handle.createQuery(TRIGGER).mapTo(String.class).one()) {
            case "on" ->
                handle.createQuery(WAITING)
                        .map((row, _) -> waiting(row.getLong("oldest"), row.getBoolean("followed")))
                        .list();
            case "off" ->
                List.of(unsealed(
                        "off", Mending.owner(database, "ALTER TABLE shearline.audit_event ENABLE TRIGGER await_seal")));
            default ->
                List.of(unsealed(
                        "missing",
                        Mending.owner(
                                database,
                                "CREATE TRIGGER await_seal AFTER INSERT ON shearline.audit_event"
                                        + " FOR EACH ROW EXECUTE FUNCTION shearline.await_seal()")));
        };
    }

    private static Finding unsealed(String state, String mend) {
        return Finding.fail(
                SEALING, "the trigger await_seal is " + state + ": what is written now is never sealed", mend);
    }

    /** @param followed whether there is a node, which would have to do it */
    static Finding waiting(long oldestS, boolean followed) {
        if (oldestS <= LATE_S) {
            return Finding.ok(SEALING, "nothing has waited longer than " + LATE_S + " s");
        }
        var seen = "the oldest event without a seal has waited for " + oldestS + " s";
        if (!followed) {
            return Finding.warn(SEALING, seen + ": the next node that starts does it", "systemctl start shearline");
        }
        var mend = "journalctl -u shearline | grep 'cannot seal'   # at each node";
        return oldestS > OVERDUE_S ? Finding.fail(SEALING, seen, mend) : Finding.warn(SEALING, seen, mend);
    }
}
