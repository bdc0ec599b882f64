-- Who is told of what: the outbox of facts, the endpoints that listen, and what is under way to them.

-- A fact, written in the transaction that makes it so.
CREATE TABLE notification (
    id              text COLLATE "C" PRIMARY KEY,
    organization_id text COLLATE "C" NOT NULL REFERENCES organization (id),
    type            text COLLATE "C" NOT NULL,
    at              timestamptz NOT NULL,
    target          text COLLATE "C" NOT NULL,
    actor_kind      text COLLATE "C" NOT NULL,
    actor           text COLLATE "C" NOT NULL,
    -- JSON: what the event says beside its target; ids and times
    details         text NOT NULL CHECK (octet_length(details) <= 65536),
    -- of what is no change: its name, so that it is written once
    fact            text COLLATE "C",
    -- when it was spread to those who listen
    spread_at       timestamptz,
    UNIQUE (organization_id, fact)
);
CREATE INDEX notification_waiting ON notification (organization_id, at, id) WHERE spread_at IS NULL;
CREATE INDEX notification_spread ON notification (spread_at) WHERE spread_at IS NOT NULL;

CREATE TABLE webhook_endpoint (
    id              text COLLATE "C" PRIMARY KEY,
    organization_id text COLLATE "C" NOT NULL REFERENCES organization (id),
    url             text NOT NULL CHECK (length(url) BETWEEN 1 AND 2000),
    description     text NOT NULL DEFAULT '' CHECK (length(description) <= 1000),
    events          text[] NOT NULL CHECK (cardinality(events) BETWEEN 1 AND 50),
    state           text COLLATE "C" NOT NULL DEFAULT 'enabled' CHECK (state IN ('enabled', 'disabled', 'removed')),
    disabled_cause  text COLLATE "C" CHECK (disabled_cause IN ('manual', 'failing', 'gone')),
    -- since when nothing but failure has come of it
    failing_since   timestamptz,
    version         integer NOT NULL DEFAULT 1,
    created_at      timestamptz NOT NULL,
    created_by      text NOT NULL,
    updated_at      timestamptz NOT NULL,
    UNIQUE (organization_id, id),
    CHECK ((state = 'disabled') = (disabled_cause IS NOT NULL))
);
CREATE INDEX webhook_endpoint_created ON webhook_endpoint (organization_id, created_at, id);
CREATE INDEX webhook_endpoint_by_created ON webhook_endpoint (created_at, id);

-- Which types an enabled endpoint wants; '*' for all. All that a change has to know of endpoints, also of those of the instance.
CREATE TABLE webhook_interest (
    organization_id text COLLATE "C" NOT NULL,
    event_type      text COLLATE "C" NOT NULL,
    endpoint_id     text COLLATE "C" NOT NULL,
    PRIMARY KEY (organization_id, event_type, endpoint_id),
    FOREIGN KEY (organization_id, endpoint_id) REFERENCES webhook_endpoint (organization_id, id)
);
CREATE INDEX webhook_interest_endpoint ON webhook_interest (endpoint_id);

-- What signs: sealed under an instance key, bound to the row. Several while a rotation's grace lasts.
CREATE TABLE webhook_secret (
    id              text COLLATE "C" PRIMARY KEY,
    organization_id text COLLATE "C" NOT NULL,
    endpoint_id     text COLLATE "C" NOT NULL,
    sealed          bytea NOT NULL CHECK (length(sealed) <= 1024),
    created_at      timestamptz NOT NULL,
    ends_at         timestamptz NOT NULL DEFAULT 'infinity',
    FOREIGN KEY (organization_id, endpoint_id) REFERENCES webhook_endpoint (organization_id, id)
);
CREATE INDEX webhook_secret_endpoint ON webhook_secret (endpoint_id);

CREATE TABLE webhook_delivery (
    id              text COLLATE "C" PRIMARY KEY,
    -- of the endpoint; the event may be another organization's where the endpoint is the instance's
    organization_id text COLLATE "C" NOT NULL,
    endpoint_id     text COLLATE "C" NOT NULL,
    message_id      text COLLATE "C" NOT NULL,
    event_type      text COLLATE "C" NOT NULL,
    body            text NOT NULL CHECK (octet_length(body) <= 65536),
    state           text COLLATE "C" NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'delivered', 'failed')),
    attempts        integer NOT NULL DEFAULT 0,
    -- counts up with each claim: an outcome is written under its own number alone
    claim           integer NOT NULL DEFAULT 0,
    -- while it is claimed, when the claim ends
    next_attempt_at timestamptz NOT NULL,
    gives_up_at     timestamptz NOT NULL,
    last_attempt_at timestamptz,
    response_status integer,
    latency_ms      integer,
    error           text COLLATE "C" CHECK (length(error) <= 100),
    created_at      timestamptz NOT NULL,
    settled_at      timestamptz,
    UNIQUE (endpoint_id, message_id),
    FOREIGN KEY (organization_id, endpoint_id) REFERENCES webhook_endpoint (organization_id, id),
    CHECK ((state = 'waiting') = (settled_at IS NULL))
);
CREATE INDEX webhook_delivery_due ON webhook_delivery (endpoint_id, next_attempt_at, id) WHERE state = 'waiting';
CREATE INDEX webhook_delivery_waiting ON webhook_delivery (created_at) WHERE state = 'waiting';
CREATE INDEX webhook_delivery_settled ON webhook_delivery (settled_at) WHERE state <> 'waiting';
CREATE INDEX webhook_delivery_created ON webhook_delivery (endpoint_id, created_at, id);
CREATE INDEX webhook_delivery_state_created ON webhook_delivery (endpoint_id, state, created_at, id);

-- How far the looks for what expires have come, and until when somebody is at it.
CREATE TABLE expiry_watch (
    singleton    boolean PRIMARY KEY DEFAULT true CHECK (singleton),
    looked_until timestamptz NOT NULL DEFAULT now(),
    lease_until  timestamptz NOT NULL DEFAULT '-infinity',
    lease        integer NOT NULL DEFAULT 0
);
INSERT INTO expiry_watch DEFAULT VALUES;

-- shearline_app ------------------------------------------------------------------------------------------------------
GRANT SELECT, INSERT, UPDATE (spread_at), DELETE ON notification TO shearline_app;
GRANT SELECT, INSERT, UPDATE ON webhook_endpoint TO shearline_app;
GRANT SELECT, INSERT, DELETE ON webhook_interest TO shearline_app;
GRANT SELECT, INSERT, UPDATE (sealed, ends_at), DELETE ON webhook_secret TO shearline_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON webhook_delivery TO shearline_app;
GRANT SELECT, UPDATE (looked_until, lease_until, lease) ON expiry_watch TO shearline_app;

-- shearline_node: the pass that seals writes its checkpoint's notification itself ------------------------------------
GRANT INSERT ON notification TO shearline_node;
GRANT SELECT ON webhook_interest TO shearline_node;

DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['notification', 'webhook_endpoint', 'webhook_interest', 'webhook_secret', 'webhook_delivery'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format('CREATE POLICY tenant ON %I TO shearline_app USING '
                       '(organization_id = (SELECT NULLIF(current_setting(''shearline.organization'', true), '''')))', name);
        EXECUTE format('CREATE POLICY across_tenants ON %I FOR SELECT TO shearline_app '
                       'USING ((SELECT current_setting(''shearline.across_tenants'', true)) = ''on'')', name);
    END LOOP;
    -- whoever makes a change learns whether the instance listens, and to which types
    CREATE POLICY instance_listens ON webhook_interest FOR SELECT TO shearline_app
        USING (organization_id = (SELECT CASE WHEN NULLIF(current_setting('shearline.organization', true), '') IS NOT NULL
                                              THEN 'org_instance' END));
    CREATE POLICY node_seals ON notification FOR INSERT TO shearline_node WITH CHECK (type = 'audit.checkpoint_sealed');
    CREATE POLICY node ON webhook_interest FOR SELECT TO shearline_node USING (true);
END
$$;

-- mail ---------------------------------------------------------------------------------------------------------------
-- A letter to be: to whom, and about which fact. The address is looked up when it is sent; no secret is ever in here.
CREATE TABLE mail (
    id              text COLLATE "C" PRIMARY KEY,
    organization_id text COLLATE "C" NOT NULL REFERENCES organization (id),
    message_id      text COLLATE "C" NOT NULL,
    -- a user, or an invitation
    recipient       text COLLATE "C" NOT NULL,
    type            text COLLATE "C" NOT NULL,
    target          text COLLATE "C" NOT NULL,
    actor           text COLLATE "C" NOT NULL,
    at              timestamptz NOT NULL,
    details         text NOT NULL CHECK (octet_length(details) <= 65536),
    state           text COLLATE "C" NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'sent', 'failed', 'dropped')),
    attempts        integer NOT NULL DEFAULT 0,
    claim           integer NOT NULL DEFAULT 0,
    next_attempt_at timestamptz NOT NULL,
    gives_up_at     timestamptz NOT NULL,
    created_at      timestamptz NOT NULL,
    settled_at      timestamptz,
    UNIQUE (message_id, recipient),
    CHECK ((state = 'waiting') = (settled_at IS NULL))
);
CREATE INDEX mail_due ON mail (organization_id, next_attempt_at, id) WHERE state = 'waiting';
CREATE INDEX mail_waiting ON mail (next_attempt_at) WHERE state = 'waiting';
CREATE INDEX mail_settled ON mail (settled_at) WHERE state <> 'waiting';

-- Who is told of a key by mail: its owner; of a team's or a pipeline's who administers its unit, or else the organization.
CREATE FUNCTION key_mail_recipients(wanted text) RETURNS TABLE (user_id text) LANGUAGE sql STABLE SECURITY INVOKER AS $$
    WITH k AS (SELECT organization_id, type, membership_id, unit_id FROM shearline.api_key WHERE id = wanted),
         admin AS (SELECT r.unit_id, m.user_id
                     FROM k
                     JOIN shearline.membership_role AS r
                       ON r.organization_id = k.organization_id AND r.unit_id IN (k.unit_id, k.organization_id)
                      AND r.role IN ('admin', 'owner')
                     JOIN shearline.membership AS m ON m.id = r.membership_id AND m.state = 'active'
                    WHERE k.type IN ('team', 'ci')),
         told AS (SELECT m.user_id FROM k JOIN shearline.membership AS m ON m.id = k.membership_id AND m.state = 'active'
                   UNION
                  SELECT a.user_id FROM admin AS a JOIN k ON a.unit_id = k.unit_id
                   UNION
                  SELECT a.user_id FROM admin AS a WHERE NOT EXISTS (SELECT 1 FROM admin AS b JOIN k ON b.unit_id = k.unit_id))
    SELECT u.id FROM told JOIN shearline.app_user AS u ON u.id = told.user_id
     WHERE u.state = 'active' AND u.email IS NOT NULL
     ORDER BY u.id LIMIT 20
$$;
REVOKE EXECUTE ON FUNCTION key_mail_recipients(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION key_mail_recipients(text) TO shearline_app;

CREATE TABLE invitation (
    id              text COLLATE "C" PRIMARY KEY,
    organization_id text COLLATE "C" NOT NULL REFERENCES organization (id),
    email           text NOT NULL CHECK (length(email) <= 320),
    name            text NOT NULL DEFAULT '' CHECK (length(name) <= 100),
    roles           text NOT NULL CHECK (octet_length(roles) <= 65536),
    state           text COLLATE "C" NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'accepted', 'revoked')),
    sendings        integer NOT NULL DEFAULT 1,
    membership_id   text COLLATE "C",
    created_at      timestamptz NOT NULL,
    created_by      text NOT NULL,
    -- of who invites, as the person invited is shown it
    inviter         text NOT NULL CHECK (length(inviter) <= 100),
    expires_at      timestamptz NOT NULL,
    settled_at      timestamptz,
    UNIQUE (organization_id, id),
    FOREIGN KEY (organization_id, membership_id) REFERENCES membership (organization_id, id),
    CHECK ((state = 'accepted') = (membership_id IS NOT NULL)),
    CHECK ((state = 'pending') = (settled_at IS NULL))
);
CREATE INDEX invitation_created ON invitation (organization_id, created_at, id);
CREATE INDEX invitation_by_created ON invitation (created_at, id);

-- SHA-256 of what stands in a letter. A letter that was sent twice after a crash has two.
CREATE TABLE invitation_token (
    digest          bytea PRIMARY KEY CHECK (length(digest) = 32),
    organization_id text COLLATE "C" NOT NULL,
    invitation_id   text COLLATE "C" NOT NULL,
    FOREIGN KEY (organization_id, invitation_id) REFERENCES invitation (organization_id, id)
);
CREATE INDEX invitation_token_invitation ON invitation_token (invitation_id);

GRANT SELECT, INSERT, UPDATE, DELETE ON mail TO shearline_app;
GRANT SELECT, INSERT, UPDATE ON invitation TO shearline_app;
GRANT SELECT, INSERT, DELETE ON invitation_token TO shearline_app;

DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['mail', 'invitation', 'invitation_token'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format('CREATE POLICY tenant ON %I TO shearline_app USING '
                       '(organization_id = (SELECT NULLIF(current_setting(''shearline.organization'', true), '''')))', name);
        EXECUTE format('CREATE POLICY across_tenants ON %I FOR SELECT TO shearline_app '
                       'USING ((SELECT current_setting(''shearline.across_tenants'', true)) = ''on'')', name);
    END LOOP;
END
$$;
