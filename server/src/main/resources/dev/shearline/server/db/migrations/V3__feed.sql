-- The change feed and the nodes that follow it. Not tenant tables: an entry holds ids and versions, nothing else.

CREATE TABLE feed_entry (
    id              uuid PRIMARY KEY,
    epoch           bigint,
    tag             bigint,
    kind            text COLLATE "C" NOT NULL,
    organization_id text COLLATE "C",
    target          text COLLATE "C",
    version         integer NOT NULL DEFAULT 0,
    at              timestamptz NOT NULL DEFAULT clock_timestamp(),
    CHECK ((epoch IS NULL) = (tag IS NULL))
);
CREATE UNIQUE INDEX feed_entry_epoch ON feed_entry (epoch) WHERE epoch IS NOT NULL;
CREATE INDEX feed_entry_unnumbered ON feed_entry (at) WHERE epoch IS NULL;

CREATE TABLE epoch_counter (
    singleton boolean PRIMARY KEY DEFAULT true CHECK (singleton),
    epoch     bigint NOT NULL
);

CREATE TABLE node (
    id           text COLLATE "C" PRIMARY KEY,
    version      text NOT NULL,
    address      text NOT NULL,
    applied      bigint NOT NULL,
    staleness_ms bigint NOT NULL,
    started_at   timestamptz NOT NULL DEFAULT now(),
    lease_until  timestamptz NOT NULL
);

-- 64 bits of pgcrypto-free randomness: the server's own strong generator behind gen_random_uuid(), around the fixed bits.
CREATE FUNCTION random_tag() RETURNS bigint LANGUAGE sql VOLATILE PARALLEL RESTRICTED AS $$
    SELECT ('x' || substr(u, 1, 12) || substr(u, 21, 4))::bit(64)::bigint
      FROM (SELECT replace(gen_random_uuid()::text, '-', '') AS u) AS drawn
$$;

-- Gives numbers to every committed entry that has none. The lock and the look are two statements, so that the look has a snapshot
-- newer than the lock; nothing in here waits for a client. Returns how many it numbered, or -1 when another call is at it.
CREATE FUNCTION number_entries() RETURNS integer LANGUAGE plpgsql VOLATILE SECURITY INVOKER AS $$
DECLARE
    head bigint;
    numbered integer;
BEGIN
    SELECT c.epoch INTO head FROM shearline.epoch_counter AS c FOR UPDATE SKIP LOCKED;
    IF NOT FOUND THEN
        RETURN -1;
    END IF;
    UPDATE shearline.feed_entry AS e
       SET epoch = head + waiting.nth, tag = shearline.random_tag()
      FROM (SELECT f.id, row_number() OVER (ORDER BY f.at, f.id) AS nth
              FROM shearline.feed_entry AS f WHERE f.epoch IS NULL) AS waiting
     WHERE e.id = waiting.id;
    GET DIAGNOSTICS numbered = ROW_COUNT;
    IF numbered > 0 THEN
        UPDATE shearline.epoch_counter AS c SET epoch = head + numbered;
    END IF;
    RETURN numbered;
END
$$;
REVOKE EXECUTE ON FUNCTION number_entries(), random_tag() FROM PUBLIC;

INSERT INTO feed_entry (id, epoch, tag, kind) VALUES (gen_random_uuid(), 1, random_tag(), 'genesis');
INSERT INTO epoch_counter (epoch) VALUES (1);
