-- The host's things, at units; keys that are limited to some of them; and to whom a personal key is billed (docs/decisions/0019).

CREATE TABLE resource (
    id              text COLLATE "C" PRIMARY KEY,
    organization_id text COLLATE "C" NOT NULL REFERENCES organization (id),
    type            text COLLATE "C" NOT NULL CHECK (length(type) BETWEEN 1 AND 50),
    external_id     text COLLATE "C" NOT NULL CHECK (length(external_id) BETWEEN 1 AND 255),
    unit_id         text COLLATE "C" NOT NULL,
    name            text CHECK (length(name) BETWEEN 1 AND 100),
    created_at      timestamptz NOT NULL,
    updated_at      timestamptz NOT NULL,
    UNIQUE (organization_id, type, external_id),
    FOREIGN KEY (organization_id, unit_id) REFERENCES unit (organization_id, id)
);
CREATE INDEX resource_created ON resource (organization_id, created_at, id);
CREATE INDEX resource_type_created ON resource (organization_id, type, created_at, id);
CREATE INDEX resource_unit_created ON resource (organization_id, unit_id, created_at, id);
CREATE INDEX resource_by_created ON resource (created_at, id);

GRANT SELECT, INSERT, UPDATE, DELETE ON resource TO shearline_app;
ALTER TABLE resource ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON resource TO shearline_app
    USING (organization_id = (SELECT NULLIF(current_setting('shearline.organization', true), '')));
CREATE POLICY across_tenants ON resource FOR SELECT TO shearline_app
    USING ((SELECT current_setting('shearline.across_tenants', true)) = 'on');

-- Empty: not limited. A billed unit of NULL: the owner.
ALTER TABLE api_key ADD COLUMN resources text[] NOT NULL DEFAULT '{}', ADD COLUMN billed_unit_id text COLLATE "C";
ALTER TABLE api_key ADD CONSTRAINT api_key_resources CHECK (cardinality(resources) <= 50) NOT VALID;
ALTER TABLE api_key ADD CONSTRAINT api_key_billed_unit
    FOREIGN KEY (organization_id, billed_unit_id) REFERENCES unit (organization_id, id) NOT VALID;
GRANT SELECT (resources) ON api_key TO shearline_node;
