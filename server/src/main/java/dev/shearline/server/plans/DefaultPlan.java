package dev.shearline.server.plans;

import dev.shearline.server.db.DatabaseAddress;
import java.sql.SQLException;
import java.util.Optional;
import java.util.TreeSet;

/** The plan of new organizations, looked for before a server begins to answer: without it every creation would fail. */
public final class DefaultPlan {

    private static final String IDS = "SELECT id FROM plan";

    private DefaultPlan() {}

    /** What is wrong with it. Nothing where the database does not answer, or is of another release: that is seen later. */
    public static Optional<String> findFault(DatabaseAddress database, String plan) {
        try (var connection = database.dataSource("shearline start").getConnection();
                var statement = connection.createStatement();
                var rows = statement.executeQuery(IDS)) {
            var known = new TreeSet<String>();
            while (rows.next()) {
                known.add(rows.getString(1));
            }
            return known.contains(plan)
                    ? Optional.empty()
                    : Optional.of("default-plan (SHEARLINE_DEFAULT_PLAN): there is no plan " + plan + ". Choose one of "
                            + String.join(", ", known)
                            + "; a plan of your own has to be made before it is chosen here.");
        } catch (SQLException e) {
            return Optional.empty();
        }
    }
}
