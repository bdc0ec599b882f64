-- How often a key, its owner and its organization may be used, as words such as 100/minute (docs/decisions/0021). Empty: without a limit.
ALTER TABLE api_key ADD COLUMN limits text COLLATE "C" NOT NULL DEFAULT '',
    -- of a rotated key: the first of those before it, with which it shares what they have consumed
    ADD COLUMN limits_of text COLLATE "C";
ALTER TABLE organization ADD COLUMN limits text COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE unit ADD COLUMN limits text COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE membership ADD COLUMN limits text COLLATE "C" NOT NULL DEFAULT '';

GRANT SELECT (limits, limits_of) ON api_key TO shearline_node;
GRANT SELECT (limits) ON organization, unit, membership TO shearline_node;
