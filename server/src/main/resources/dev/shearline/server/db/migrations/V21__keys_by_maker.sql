-- The index is dropped first: a migration that was cut off has left one that is not valid, and is repeated.

-- keys that somebody made are few among many, also when they leave
DROP INDEX CONCURRENTLY IF EXISTS api_key_made_by;
CREATE INDEX CONCURRENTLY api_key_made_by ON api_key (organization_id, created_by);
