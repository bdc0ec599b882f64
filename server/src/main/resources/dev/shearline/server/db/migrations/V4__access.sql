-- Who may touch what. The application role owns nothing and sees one organization at a time, the one its transaction names;
-- the node role reads across tenants what the directory and authentication need, and writes only feed numbers, its lease and last use.

-- shearline_app ------------------------------------------------------------------------------------------------------
GRANT SELECT ON schema_compatibility, plan, role, scope, app_user TO shearline_app;
GRANT INSERT, UPDATE ON plan, app_user TO shearline_app;
GRANT INSERT, UPDATE, DELETE ON scope TO shearline_app;
GRANT SELECT, INSERT, UPDATE ON organization, unit, membership, api_key TO shearline_app;
GRANT SELECT, INSERT, DELETE ON membership_role, api_key_scope, api_key_word TO shearline_app;
GRANT SELECT, INSERT ON api_key_activity TO shearline_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON access_session TO shearline_app;
GRANT SELECT, INSERT ON audit_event TO shearline_app;
GRANT SELECT, INSERT, DELETE ON audit_personal TO shearline_app;
GRANT INSERT ON feed_entry TO shearline_app;

-- shearline_node -----------------------------------------------------------------------------------------------------
GRANT SELECT ON schema_compatibility, plan, role, scope, membership_role, access_session, epoch_counter TO shearline_node;
GRANT SELECT (id, external_id, state, version) ON app_user TO shearline_node;
GRANT SELECT (id, external_id, state, plan_id, overrides, personal_user_id, admin_audience_id, version) ON organization TO shearline_node;
GRANT SELECT (id, organization_id, kind, parent_id, external_id, state, version) ON unit TO shearline_node;
GRANT SELECT (id, organization_id, user_id, state, version) ON membership TO shearline_node;
GRANT SELECT (id, organization_id, audience_id, type, visibility, mode, membership_id, unit_id, digest, verified_metadata, scopes, cidrs,
              state, not_before, expires_at, rotated_from, rotated_to, ends_at, end_at_first_use, revoked_at, used_at, use_id, version,
              updated_at, created_at)
    ON api_key TO shearline_node;
GRANT SELECT, UPDATE (last_used_at, last_used_address) ON api_key_activity TO shearline_node;
GRANT SELECT, DELETE, UPDATE (epoch, tag) ON feed_entry TO shearline_node;
GRANT UPDATE (epoch) ON epoch_counter TO shearline_node;
GRANT SELECT, INSERT, UPDATE, DELETE ON node TO shearline_node;
GRANT SELECT (version, success) ON flyway_schema_history TO shearline_node;
GRANT EXECUTE ON FUNCTION number_entries(), random_tag() TO shearline_node;

-- row-level security -------------------------------------------------------------------------------------------------
-- Settings are read in sub-selects, once a statement. An unset setting is '' or NULL and matches no row.
ALTER TABLE organization ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON organization TO shearline_app
    USING (id = (SELECT NULLIF(current_setting('shearline.organization', true), '')));

DO $$
DECLARE
    of_organization text := $p$organization_id = (SELECT NULLIF(current_setting('shearline.organization', true), ''))$p$;
    of_audience text := $p$((SELECT current_setting('shearline.all', true)) = 'on'
        OR audience_id = ANY ((SELECT string_to_array(current_setting('shearline.audiences', true), ',')) :: text[]))$p$;
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['unit', 'membership', 'membership_role', 'access_session', 'audit_event', 'audit_personal'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format('CREATE POLICY tenant ON %I TO shearline_app USING (%s)', name, of_organization);
    END LOOP;
    FOREACH name IN ARRAY ARRAY['api_key', 'api_key_scope', 'api_key_word', 'api_key_activity'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format('CREATE POLICY tenant ON %I TO shearline_app USING (%s AND %s)', name, of_organization, of_audience);
    END LOOP;
    -- Database.acrossTenants alone sets this, in read-only transactions; nothing can be written through it.
    FOREACH name IN ARRAY ARRAY['organization', 'unit', 'membership', 'membership_role', 'api_key', 'api_key_scope', 'api_key_word',
                                'api_key_activity'] LOOP
        EXECUTE format('CREATE POLICY across_tenants ON %I FOR SELECT TO shearline_app '
                       'USING ((SELECT current_setting(''shearline.across_tenants'', true)) = ''on'')', name);
    END LOOP;
    FOREACH name IN ARRAY ARRAY['organization', 'unit', 'membership', 'membership_role', 'access_session', 'api_key'] LOOP
        EXECUTE format('CREATE POLICY node ON %I FOR SELECT TO shearline_node USING (true)', name);
    END LOOP;
    CREATE POLICY node ON api_key_activity TO shearline_node USING (true);
END
$$;
