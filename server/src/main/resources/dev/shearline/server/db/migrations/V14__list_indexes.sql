-- Each index is dropped first: a migration that was cut off has left one that is not valid, and is repeated.

-- whether a key has a word is answered by the index alone
DROP INDEX CONCURRENTLY IF EXISTS api_key_word_of_key;
CREATE INDEX CONCURRENTLY api_key_word_of_key ON api_key_word (key_id, word);
DROP INDEX CONCURRENTLY IF EXISTS api_key_word_key;

-- keys of these types are few among many, and alike in name and end: a walk in that order can pass all the others first
DROP INDEX CONCURRENTLY IF EXISTS api_key_rare_type_name;
CREATE INDEX CONCURRENTLY api_key_rare_type_name ON api_key (organization_id, type, name_key, id) WHERE type IN ('ci', 'ephemeral');
DROP INDEX CONCURRENTLY IF EXISTS api_key_rare_type_expires;
CREATE INDEX CONCURRENTLY api_key_rare_type_expires ON api_key (organization_id, type, expires_at, id) WHERE type IN ('ci', 'ephemeral');
