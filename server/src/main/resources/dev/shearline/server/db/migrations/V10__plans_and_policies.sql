-- What plans include and what organizations may narrow, as data (docs/decisions/0018).

-- The cheapest has the lowest rank: a problem names the next plan that has what is missing.
ALTER TABLE plan ADD COLUMN rank integer NOT NULL DEFAULT 1000 CHECK (rank BETWEEN 0 AND 1000000);

WITH short (terms) AS (
    VALUES ('{"max_lifetime": "1y", "no_expiry": false, "max_keys": "unlimited"}' :: jsonb)
), long (terms) AS (
    VALUES ('{"max_lifetime": "10y", "no_expiry": true, "max_keys": "unlimited"}' :: jsonb)
), seed (id, rank, key_types, developers) AS (
    SELECT 'free', 10, jsonb_build_object('personal', short.terms), '2' :: jsonb FROM short
     UNION ALL
    SELECT 'pro', 20, jsonb_build_object(
               'personal', short.terms, 'team', short.terms,
               'ci', '{"max_lifetime": "90d", "no_expiry": false, "max_keys": 1}' :: jsonb), '10' :: jsonb FROM short
     UNION ALL
    SELECT 'scale', 30, jsonb_build_object(
               'personal', long.terms, 'team', long.terms, 'ci', jsonb_set(long.terms, '{max_keys}', '3')), '50' :: jsonb FROM long
     UNION ALL
    SELECT 'custom', 40, jsonb_build_object(
               'personal', long.terms, 'team', long.terms, 'ci', long.terms,
               'ephemeral', '{"max_lifetime": "24h", "no_expiry": false, "max_keys": "unlimited"}' :: jsonb),
           '"unlimited"' :: jsonb FROM long
)
UPDATE plan AS p
   SET rank = s.rank,
       settings = jsonb_build_object(
           'key_types', s.key_types, 'slots', jsonb_build_object('ci_token', 10, 'developers', s.developers))
  FROM seed AS s
 WHERE p.id = s.id AND p.settings = '{}';

-- a plan that somebody has added by hand had no settings that counted: it goes on as it was, without the longer lives
UPDATE plan AS p
   SET settings = jsonb_set(c.settings, '{key_types}',
           jsonb_build_object('personal', f.settings #> '{key_types,personal}', 'team', f.settings #> '{key_types,personal}',
                              'ci', '{"max_lifetime": "90d", "no_expiry": false, "max_keys": "unlimited"}' :: jsonb,
                              'ephemeral', c.settings #> '{key_types,ephemeral}'))
  FROM plan AS c, plan AS f
 WHERE c.id = 'custom' AND f.id = 'free' AND NOT p.settings ? 'key_types';

-- a create reads max_keys before it knows which lock to take: it is a number or "unlimited", and nothing else
ALTER TABLE plan ALTER COLUMN settings DROP DEFAULT;
ALTER TABLE plan ADD CONSTRAINT plan_settings CHECK (
    coalesce(jsonb_typeof(settings -> 'key_types') = 'object' AND jsonb_typeof(settings -> 'slots') = 'object', false)
    AND NOT jsonb_path_exists(
        settings, '$.key_types.*.max_keys ? (@.type() != "number" && (@.type() != "string" || @ != "unlimited"))'));

GRANT DELETE ON plan TO shearline_app;

-- Narrows what the plan allows; read by the same statement as the plan.
ALTER TABLE organization ADD COLUMN policy jsonb NOT NULL DEFAULT '{}';
CREATE INDEX organization_disables_unused ON organization (id) WHERE policy ->> 'unused_disable_after_days' IS NOT NULL;

-- When it was said last that an unused key will be disabled.
ALTER TABLE api_key_activity ADD COLUMN unused_warned_at timestamptz NOT NULL DEFAULT '-infinity';
GRANT UPDATE (unused_warned_at) ON api_key_activity TO shearline_app;
