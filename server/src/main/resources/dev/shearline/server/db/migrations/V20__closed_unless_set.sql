-- Row-level security shows and changes nothing where a setting is missing. V8 read a missing one as what a node of the version before it meant;
-- no release has such nodes.
-- And one key by itself, for whoever holds it and is nobody else: shearline.key.
DO $$
DECLARE
    of_organization text := $p$organization_id = (SELECT NULLIF(current_setting('shearline.organization', true), ''))$p$;
    seen text := $p$(SELECT current_setting('shearline.all', true)) = 'on'
        OR audience_id = ANY ((SELECT string_to_array(current_setting('shearline.audiences', true), ',')) :: text[])$p$;
    managed text := $p$(SELECT current_setting('shearline.manages_all', true)) = 'on'
        OR audience_id = ANY ((SELECT string_to_array(current_setting('shearline.managed', true), ',')) :: text[])$p$;
    held text;
    audited text := $p$(SELECT current_setting('shearline.audit', true)) = 'on'$p$;
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['api_key', 'api_key_scope', 'api_key_word', 'api_key_activity'] LOOP
        held := CASE name WHEN 'api_key' THEN 'id' ELSE 'key_id' END
            || $p$ = (SELECT NULLIF(current_setting('shearline.key', true), ''))$p$;
        EXECUTE format('DROP POLICY tenant_sees ON %I', name);
        EXECUTE format('DROP POLICY tenant_adds ON %I', name);
        EXECUTE format('DROP POLICY tenant_changes ON %I', name);
        EXECUTE format('DROP POLICY tenant_removes ON %I', name);
        -- of the CASE the planner believes that nearly all rows pass, see V13
        EXECUTE format('CREATE POLICY tenant_sees ON %I FOR SELECT TO shearline_app USING (CASE WHEN %s AND (%s OR %s) THEN 1 ELSE 0 END <> 0)',
                       name, of_organization, seen, held);
        EXECUTE format('CREATE POLICY tenant_adds ON %I FOR INSERT TO shearline_app WITH CHECK (%s AND (%s))', name, of_organization, managed);
        EXECUTE format('CREATE POLICY tenant_changes ON %I FOR UPDATE TO shearline_app USING (%s AND (%s OR %s))',
                       name, of_organization, managed, held);
        EXECUTE format('CREATE POLICY tenant_removes ON %I FOR DELETE TO shearline_app USING (%s AND (%s))', name, of_organization, managed);
    END LOOP;
    FOREACH name IN ARRAY ARRAY['audit_event', 'audit_personal'] LOOP
        EXECUTE format('DROP POLICY tenant_sees ON %I', name);
        EXECUTE format('DROP POLICY tenant_removes ON %I', name);
        EXECUTE format('CREATE POLICY tenant_sees ON %I FOR SELECT TO shearline_app USING (CASE WHEN %s AND %s THEN 1 ELSE 0 END <> 0)',
                       name, of_organization, audited);
        EXECUTE format('CREATE POLICY tenant_removes ON %I FOR DELETE TO shearline_app USING (%s AND %s)', name, of_organization, audited);
    END LOOP;
END
$$;
