-- The use of a token that works once is counted in the transaction that spends it (docs/decisions/0020).
GRANT INSERT, UPDATE (count, units) ON usage_hour TO shearline_app;
