-- How often keys were verified, by hour and outcome (docs/decisions/0020).

-- A source is one life of a sheet of counters. It reports until it is closed; what comes later is refused. Where its node does not look
-- after it by the time that it is due, any other one does.
CREATE TABLE usage_source (
    source    text COLLATE "C" PRIMARY KEY CHECK (length(source) = 32),
    opened_at timestamptz NOT NULL,
    closed_at timestamptz,
    due_at    timestamptz NOT NULL
);
CREATE INDEX usage_source_due ON usage_source (due_at);

-- What an open source has counted so far, and how much of that is in the totals already.
CREATE TABLE usage_report (
    source          text COLLATE "C" NOT NULL,
    key_id          text COLLATE "C" NOT NULL,
    organization_id text COLLATE "C" NOT NULL,
    hour            timestamptz NOT NULL,
    outcome         text COLLATE "C" NOT NULL,
    count           bigint NOT NULL,
    units           bigint NOT NULL,
    folded          bigint NOT NULL DEFAULT 0,
    folded_units    bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (source, key_id, hour, outcome)
);
CREATE INDEX usage_report_key ON usage_report (key_id, hour);
CREATE INDEX usage_report_organization ON usage_report (organization_id, hour);

-- The totals. Booked is the hour in which a line counts for billing: the hour itself, or the one in which it was reported too late. To whom
-- the key belonged stays as it was: what is billed does not move with a key.
CREATE TABLE usage_hour (
    key_id          text COLLATE "C" NOT NULL,
    organization_id text COLLATE "C" NOT NULL,
    hour            timestamptz NOT NULL,
    outcome         text COLLATE "C" NOT NULL,
    booked          timestamptz NOT NULL,
    owner_id        text COLLATE "C" NOT NULL,
    unit_id         text COLLATE "C" NOT NULL,
    billed_id       text COLLATE "C" NOT NULL,
    count           bigint NOT NULL,
    units           bigint NOT NULL,
    PRIMARY KEY (key_id, hour, outcome, booked, owner_id, unit_id, billed_id)
);
CREATE INDEX usage_hour_organization ON usage_hour (organization_id, booked, key_id);
CREATE INDEX usage_hour_booked ON usage_hour (booked);

-- From where keys were used, by day. Personal: deleted with the owner, and after a while. An empty text: the question did not say.
CREATE TABLE usage_caller (
    key_id          text COLLATE "C" NOT NULL,
    organization_id text COLLATE "C" NOT NULL,
    day             date NOT NULL,
    other           boolean NOT NULL,
    address         text COLLATE "C" NOT NULL CHECK (length(address) <= 45),
    route           text COLLATE "C" NOT NULL CHECK (length(route) <= 200),
    user_agent      text COLLATE "C" NOT NULL CHECK (length(user_agent) <= 200),
    count           bigint NOT NULL,
    last_at         timestamptz NOT NULL,
    ip              inet GENERATED ALWAYS AS (CAST(NULLIF(address, '') AS inet)) STORED,
    PRIMARY KEY (key_id, day, other, address, route, user_agent)
);
CREATE INDEX usage_caller_ip ON usage_caller (organization_id, ip) WHERE ip IS NOT NULL;
CREATE INDEX usage_caller_day ON usage_caller (day);

GRANT SELECT (billed_unit_id) ON api_key TO shearline_node;
GRANT SELECT ON usage_report, usage_hour TO shearline_app;
GRANT SELECT, DELETE ON usage_caller TO shearline_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON usage_caller TO shearline_node;
GRANT SELECT, INSERT, UPDATE, DELETE ON usage_source, usage_report, usage_hour TO shearline_node;

DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['usage_report', 'usage_hour', 'usage_caller'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format('CREATE POLICY tenant ON %I TO shearline_app '
                       'USING (organization_id = (SELECT NULLIF(current_setting(''shearline.organization'', true), '''')))', name);
        EXECUTE format('CREATE POLICY across_tenants ON %I FOR SELECT TO shearline_app '
                       'USING ((SELECT current_setting(''shearline.across_tenants'', true)) = ''on'')', name);
        EXECUTE format('CREATE POLICY node ON %I TO shearline_node USING (true)', name);
    END LOOP;
END
$$;
