-- How often a key, its owner and its organization may be used, as words such as 100/minute (docs/decisions/0021). Empty: without a limit.
-- In the order in which others lock them.
ALTER TABLE organization ADD COLUMN limits text COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE unit ADD COLUMN limits text COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE membership ADD COLUMN limits text COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE api_key ADD COLUMN limits text COLLATE "C" NOT NULL DEFAULT '',
    -- of a rotated key: the first of those before it, with which it shares what they have consumed
    ADD COLUMN limits_of text COLLATE "C";

GRANT SELECT (limits) ON organization, unit, membership TO shearline_node;
GRANT SELECT (limits, limits_of) ON api_key TO shearline_node;

-- Also for nodes of the version before, which know no limits: no rotation gets rid of them.
CREATE FUNCTION inherit_limits() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    SELECT k.limits, coalesce(k.limits_of, k.id) INTO STRICT NEW.limits, NEW.limits_of FROM api_key AS k WHERE k.id = NEW.rotated_from;
    RETURN NEW;
END
$$;
CREATE TRIGGER inherit_limits BEFORE INSERT ON api_key FOR EACH ROW WHEN (NEW.rotated_from IS NOT NULL) EXECUTE FUNCTION inherit_limits();
