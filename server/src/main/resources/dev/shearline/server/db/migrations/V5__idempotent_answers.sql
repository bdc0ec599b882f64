-- Answers that hold a secret, kept for ten minutes so that a repeated request gets them again. The bytes open only with what the caller
-- presents, the header and the raw credential, neither of which is anywhere in here.

CREATE TABLE idempotent_answer (
    -- where the actor is at home: the reserved organization for operators
    organization_id text COLLATE "C" NOT NULL REFERENCES organization (id),
    actor           text COLLATE "C" NOT NULL,
    -- of the header alone, so that the same header with another credential is recognised
    hash            bytea NOT NULL CHECK (length(hash) = 32),
    salt            bytea NOT NULL CHECK (length(salt) = 32),
    -- what the request made, and its answer: there from the end of the transaction on
    made            text COLLATE "C",
    sealed          bytea CHECK (length(sealed) <= 65536),
    expires_at      timestamptz NOT NULL,
    CHECK ((made IS NULL) = (sealed IS NULL)),
    PRIMARY KEY (organization_id, actor, hash)
);
CREATE INDEX idempotent_answer_expires ON idempotent_answer (expires_at);

GRANT SELECT, INSERT, UPDATE ON idempotent_answer TO shearline_app;
GRANT SELECT (organization_id, actor, hash, expires_at), DELETE ON idempotent_answer TO shearline_node;

ALTER TABLE idempotent_answer ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON idempotent_answer TO shearline_app
    USING (organization_id = (SELECT NULLIF(current_setting('shearline.organization', true), '')));
CREATE POLICY node ON idempotent_answer FOR SELECT TO shearline_node USING (true);
CREATE POLICY node_cleaning ON idempotent_answer FOR DELETE TO shearline_node USING (true);
