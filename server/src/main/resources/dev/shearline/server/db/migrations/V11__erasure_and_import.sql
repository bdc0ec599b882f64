-- Who is erased is forgotten as a caller too: '' in place of the address says that none is to be written any more.
GRANT UPDATE (last_used_address) ON api_key_activity TO shearline_app;

-- When a key came here that another system has made; `created_at` is when it was made there.
ALTER TABLE api_key ADD COLUMN imported_at timestamptz;
