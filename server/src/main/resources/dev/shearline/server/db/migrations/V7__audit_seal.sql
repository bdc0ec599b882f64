-- The proof of the audit log: events are numbered and hashed after their commit, in a chain an organization, and every pass that did so
-- leaves a signed checkpoint. All of it is only ever added to.

-- What waits for its seal: the one table here that loses rows, and no row whose event has no seal.
CREATE TABLE audit_unsealed (
    event_id        text COLLATE "C" PRIMARY KEY REFERENCES audit_event (id),
    organization_id text COLLATE "C" NOT NULL,
    at              timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX audit_unsealed_at ON audit_unsealed (at, event_id);

CREATE TABLE audit_seal (
    organization_id text COLLATE "C" NOT NULL,
    seq             bigint NOT NULL CHECK (seq > 0),
    event_id        text COLLATE "C" NOT NULL UNIQUE REFERENCES audit_event (id),
    -- SHA-256(hash of seq - 1, or 32 zero bytes ‖ seq, 8 bytes big-endian ‖ bytes of the event)
    hash            bytea NOT NULL CHECK (length(hash) = 32),
    PRIMARY KEY (organization_id, seq)
);

-- Whoever holds its row seals.
CREATE TABLE audit_sealing (
    singleton boolean PRIMARY KEY DEFAULT true CHECK (singleton)
);
INSERT INTO audit_sealing DEFAULT VALUES;

CREATE TABLE audit_key (
    id         text COLLATE "C" PRIMARY KEY,
    public_key bytea NOT NULL CHECK (length(public_key) = 32),
    created_at timestamptz NOT NULL DEFAULT now()
);

-- Names no organization: every one of them may read it.
CREATE TABLE audit_checkpoint (
    number    bigint PRIMARY KEY CHECK (number > 0),
    at        timestamptz NOT NULL,
    key_id    text COLLATE "C" NOT NULL REFERENCES audit_key (id),
    -- the canonical bytes that the signature is of, and that the next checkpoint holds the hash of
    bytes     bytea NOT NULL,
    signature bytea NOT NULL CHECK (length(signature) = 64)
);

-- What opens an organization's own line in a checkpoint.
CREATE TABLE audit_checkpoint_line (
    organization_id text COLLATE "C" NOT NULL,
    number          bigint NOT NULL REFERENCES audit_checkpoint (number),
    seq             bigint NOT NULL,
    hash            bytea NOT NULL CHECK (length(hash) = 32),
    nonce           bytea NOT NULL CHECK (length(nonce) = 32),
    PRIMARY KEY (organization_id, number)
);
CREATE INDEX audit_checkpoint_line_seq ON audit_checkpoint_line (organization_id, seq);

CREATE INDEX audit_event_actor ON audit_event (organization_id, actor, at, id);
CREATE INDEX audit_event_action ON audit_event (organization_id, action, at, id);

-- By trigger, so that nobody who writes an event can forget it, a node of the release before least of all.
CREATE FUNCTION await_seal() RETURNS trigger LANGUAGE plpgsql SECURITY INVOKER AS $$
BEGIN
    INSERT INTO shearline.audit_unsealed (event_id, organization_id) VALUES (NEW.id, NEW.organization_id);
    RETURN NULL;
END
$$;
CREATE TRIGGER await_seal AFTER INSERT ON audit_event FOR EACH ROW EXECUTE FUNCTION await_seal();

INSERT INTO audit_unsealed (event_id, organization_id, at) SELECT id, organization_id, at FROM audit_event;

-- Seals up to so many committed events, whenever they were made. The lock and the look are separate statements, so that the look has a
-- snapshot newer than the lock: two nodes never continue a chain from the same place. What is sealed already only stops waiting. A row for
-- each chain that it has moved, with its new head; no row when nothing waits or another call is at it.
CREATE FUNCTION seal_events(batch integer)
RETURNS TABLE (chain text, head bigint, head_hash bytea, sealed integer) LANGUAGE plpgsql VOLATILE SECURITY INVOKER AS $$
DECLARE
    waiting text[];
    event record;
BEGIN
    PERFORM 1 FROM shearline.audit_sealing FOR UPDATE SKIP LOCKED;
    IF NOT FOUND THEN
        RETURN;
    END IF;
    SELECT array_agg(w.event_id) INTO waiting
      FROM (SELECT u.event_id FROM shearline.audit_unsealed AS u ORDER BY u.at, u.event_id LIMIT batch) AS w;
    FOR event IN
        SELECT e.organization_id, e.id, e.bytes FROM shearline.audit_event AS e
         WHERE e.id = ANY (waiting) AND NOT EXISTS (SELECT 1 FROM shearline.audit_seal AS s WHERE s.event_id = e.id)
         ORDER BY e.organization_id, e.at, e.id
    LOOP
        IF event.organization_id IS DISTINCT FROM chain THEN
            IF chain IS NOT NULL THEN
                RETURN NEXT;
            END IF;
            chain := event.organization_id;
            sealed := 0;
            SELECT s.seq, s.hash INTO head, head_hash FROM shearline.audit_seal AS s
             WHERE s.organization_id = chain ORDER BY s.seq DESC LIMIT 1;
            IF NOT FOUND THEN
                head := 0;
                head_hash := decode(repeat('00', 32), 'hex');
            END IF;
        END IF;
        head := head + 1;
        head_hash := sha256(head_hash || int8send(head) || event.bytes);
        sealed := sealed + 1;
        INSERT INTO shearline.audit_seal (organization_id, seq, event_id, hash) VALUES (chain, head, event.id, head_hash);
    END LOOP;
    DELETE FROM shearline.audit_unsealed AS u WHERE u.event_id = ANY (waiting);
    IF chain IS NOT NULL THEN
        RETURN NEXT;
    END IF;
END
$$;
REVOKE EXECUTE ON FUNCTION seal_events(integer), await_seal() FROM PUBLIC;

GRANT SELECT, INSERT ON audit_unsealed TO shearline_app;
GRANT SELECT ON audit_seal, audit_key, audit_checkpoint, audit_checkpoint_line TO shearline_app;

GRANT SELECT (id, organization_id, at, bytes) ON audit_event TO shearline_node;
GRANT SELECT, DELETE ON audit_unsealed TO shearline_node;
GRANT SELECT, UPDATE ON audit_sealing TO shearline_node;
GRANT SELECT, INSERT ON audit_seal, audit_key, audit_checkpoint TO shearline_node;
GRANT INSERT ON audit_checkpoint_line TO shearline_node;
GRANT EXECUTE ON FUNCTION seal_events(integer) TO shearline_node;

DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['audit_unsealed', 'audit_seal', 'audit_checkpoint_line'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format('CREATE POLICY tenant ON %I TO shearline_app USING '
                       '(organization_id = (SELECT NULLIF(current_setting(''shearline.organization'', true), '''')))', name);
    END LOOP;
    CREATE POLICY node ON audit_seal TO shearline_node USING (true);
    CREATE POLICY node ON audit_checkpoint_line TO shearline_node USING (true);
    -- an event that is in neither table would be in no export, and nobody would miss it
    CREATE POLICY node_reads ON audit_unsealed FOR SELECT TO shearline_node USING (true);
    CREATE POLICY node_deletes ON audit_unsealed FOR DELETE TO shearline_node
        USING (EXISTS (SELECT 1 FROM audit_seal AS s WHERE s.event_id = audit_unsealed.event_id));
    CREATE POLICY node ON audit_event FOR SELECT TO shearline_node USING (true);
END
$$;
