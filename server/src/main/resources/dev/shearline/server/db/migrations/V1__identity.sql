-- Who there is: organizations, their units, users, memberships, and the catalog of plans, roles and scopes.
-- The roles shearline_app and shearline_node exist before the first migration (`shearline migrate` makes them).
-- Ids are text in the C collation: equality and ranges stay leakproof and so reach their indexes under row-level security.

GRANT USAGE ON SCHEMA shearline TO shearline_app, shearline_node;

CREATE TABLE schema_compatibility (
    singleton   boolean PRIMARY KEY DEFAULT true CHECK (singleton),
    min_version integer NOT NULL
);
INSERT INTO schema_compatibility (min_version) VALUES (1);

CREATE TABLE plan (
    id       text COLLATE "C" PRIMARY KEY CHECK (length(id) BETWEEN 1 AND 50),
    title    text NOT NULL,
    settings jsonb NOT NULL DEFAULT '{}',
    version  integer NOT NULL DEFAULT 1
);
INSERT INTO plan (id, title) VALUES ('free', 'Free'), ('pro', 'Pro'), ('scale', 'Scale'), ('custom', 'Custom');

CREATE TABLE role (
    name   text COLLATE "C" PRIMARY KEY,
    rank   smallint NOT NULL UNIQUE,
    scopes text[] NOT NULL
);

CREATE TABLE scope (
    name        text COLLATE "C" PRIMARY KEY CHECK (length(name) BETWEEN 3 AND 100),
    title       text NOT NULL CHECK (length(title) <= 100),
    description text NOT NULL DEFAULT '' CHECK (length(description) <= 1000),
    roles       text[] NOT NULL DEFAULT '{}',
    publishable boolean NOT NULL DEFAULT false,
    built_in    boolean NOT NULL DEFAULT false,
    version     integer NOT NULL DEFAULT 1,
    created_at  timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE app_user (
    id          text COLLATE "C" PRIMARY KEY,
    external_id text COLLATE "C" CHECK (length(external_id) BETWEEN 1 AND 255),
    name        text NOT NULL DEFAULT '' CHECK (length(name) <= 100),
    email       text CHECK (length(email) <= 320),
    state       text COLLATE "C" NOT NULL DEFAULT 'active' CHECK (state IN ('active', 'disabled', 'removed')),
    version     integer NOT NULL DEFAULT 1,
    created_at  timestamptz NOT NULL DEFAULT now(),
    updated_at  timestamptz NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX app_user_external_id ON app_user (external_id) WHERE state <> 'removed';
CREATE INDEX app_user_created ON app_user (created_at, id);

-- tenant tables from here on -----------------------------------------------------------------------------------------

CREATE TABLE organization (
    id                text COLLATE "C" PRIMARY KEY,
    external_id       text COLLATE "C" CHECK (length(external_id) BETWEEN 1 AND 255),
    name              text NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
    state             text COLLATE "C" NOT NULL DEFAULT 'active' CHECK (state IN ('active', 'suspended', 'closed', 'instance')),
    plan_id           text COLLATE "C" NOT NULL REFERENCES plan (id),
    overrides         jsonb NOT NULL DEFAULT '{}',
    personal_user_id  text COLLATE "C" REFERENCES app_user (id),
    admin_audience_id text COLLATE "C" NOT NULL UNIQUE,
    version           integer NOT NULL DEFAULT 1,
    created_at        timestamptz NOT NULL DEFAULT now(),
    updated_at        timestamptz NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX organization_external_id ON organization (external_id) WHERE state <> 'closed';
CREATE UNIQUE INDEX organization_personal_user ON organization (personal_user_id) WHERE state <> 'closed';
CREATE INDEX organization_created ON organization (created_at, id);

-- Every organization is its own root unit, under the same id: a boundary is always a unit.
CREATE TABLE unit (
    id              text COLLATE "C" PRIMARY KEY,
    organization_id text COLLATE "C" NOT NULL REFERENCES organization (id),
    kind            text COLLATE "C" NOT NULL CHECK (kind IN ('organization', 'department', 'team')),
    parent_id       text COLLATE "C",
    external_id     text COLLATE "C" CHECK (length(external_id) BETWEEN 1 AND 255),
    name            text NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
    state           text COLLATE "C" NOT NULL DEFAULT 'active' CHECK (state IN ('active', 'removed')),
    version         integer NOT NULL DEFAULT 1,
    created_at      timestamptz NOT NULL DEFAULT now(),
    updated_at      timestamptz NOT NULL DEFAULT now(),
    UNIQUE (organization_id, id),
    FOREIGN KEY (organization_id, parent_id) REFERENCES unit (organization_id, id),
    CHECK ((kind = 'organization') = (parent_id IS NULL)),
    CHECK ((kind = 'organization') = (id = organization_id))
);
CREATE UNIQUE INDEX unit_external_id ON unit (organization_id, external_id) WHERE state <> 'removed';
CREATE INDEX unit_created ON unit (organization_id, kind, created_at, id);
CREATE INDEX unit_parent ON unit (organization_id, parent_id);

CREATE TABLE membership (
    id              text COLLATE "C" PRIMARY KEY,
    organization_id text COLLATE "C" NOT NULL REFERENCES organization (id),
    user_id         text COLLATE "C" NOT NULL REFERENCES app_user (id),
    state           text COLLATE "C" NOT NULL DEFAULT 'active' CHECK (state IN ('active', 'removed')),
    version         integer NOT NULL DEFAULT 1,
    created_at      timestamptz NOT NULL DEFAULT now(),
    updated_at      timestamptz NOT NULL DEFAULT now(),
    UNIQUE (organization_id, id)
);
CREATE UNIQUE INDEX membership_user ON membership (organization_id, user_id) WHERE state = 'active';
CREATE INDEX membership_of_user ON membership (user_id);
CREATE INDEX membership_created ON membership (organization_id, created_at, id);

CREATE TABLE membership_role (
    organization_id text COLLATE "C" NOT NULL,
    membership_id   text COLLATE "C" NOT NULL,
    unit_id         text COLLATE "C" NOT NULL,
    role            text COLLATE "C" NOT NULL REFERENCES role (name),
    PRIMARY KEY (membership_id, unit_id, role),
    FOREIGN KEY (organization_id, membership_id) REFERENCES membership (organization_id, id),
    FOREIGN KEY (organization_id, unit_id) REFERENCES unit (organization_id, id)
);
CREATE INDEX membership_role_unit ON membership_role (unit_id);

INSERT INTO role (name, rank, scopes) VALUES
    ('viewer', 1, '{resources:read,sessions:read,keys:read,organizations:read,members:read}'),
    ('developer', 2, '{resources:read,resources:write,sessions:read,sessions:write,keys:read,keys:write,keys:verify,organizations:read,members:read}'),
    ('admin', 3, '{resources:*,sessions:*,keys:*,audit:read,embed:create,organizations:*,members:*,webhooks:*}'),
    ('owner', 4, '{*}');

INSERT INTO scope (name, title, description, roles, publishable, built_in) VALUES
    ('sessions:read', 'Read sessions', 'See open sessions and tunnels.', '{viewer,developer,admin,owner}', false, true),
    ('sessions:write', 'Open sessions', 'Open and close sessions and tunnels.', '{developer,admin,owner}', false, true),
    ('resources:read', 'Read resources', 'Read what the API offers.', '{viewer,developer,admin,owner}', true, true),
    ('resources:write', 'Change resources', 'Change what the API offers.', '{developer,admin,owner}', false, true),
    ('audit:read', 'Read the audit log', 'Read and export audit events.', '{admin,owner}', false, true),
    ('keys:read', 'Read keys', 'List keys and see their settings, never their secrets.', '{viewer,developer,admin,owner}', false, true),
    ('keys:write', 'Manage keys', 'Create, change, rotate and revoke keys.', '{developer,admin,owner}', false, true),
    ('keys:verify', 'Verify keys', 'Ask whether a key is valid.', '{developer,admin,owner}', false, true),
    ('embed:create', 'Embed screens', 'Create embed sessions for the drop-in component.', '{admin,owner}', false, true),
    ('organizations:read', 'Read organizations', 'See organizations, departments, teams and users.', '{viewer,developer,admin,owner}', false, true),
    ('organizations:write', 'Manage organizations', 'Create and change organizations, departments, teams and users.', '{admin,owner}', false, true),
    ('members:read', 'Read members', 'See who belongs to an organization, with which roles.', '{viewer,developer,admin,owner}', false, true),
    ('members:write', 'Manage members', 'Add and remove members and change their roles.', '{admin,owner}', false, true),
    ('scopes:write', 'Manage scopes', 'Define the scopes of this instance.', '{}', false, true),
    ('plans:write', 'Manage plans', 'Define plans and assign them.', '{}', false, true),
    ('policies:write', 'Manage policies', 'Narrow what roles may do.', '{owner}', false, true),
    ('webhooks:read', 'Read webhooks', 'See webhook endpoints and deliveries.', '{admin,owner}', false, true),
    ('webhooks:write', 'Manage webhooks', 'Create and change webhook endpoints.', '{admin,owner}', false, true);

-- The instance itself: owner of operator keys and of the instance's audit chain. Never listed, never closed.
INSERT INTO organization (id, name, state, plan_id, admin_audience_id)
VALUES ('org_instance', 'Instance', 'instance', 'custom', 'aud_instance');
INSERT INTO unit (id, organization_id, kind, name) VALUES ('org_instance', 'org_instance', 'organization', 'Instance');
