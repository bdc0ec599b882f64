-- What members may do: scopes of their own in the place of those of their roles, and row-level security that tells who changes a key from who
-- sees it, and opens the audit log to who may read it.

ALTER TABLE membership ADD COLUMN scopes text[];
GRANT SELECT (scopes) ON membership TO shearline_node;
-- a key moves to another unit, and with it who sees it
GRANT UPDATE (audience_id) ON api_key_activity TO shearline_app;

DO $$
DECLARE
    of_organization text := $p$organization_id = (SELECT NULLIF(current_setting('shearline.organization', true), ''))$p$;
    seen text := $p$((SELECT current_setting('shearline.all', true)) = 'on'
        OR audience_id = ANY ((SELECT string_to_array(current_setting('shearline.audiences', true), ',')) :: text[]))$p$;
    -- a node of the version before sets neither of these two, and writes what it sees
    managed text := $p$((SELECT coalesce(NULLIF(current_setting('shearline.manages_all', true), ''), current_setting('shearline.all', true))) = 'on'
        OR audience_id = ANY ((SELECT string_to_array(CASE WHEN NULLIF(current_setting('shearline.manages_all', true), '') IS NULL
                                                           THEN current_setting('shearline.audiences', true)
                                                           ELSE current_setting('shearline.managed', true) END, ',')) :: text[]))$p$;
    audited text := $p$(SELECT coalesce(NULLIF(current_setting('shearline.audit', true), ''), 'on')) = 'on'$p$;
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['api_key', 'api_key_scope', 'api_key_word', 'api_key_activity'] LOOP
        EXECUTE format('DROP POLICY tenant ON %I', name);
        EXECUTE format('CREATE POLICY tenant_sees ON %I FOR SELECT TO shearline_app USING (%s AND %s)', name, of_organization, seen);
        EXECUTE format('CREATE POLICY tenant_adds ON %I FOR INSERT TO shearline_app WITH CHECK (%s AND %s)', name, of_organization, managed);
        EXECUTE format('CREATE POLICY tenant_changes ON %I FOR UPDATE TO shearline_app USING (%s AND %s)', name, of_organization, managed);
        EXECUTE format('CREATE POLICY tenant_removes ON %I FOR DELETE TO shearline_app USING (%s AND %s)', name, of_organization, managed);
    END LOOP;
    -- every change writes events; reading them is a right of its own
    FOREACH name IN ARRAY ARRAY['audit_event', 'audit_personal'] LOOP
        EXECUTE format('DROP POLICY tenant ON %I', name);
        EXECUTE format('CREATE POLICY tenant_sees ON %I FOR SELECT TO shearline_app USING (%s AND %s)', name, of_organization, audited);
        EXECUTE format('CREATE POLICY tenant_adds ON %I FOR INSERT TO shearline_app WITH CHECK (%s)', name, of_organization);
        EXECUTE format('CREATE POLICY tenant_removes ON %I FOR DELETE TO shearline_app USING (%s AND %s)', name, of_organization, audited);
    END LOOP;
END
$$;
