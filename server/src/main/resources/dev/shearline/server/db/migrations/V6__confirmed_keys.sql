-- A key that history has brought back to life is disabled, and an operator's enable confirms it: at this version. A node that knew the
-- key as dead at a later one has not been told wrong, and refuses it still.
ALTER TABLE api_key ADD COLUMN confirmed_version integer NOT NULL DEFAULT 0;

GRANT SELECT (disabled_cause, confirmed_version) ON api_key TO shearline_node;
