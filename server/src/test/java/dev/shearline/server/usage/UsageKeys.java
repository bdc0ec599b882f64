package dev.shearline.server.usage;

import dev.shearline.server.testing.TestSchema;

/** Many keys of one organization, without a request for each. */
final class UsageKeys {

    private static final String ORGANIZATION = """
            INSERT INTO organization (id, name, plan_id, admin_audience_id) VALUES ('org_usage', 'Usage', 'custom', 'aud_usage')
            """;
    private static final String ROOT = """
            INSERT INTO unit (id, organization_id, kind, name) VALUES ('org_usage', 'org_usage', 'organization', 'Usage')
            """;
    private static final String KEYS = """
            INSERT INTO api_key (id, organization_id, audience_id, type, visibility, mode, unit_id, digest, prefix, last_four,
                                 name, name_key, scopes, created_at, created_by, updated_at, expires_at)
            SELECT 'key_' || lpad(i::text, 12, '0'), 'org_usage', 'aud_usage', 'team', 'secret', 'live', 'org_usage',
                   sha256(convert_to('counted-' || i, 'UTF8')), 'counted-', 'last', 'n', 'n', '{}', now(), 'job', now(), now() + interval '90 days'
              FROM generate_series(0, ?::int - 1) AS i
            """;

    private UsageKeys() {}

    static void insert(TestSchema schema, int keys) {
        schema.execute(ORGANIZATION);
        schema.execute(ROOT);
        schema.execute(KEYS, keys);
    }

    static String id(int key) {
        return "key_%012d".formatted(key);
    }

    /** What its holder sends: the keys of another system have any shape. */
    static String secret(int key) {
        return "counted-" + key;
    }
}
