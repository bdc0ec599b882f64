package dev.shearline.server.keys;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("storage")
class SessionCleaningTest {

    @Test
    void sessions_that_have_expired_go_and_the_others_stay() {
        try (var rig = new KeyRig()) {
            rig.schema.execute(
                    "INSERT INTO access_session (digest, kind, organization_id, membership_id, subject, capabilities,"
                            + " expires_at) SELECT sha256(CAST('s' || n AS bytea)), 'member', 'org_acme', 'mem_bob',"
                            + " 'mem_bob', '{keys:read}', now() + (n - 600) * interval '1 minute' FROM generate_series(0,"
                            + " 601) AS n");
            var cleaning = new SessionCleaning(rig.nodeDatabase);
            assertThat(cleaning.clean()).as("in several batches").isGreaterThanOrEqualTo(600);
            assertThat(rig.count("access_session")).isEqualTo("1");
            assertThat(cleaning.clean()).isZero();
        }
    }
}
