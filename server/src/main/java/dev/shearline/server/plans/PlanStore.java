package dev.shearline.server.plans;

import dev.shearline.server.db.Tx;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

/** The SQL of plans. None of them belongs to an organization. */
final class PlanStore {

    private static final String LIST = """
            SELECT id, title, rank, CAST(settings AS text) AS settings, version FROM plan ORDER BY rank, id
            """;
    private static final String FIND = """
            SELECT id, title, rank, CAST(settings AS text) AS settings, version FROM plan WHERE id = :id
            """;
    private static final String LOCK = FIND + "   FOR NO KEY UPDATE";
    /** Against those who give it to an organization: they hold its key. */
    private static final String LOCK_ALONE = FIND + "   FOR UPDATE";
    /** Until the organization that gets it is committed. */
    private static final String HOLD = FIND + "   FOR KEY SHARE";

    private static final String COUNT = "SELECT count(*) FROM plan";
    private static final String INSERT = """
            INSERT INTO plan (id, title, rank, settings) VALUES (:id, :title, :rank, CAST(:settings AS jsonb)) ON CONFLICT DO NOTHING
            """;
    private static final String UPDATE = """
            UPDATE plan SET title = :title, rank = :rank, settings = CAST(:settings AS jsonb), version = version + 1
             WHERE id = :id
            RETURNING version
            """;
    private static final String DELETE = "DELETE FROM plan WHERE id = :id";
    /** Read across tenants. No index leads with the plan: the table is read through, for something that hardly ever happens. */
    private static final String IS_HAD = "SELECT EXISTS (SELECT 1 FROM organization WHERE plan_id = :id)";

    private final StoredJson json;

    PlanStore(StoredJson json) {
        this.json = json;
    }

    List<PlanDefinition> list(Tx tx) {
        return tx.handle().createQuery(LIST).map((row, _) -> read(row)).list();
    }

    Optional<PlanDefinition> find(Tx tx, String id) {
        return find(FIND, tx, id);
    }

    Optional<PlanDefinition> lock(Tx tx, String id) {
        return find(LOCK, tx, id);
    }

    Optional<PlanDefinition> lockAlone(Tx tx, String id) {
        return find(LOCK_ALONE, tx, id);
    }

    Optional<PlanDefinition> hold(Tx tx, String id) {
        return find(HOLD, tx, id);
    }

    private Optional<PlanDefinition> find(String sql, Tx tx, String id) {
        return tx.handle()
                .createQuery(sql)
                .bind("id", id)
                .map((row, _) -> read(row))
                .findOne();
    }

    int count(Tx tx) {
        return tx.handle().createQuery(COUNT).mapTo(Integer.class).one();
    }

    /** False when there is one of this id. */
    boolean insert(Tx tx, PlanDefinition plan) {
        return tx.handle()
                        .createUpdate(INSERT)
                        .bind("id", plan.id())
                        .bind("title", plan.title())
                        .bind("rank", plan.rank())
                        .bind("settings", json.write(plan.terms()))
                        .execute()
                == 1;
    }

    /** Returns the new version. */
    int update(Tx tx, PlanDefinition plan) {
        return tx.handle()
                .createQuery(UPDATE)
                .bind("id", plan.id())
                .bind("title", plan.title())
                .bind("rank", plan.rank())
                .bind("settings", json.write(plan.terms()))
                .mapTo(Integer.class)
                .one();
    }

    void delete(Tx tx, String id) {
        tx.handle().createUpdate(DELETE).bind("id", id).execute();
    }

    boolean isHad(Tx tx, String id) {
        return tx.handle()
                .createQuery(IS_HAD)
                .bind("id", id)
                .mapTo(Boolean.class)
                .one();
    }

    private PlanDefinition read(ResultSet row) throws SQLException {
        return PlanDefinition.of(
                row.getString("id"),
                row.getString("title"),
                row.getInt("rank"),
                json.read(row.getString("settings"), PlanTerms.class),
                row.getInt("version"));
    }
}
