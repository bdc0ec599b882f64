-- Embed sessions: with which a host's page shows and changes the keys of one owner (docs/decisions/0028). One session may have two tokens, its
-- own and the one that its link was exchanged for: two rows with one id.

ALTER TABLE access_session
    ADD COLUMN id            text COLLATE "C",
    ADD COLUMN include_teams boolean NOT NULL DEFAULT false,
    ADD COLUMN forced        jsonb,
    ADD COLUMN origins       text[] NOT NULL DEFAULT '{}' CHECK (cardinality(origins) <= 11),
    -- SHA-256 of the code in the link, until it is exchanged
    ADD COLUMN link_digest   bytea CHECK (length(link_digest) = 32),
    ADD CHECK (kind <> 'embed' OR id IS NOT NULL);
CREATE INDEX access_session_id ON access_session (id) WHERE id IS NOT NULL;
CREATE UNIQUE INDEX access_session_link ON access_session (link_digest) WHERE link_digest IS NOT NULL;
CREATE INDEX access_session_subject ON access_session (organization_id, subject, expires_at);

-- what has expired is removed by whichever node comes first
GRANT DELETE ON access_session TO shearline_node;
CREATE POLICY node_cleaning ON access_session FOR DELETE TO shearline_node USING (expires_at < now());

-- an embed session opens none, and ends none
DO $$
DECLARE
    of_organization text := $p$organization_id = (SELECT NULLIF(current_setting('shearline.organization', true), ''))$p$;
    no_embed text := $p$(SELECT current_setting('shearline.context', true)) <> 'embed'$p$;
BEGIN
    DROP POLICY tenant ON access_session;
    EXECUTE format('CREATE POLICY tenant_sees ON access_session FOR SELECT TO shearline_app USING (%s)', of_organization);
    EXECUTE format('CREATE POLICY tenant_adds ON access_session FOR INSERT TO shearline_app WITH CHECK (%s AND %s)', of_organization, no_embed);
    -- a lock is a change to row-level security, and a session locks itself: what it might write is checked
    EXECUTE format('CREATE POLICY tenant_changes ON access_session FOR UPDATE TO shearline_app USING (%s) WITH CHECK (%1$s AND %s)',
                   of_organization, no_embed);
    EXECUTE format('CREATE POLICY tenant_removes ON access_session FOR DELETE TO shearline_app USING (%s AND %s)', of_organization, no_embed);
END
$$;
