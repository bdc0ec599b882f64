-- Who is erased is forgotten as a caller too: '' in place of the address says that none is to be written any more.
GRANT UPDATE (last_used_address) ON api_key_activity TO shearline_app;
