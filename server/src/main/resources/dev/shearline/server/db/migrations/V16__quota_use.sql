-- What was used of quotas, by all nodes together: a restart must not forget a month (docs/decisions/0021). By the id of what is limited, live and
-- test apart, and by refill; a count is of the period that ends then.
CREATE TABLE quota_use (
    id      text COLLATE "C" NOT NULL,
    test    boolean NOT NULL,
    refill  text COLLATE "C" NOT NULL CHECK (refill IN ('day', 'month', 'none')),
    ends_at timestamptz NOT NULL,
    used    bigint NOT NULL,
    -- by which nodes find what others have written since they looked: no transaction that they did not see has a lower number than the oldest
    -- that was open then
    written xid8 NOT NULL DEFAULT pg_current_xact_id(),
    PRIMARY KEY (id, test, refill)
);
CREATE INDEX quota_use_ended ON quota_use (ends_at) WHERE ends_at < 'infinity';
CREATE INDEX quota_use_written ON quota_use (written);

-- The last batch that each process has added to quota_use: one that is repeated, as nobody heard of it, adds nothing.
CREATE TABLE quota_writer (
    source     text COLLATE "C" PRIMARY KEY,
    batch      bigint NOT NULL,
    written_at timestamptz NOT NULL DEFAULT now()
);
GRANT SELECT, INSERT, UPDATE, DELETE ON quota_use, quota_writer TO shearline_node;
