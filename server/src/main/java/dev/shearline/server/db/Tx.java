package dev.shearline.server.db;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.StringJoiner;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jdbi.v3.core.Handle;

/**
 * A transaction under way. Stores speak SQL through its handle; the feed notes here which entries it has inserted.
 *
 * <p>What is only written, and not looked at, can be put off: it goes to the database together, in one round trip, with the COMMIT or
 * before the next statement, whichever comes first. So the order of statements is as if each had been sent at once.
 */
public final class Tx {

    /** So that few different texts are sent, each of which PostgreSQL prepares. */
    static final int PUT_OFF_MAX = 8;

    private static final Pattern VALUE = Pattern.compile("(?<!:):([a-zA-Z]\\w*)");

    private final Handle handle;
    private final List<Write> putOff = new ArrayList<>();
    private final List<UUID> entries = new ArrayList<>();

    private Optional<TenantContext> context;

    Tx(Handle handle, Optional<TenantContext> context) {
        this.handle = handle;
        this.context = context;
    }

    private record Write(String sql, Map<String, ?> values) {}

    /** Sends what was put off, so that the next statement sees it: what fails here may be somebody else's. */
    public Handle handle() {
        flush();
        return handle;
    }

    /**
     * Puts off a statement with its named values, which its caller expects to succeed.
     *
     * @param sql one statement without an end; what looks like a name in a literal of it would be taken for one
     */
    public void writeLater(String sql, Map<String, ?> values) {
        putOff.add(new Write(sql, values));
        if (putOff.size() == PUT_OFF_MAX) {
            flush();
        }
    }

    private void flush() {
        if (!putOff.isEmpty()) {
            send("");
        }
    }

    /** Commits, in the same round trip as what was put off. */
    void commit() {
        if (!putOff.isEmpty()) {
            send(";\nCOMMIT");
        }
        // tells the pool and the driver, which send nothing where the transaction has ended
        handle.commit();
    }

    private void send(String end) {
        var sql = new StringJoiner(";\n", "", end);
        for (int i = 0; i < putOff.size(); i++) {
            sql.add(VALUE.matcher(putOff.get(i).sql).replaceAll(":w" + i + "_$1"));
        }
        var statement = handle.createUpdate(sql.toString());
        for (int i = 0; i < putOff.size(); i++) {
            var prefix = "w" + i + "_";
            putOff.get(i).values.forEach((name, value) -> statement.bind(prefix + name, value));
        }
        statement.execute();
        // not before: who swallows a failure must not commit without them
        putOff.clear();
    }

    /**
     * Goes on in another organization: for the few changes that belong to several, such as the removal of a user with memberships in
     * many. What is written before stays in the same transaction.
     */
    public void enter(TenantContext context) {
        Database.setContext(handle(), context);
        this.context = Optional.of(context);
    }

    /** In which organization it is now; fails where there is none, across tenants. */
    public TenantContext context() {
        return context.orElseThrow();
    }

    /** Remembers a feed entry of this transaction: after the commit it gets its number. */
    public void noteEntry(UUID entry) {
        entries.add(entry);
    }

    List<UUID> entries() {
        return List.copyOf(entries);
    }
}
