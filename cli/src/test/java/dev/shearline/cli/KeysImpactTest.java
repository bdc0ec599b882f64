package dev.shearline.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KeysImpactTest {
    private static final String IMPACT =
            "{'key_id':'key_3Fq0aZ81bQxR','status':'active','last_used_at':'2029-12-31T23:55:00Z',"
                    + "'today':{'allowed':1234,'denied':{'expired':2,'disabled':1},'units':1234},"
                    + "'week':{'allowed':0,'denied':{},'units':0},"
                    + "'callers':[{'address':'203.0.113.7','route':null,'user_agent':'curl/8.5','count':1200,"
                    + "'last_at':'2029-12-31T23:55:00Z'}],'other':34}";

    @TempDir
    Path directory;

    @Test
    void it_says_who_would_notice() {
        try (var instance = new FakeInstance()) {
            instance.answering(200, IMPACT);
            var result = Session.at(instance, directory).run("keys", "impact", "key_3Fq0aZ81bQxR");

            assertThat(result.exitCode()).as(result.err()).isZero();
            assertThat(result.out()).isEqualTo("""
                    key_3Fq0aZ81bQxR is active, last used 5m ago
                      today         1,234 allowed, 3 refused
                      last 7 days   0 allowed, 0 refused
                      1,200× from 203.0.113.7, curl/8.5
                      34× from elsewhere
                    """);
            assertThat(instance.lastAsked().target()).isEqualTo("/v1/keys/key_3Fq0aZ81bQxR/impact");
        }
    }

    @Test
    void keys_are_listed_by_where_they_were_used_from() {
        try (var instance = new FakeInstance()) {
            instance.answering(200, "{'items':[],'next_cursor':null}");
            Session.at(instance, directory).run("keys", "list", "--used-from", "203.0.113.0/24", "--since", "7d");

            assertThat(instance.lastAsked().target()).isEqualTo("/v1/keys?used_from=203.0.113.0%2F24&since=7d");
        }
    }
}
