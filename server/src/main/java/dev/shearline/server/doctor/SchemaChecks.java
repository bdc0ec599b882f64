package dev.shearline.server.doctor;

import dev.shearline.server.db.DatabaseAddress;
import dev.shearline.server.db.DatabaseHealth;
import dev.shearline.server.db.Migrations;
import java.util.ArrayList;
import java.util.List;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.JdbiException;

/** Whether the schema is this release's, and its rights are those that the migrations gave. */
final class SchemaChecks {

    private static final String SCHEMA = "schema";
    private static final String PRIVILEGES = "role privileges";

    /** Without these nothing works; the list is of what somebody is likely to take away, not of all. */
    private static final String MISSING = """
            SELECT wanted.role || ' lacks ' || wanted.privilege || ' on ' || wanted.relation AS seen,
                   'GRANT ' || wanted.privilege || ' ON shearline.' || wanted.relation || ' TO ' || wanted.role AS mend
              FROM (VALUES ('shearline_app', 'organization', 'SELECT'), ('shearline_app', 'organization', 'UPDATE'),
                           ('shearline_app', 'unit', 'SELECT'), ('shearline_app', 'membership', 'SELECT'),
                           ('shearline_app', 'api_key', 'SELECT'), ('shearline_app', 'api_key', 'INSERT'),
                           ('shearline_app', 'api_key', 'UPDATE'), ('shearline_app', 'audit_event', 'INSERT'),
                           ('shearline_app', 'feed_entry', 'INSERT'), ('shearline_app', 'idempotent_answer', 'INSERT'),
                           ('shearline_node', 'feed_entry', 'SELECT'), ('shearline_node', 'feed_entry', 'DELETE'),
                           ('shearline_node', 'node', 'SELECT'), ('shearline_node', 'node', 'INSERT'),
                           ('shearline_node', 'node', 'UPDATE'), ('shearline_node', 'node', 'DELETE'),
                           ('shearline_node', 'epoch_counter', 'SELECT'), ('shearline_node', 'scope', 'SELECT'),
                           ('shearline_app', 'audit_unsealed', 'INSERT'), ('shearline_node', 'audit_unsealed', 'DELETE'),
                           ('shearline_node', 'audit_seal', 'INSERT'), ('shearline_node', 'audit_checkpoint', 'INSERT'))
                   AS wanted(role, relation, privilege)
             WHERE NOT has_table_privilege(wanted.role, 'shearline.' || wanted.relation, wanted.privilege)
             UNION ALL
            SELECT 'shearline_node may not execute ' || wanted.name,
                   'GRANT EXECUTE ON FUNCTION shearline.' || wanted.name || ' TO shearline_node'
              FROM (VALUES ('number_entries()'), ('random_tag()'), ('seal_events(integer)')) AS wanted(name)
             WHERE NOT has_function_privilege('shearline_node', 'shearline.' || wanted.name, 'EXECUTE')
            """;

    /** What no runtime role may do, to any column, whatever the migrations of a later release add. */
    private static final String TOO_MUCH = """
            SELECT refused.role || ' has ' || refused.privilege || ' on ' || c.relname AS seen,
                   'REVOKE ' || refused.privilege || ' ON shearline.' || c.relname || ' FROM ' || refused.role AS mend
              FROM (VALUES ('shearline_app', '%', 'TRUNCATE'), ('shearline_node', '%', 'TRUNCATE'),
                           ('shearline_app', '%', 'TRIGGER'), ('shearline_node', '%', 'TRIGGER'),
                           ('shearline_app', 'audit_event', 'UPDATE'), ('shearline_app', 'audit_event', 'DELETE'),
                           ('shearline_node', 'audit_event', 'UPDATE'), ('shearline_node', 'audit_event', 'DELETE'),
                           ('shearline_app', 'audit_seal', 'UPDATE'), ('shearline_app', 'audit_seal', 'DELETE'),
                           ('shearline_node', 'audit_seal', 'UPDATE'), ('shearline_node', 'audit_seal', 'DELETE'),
                           ('shearline_app', 'audit_checkpoint', 'UPDATE'), ('shearline_app', 'audit_checkpoint', 'DELETE'),
                           ('shearline_node', 'audit_checkpoint', 'UPDATE'), ('shearline_node', 'audit_checkpoint', 'DELETE'),
                           ('shearline_app', 'feed_entry', 'SELECT'), ('shearline_app', 'feed_entry', 'UPDATE'),
                           ('shearline_app', 'feed_entry', 'DELETE'), ('shearline_node', 'api_key', 'UPDATE'),
                           ('shearline_node', 'api_key', 'INSERT'), ('shearline_node', 'api_key', 'DELETE'))
                   AS refused(role, relation, privilege)
              JOIN pg_class AS c ON c.relname LIKE refused.relation AND c.relkind IN ('r', 'p')
               AND c.relnamespace = 'shearline'::regnamespace
             WHERE has_table_privilege(refused.role, c.oid, refused.privilege)
                OR CASE WHEN refused.privilege IN ('SELECT', 'INSERT', 'UPDATE')
                        THEN has_any_column_privilege(refused.role, c.oid, refused.privilege) END
            """;

    /** Whatever has an organization and can be read by the application must be kept apart. */
    private static final String NOT_APART = """
            SELECT c.relname || ' has no row-level security: tenants are not kept apart' AS seen,
                   'ALTER TABLE shearline.' || c.relname || ' ENABLE ROW LEVEL SECURITY' AS mend
              FROM pg_class AS c
             WHERE c.relnamespace = 'shearline'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relrowsecurity
               AND has_table_privilege('shearline_app', c.oid, 'SELECT')
               AND (c.relname = 'organization'
                    OR EXISTS (SELECT 1 FROM pg_attribute AS a
                                WHERE a.attrelid = c.oid AND a.attname = 'organization_id' AND NOT a.attisdropped))
            """;

    private SchemaChecks() {}

    static Finding version(Handle handle) {
        try {
            var schema = DatabaseHealth.schema(handle);
            var seen = "version " + schema.applied();
            if (schema.findFault().isPresent()) {
                boolean old = schema.applied() < Migrations.SCHEMA_VERSION;
                return Finding.fail(
                        SCHEMA,
                        schema.findFault().get(),
                        old ? Mending.MIGRATE : "shearline --version   # of the other nodes");
            }
            return schema.applied() > Migrations.SCHEMA_VERSION
                    ? Finding.warn(
                            SCHEMA,
                            seen + ", of a later release; this one is for " + Migrations.SCHEMA_VERSION,
                            "shearline --version   # of the other nodes: update this one to it")
                    : Finding.ok(SCHEMA, seen);
        } catch (JdbiException e) {
            return Finding.fail(SCHEMA, "its version may not be read", Mending.MIGRATE);
        }
    }

    static List<Finding> privileges(Handle handle, DatabaseAddress database) {
        var findings = new ArrayList<Finding>();
        for (var rule : List.of(MISSING, TOO_MUCH, NOT_APART)) {
            findings.addAll(handle.createQuery(rule)
                    .map((row, _) -> Finding.fail(
                            PRIVILEGES, row.getString("seen"), Mending.owner(database, row.getString("mend"))))
                    .list());
        }
        return findings.isEmpty() ? List.of(Finding.ok(PRIVILEGES, "as the migrations gave them")) : findings;
    }
}
