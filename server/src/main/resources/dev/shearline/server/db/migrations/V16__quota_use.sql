-- What was used of quotas, by all nodes together: a restart must not forget a month (docs/decisions/0021). By the id of what is limited, live and
-- test apart; a count is of the period that ends then.
CREATE TABLE quota_use (
    id      text COLLATE "C" NOT NULL,
    test    boolean NOT NULL,
    refill  text COLLATE "C" NOT NULL CHECK (refill IN ('day', 'month', 'none')),
    ends_at timestamptz NOT NULL,
    used    bigint NOT NULL,
    PRIMARY KEY (id, test)
);
CREATE INDEX quota_use_ended ON quota_use (ends_at) WHERE ends_at < 'infinity';
GRANT SELECT, INSERT, UPDATE, DELETE ON quota_use TO shearline_node;
