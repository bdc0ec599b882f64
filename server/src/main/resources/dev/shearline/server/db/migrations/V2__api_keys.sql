-- Keys, with the side tables that make lists fast under row-level security, the sessions that sign in to Shearline itself, and
-- the audit log.

CREATE TABLE api_key (
    id               text COLLATE "C" PRIMARY KEY,
    organization_id  text COLLATE "C" NOT NULL REFERENCES organization (id),
    -- who may see it: the membership, the unit, or the organization's admin audience
    audience_id      text COLLATE "C" NOT NULL,
    type             text COLLATE "C" NOT NULL CHECK (type IN ('personal', 'team', 'ci', 'ephemeral', 'operator')),
    visibility       text COLLATE "C" NOT NULL CHECK (visibility IN ('secret', 'publishable')),
    mode             text COLLATE "C" NOT NULL CHECK (mode IN ('live', 'test')),
    membership_id    text COLLATE "C",
    unit_id          text COLLATE "C" NOT NULL,
    digest           bytea NOT NULL CHECK (length(digest) = 32),
    prefix           text COLLATE "C" NOT NULL CHECK (length(prefix) <= 16),
    last_four        text COLLATE "C" NOT NULL CHECK (length(last_four) <= 4),
    name             text NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
    name_key         text COLLATE "C" NOT NULL,
    description      text NOT NULL DEFAULT '' CHECK (length(description) <= 1000),
    metadata         jsonb NOT NULL DEFAULT '{}',
    -- the part of it that verification returns, at most 256 bytes of JSON
    verified_metadata text CHECK (octet_length(verified_metadata) <= 256),
    scopes           text[] NOT NULL,
    cidrs            text[] NOT NULL DEFAULT '{}' CHECK (cardinality(cidrs) <= 50),
    state            text COLLATE "C" NOT NULL DEFAULT 'active' CHECK (state IN ('active', 'disabled', 'revoked', 'used')),
    not_before       timestamptz NOT NULL DEFAULT '-infinity',
    expires_at       timestamptz NOT NULL DEFAULT 'infinity',
    rotated_from     text COLLATE "C",
    rotated_to       text COLLATE "C",
    -- of a rotated key: when its grace ends; of its successor: whether the first use ends it at once
    ends_at          timestamptz NOT NULL DEFAULT 'infinity',
    end_at_first_use boolean NOT NULL DEFAULT false,
    revoked_at       timestamptz,
    revoked_by       text,
    revoked_cause    text COLLATE "C" CHECK (revoked_cause IN ('manual', 'leaked', 'rotated', 'owner_removed', 'unused', 'history_forked')),
    revoked_reason   text CHECK (length(revoked_reason) <= 200),
    disabled_cause   text COLLATE "C",
    used_at          timestamptz,
    use_id           text COLLATE "C" CHECK (length(use_id) <= 100),
    version          integer NOT NULL DEFAULT 1,
    created_at       timestamptz NOT NULL,
    created_by       text NOT NULL,
    updated_at       timestamptz NOT NULL,
    FOREIGN KEY (organization_id, unit_id) REFERENCES unit (organization_id, id),
    FOREIGN KEY (organization_id, membership_id) REFERENCES membership (organization_id, id),
    CHECK ((type = 'personal') = (membership_id IS NOT NULL)),
    CHECK ((state = 'revoked') = (revoked_at IS NOT NULL)),
    CHECK ((state = 'used') = (used_at IS NOT NULL)),
    CHECK ((type = 'operator') = (organization_id = 'org_instance'))
);
CREATE UNIQUE INDEX api_key_digest ON api_key (digest);
CREATE INDEX api_key_created ON api_key (organization_id, created_at, id);
CREATE INDEX api_key_name ON api_key (organization_id, name_key, id);
CREATE INDEX api_key_expires ON api_key (organization_id, expires_at, id);
CREATE INDEX api_key_audience_created ON api_key (organization_id, audience_id, created_at, id);
CREATE INDEX api_key_type_created ON api_key (organization_id, type, created_at, id);
CREATE INDEX api_key_state_created ON api_key (organization_id, state, created_at, id);
CREATE INDEX api_key_membership ON api_key (membership_id) WHERE membership_id IS NOT NULL;
CREATE INDEX api_key_unit_created ON api_key (organization_id, unit_id, created_at, id);
-- few keys are rotating at a time
CREATE INDEX api_key_ends ON api_key (organization_id, ends_at, id) WHERE ends_at < 'infinity';
CREATE INDEX api_key_by_created ON api_key (created_at, id);

CREATE TABLE api_key_scope (
    key_id          text COLLATE "C" NOT NULL REFERENCES api_key (id) ON DELETE CASCADE,
    organization_id text COLLATE "C" NOT NULL,
    audience_id     text COLLATE "C" NOT NULL,
    scope           text COLLATE "C" NOT NULL,
    created_at      timestamptz NOT NULL,
    PRIMARY KEY (key_id, scope)
);
CREATE INDEX api_key_scope_created ON api_key_scope (organization_id, scope, created_at, key_id);

CREATE TABLE api_key_word (
    key_id          text COLLATE "C" NOT NULL REFERENCES api_key (id) ON DELETE CASCADE,
    organization_id text COLLATE "C" NOT NULL,
    audience_id     text COLLATE "C" NOT NULL,
    word            text COLLATE "C" NOT NULL,
    PRIMARY KEY (organization_id, word, key_id)
);
CREATE INDEX api_key_word_key ON api_key_word (key_id);

CREATE TABLE api_key_activity (
    key_id            text COLLATE "C" PRIMARY KEY REFERENCES api_key (id) ON DELETE CASCADE,
    organization_id   text COLLATE "C" NOT NULL,
    audience_id       text COLLATE "C" NOT NULL,
    last_used_at      timestamptz NOT NULL DEFAULT '-infinity',
    last_used_address text COLLATE "C"
);
CREATE INDEX api_key_activity_last_used ON api_key_activity (organization_id, last_used_at, key_id);

CREATE TABLE access_session (
    digest          bytea PRIMARY KEY CHECK (length(digest) = 32),
    kind            text COLLATE "C" NOT NULL CHECK (kind IN ('member', 'embed', 'operator')),
    organization_id text COLLATE "C" NOT NULL REFERENCES organization (id),
    membership_id   text COLLATE "C",
    parent_key_id   text COLLATE "C" REFERENCES api_key (id),
    subject         text COLLATE "C" NOT NULL,
    capabilities    text[] NOT NULL,
    created_at      timestamptz NOT NULL DEFAULT now(),
    expires_at      timestamptz NOT NULL,
    FOREIGN KEY (organization_id, membership_id) REFERENCES membership (organization_id, id),
    CHECK ((kind = 'member') = (membership_id IS NOT NULL)),
    CHECK (kind <> 'embed' OR parent_key_id IS NOT NULL)
);
CREATE INDEX access_session_expires ON access_session (expires_at);
CREATE INDEX access_session_parent ON access_session (parent_key_id);

CREATE TABLE audit_event (
    id              text COLLATE "C" PRIMARY KEY,
    organization_id text COLLATE "C" NOT NULL REFERENCES organization (id),
    at              timestamptz NOT NULL,
    actor           text COLLATE "C" NOT NULL,
    action          text COLLATE "C" NOT NULL,
    target          text COLLATE "C" NOT NULL,
    -- the canonical bytes that the chain hashes, exactly as stored
    bytes           bytea NOT NULL
);
CREATE INDEX audit_event_at ON audit_event (organization_id, at, id);
CREATE INDEX audit_event_target ON audit_event (organization_id, target, at, id);

-- What names a person: bound into `bytes` as SHA-256(salt ‖ fields), and erasable without breaking the chain.
CREATE TABLE audit_personal (
    event_id        text COLLATE "C" PRIMARY KEY REFERENCES audit_event (id),
    organization_id text COLLATE "C" NOT NULL,
    salt            bytea NOT NULL CHECK (length(salt) = 32),
    fields          bytea NOT NULL
);
