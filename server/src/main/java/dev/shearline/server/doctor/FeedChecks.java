package dev.shearline.server.doctor;

import java.util.List;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;

/** Whether changes get their numbers, the nodes follow them, and all nodes are of one release. */
final class FeedChecks {

    /** A change that is known for longer is late. */
    static final int LATE_S = 2;

    private static final String LAG = """
            SELECT (SELECT epoch FROM epoch_counter) AS head, n.address, n.applied,
                   EXISTS (SELECT 1 FROM feed_entry AS e
                            WHERE e.epoch > n.applied AND e.at < clock_timestamp() - make_interval(secs => :late)) AS late
              FROM node AS n WHERE n.lease_until > now() ORDER BY n.applied
            """;
    private static final String WAITING = """
            SELECT count(*) AS waiting,
                   coalesce(max(extract(epoch FROM clock_timestamp() - at)), 0)::bigint AS oldest,
                   EXISTS (SELECT 1 FROM node WHERE lease_until > now()) AS followed
              FROM feed_entry WHERE epoch IS NULL
            """;
    private static final String NODES =
            "SELECT address, version, lease_until > now() AS alive FROM node ORDER BY address, id";

    private record Follower(String address, long behind, boolean late) {}

    private record Node(String address, String version, boolean alive) {}

    private FeedChecks() {}

    static List<Finding> lag(Handle handle) {
        var followers = handle.createQuery(LAG)
                .bind("late", LATE_S)
                .map((row, _) -> new Follower(
                        row.getString("address"),
                        Math.max(0, row.getLong("head") - row.getLong("applied")),
                        row.getBoolean("late")))
                .list();
        var late = followers.stream().filter(Follower::late).toList();
        if (!late.isEmpty()) {
            return late.stream()
                    .map(node -> Finding.warn(
                            "feed",
                            "the node at " + node.address() + " is " + node.behind() + " changes behind, for more than "
                                    + LATE_S + " s",
                            "systemctl restart shearline   # at " + node.address()))
                    .toList();
        }
        return List.of(Finding.ok(
                "feed",
                followers.isEmpty()
                        ? "no node follows"
                        : "the slowest node is " + followers.getFirst().behind() + " changes behind"));
    }

    static List<Finding> numbering(Handle handle) {
        return handle.createQuery(WAITING)
                .map((row, _) -> {
                    var seen = row.getLong("waiting") + " changes wait for a number, the oldest for "
                            + row.getLong("oldest") + " s";
                    if (row.getLong("oldest") < LATE_S) {
                        return Finding.ok("numbering", row.getLong("waiting") + " changes wait for a number");
                    }
                    var mend = "psql \"$SHEARLINE_NODE_DATABASE_URL\" --command \"SELECT shearline.number_entries()\"";
                    return row.getBoolean("followed")
                            ? Finding.fail("numbering", seen + ": no node may answer", mend)
                            : Finding.warn("numbering", seen + ": the next node that starts does it", mend);
                })
                .list();
    }

    static List<Finding> nodes(Handle handle, String release) {
        var alive = handle
                .createQuery(NODES)
                .map((row, _) -> new Node(row.getString("address"), row.getString("version"), row.getBoolean("alive")))
                .list()
                .stream()
                .filter(Node::alive)
                .toList();
        var versions = alive.stream().map(Node::version).collect(Collectors.toCollection(TreeSet::new));
        var seen = alive.size() + " with a lease"
                + alive.stream()
                        .map(node -> node.address() + " (" + node.version() + ")")
                        .collect(Collectors.joining(", ", alive.isEmpty() ? "" : ": ", ""));
        versions.add(release);
        return List.of(
                versions.size() == 1
                        ? Finding.ok("nodes", seen)
                        : Finding.warn(
                                "nodes",
                                seen + "; this release is " + release,
                                "systemctl restart shearline   # at each node of an older release, once it is updated"));
    }
}
