package dev.shearline.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UsageCommandTest {
    private static final String LINES =
            "{'items':[{'time':'2030-01-01T00:00:00.000Z','late_for':null,'closed':true,'organization':{'id':'org_a','external_id':'acme'},"
                    + "'holder':{'type':'team','id':'team_a','external_id':'web'},'name':'Web','keys':2,'live_keys':1,'requests':12,'allowed':10,"
                    + "'denied':2,'units':20,'idempotency_key':'00'}],'next_cursor':null}";

    @TempDir
    Path directory;

    private final FakeInstance instance = new FakeInstance();

    @AfterEach
    void stop() {
        instance.close();
    }

    @Test
    void lines_are_shown_by_who_has_the_keys() {
        instance.answering(200, LINES);
        var result = Session.at(instance, directory)
                .run("usage", "--organization", "ext:acme", "--by", "billed_to", "--granularity", "hour", "--closed");

        assertThat(result.out()).isEqualTo("""
                        TIME                      WHO  KEYS  ALLOWED  DENIED  UNITS  LATE FOR
                        2030-01-01T00:00:00.000Z  Web  2     10       2       20
                        """);
        assertThat(instance.lastAsked().target())
                .isEqualTo("/v1/usage?organization=ext%3Aacme&by=billed_to&granularity=hour&closed=true&limit=100");
    }

    @Test
    void csv_has_a_line_a_line_with_your_ids_and_its_idempotency_key() {
        instance.answering(200, LINES);
        assertThat(Session.at(instance, directory)
                        .run("usage", "--output", "csv")
                        .out())
                .isEqualTo("""
                        time,late_for,closed,organization.id,organization.external_id,holder.type,holder.id,holder.external_id,name,keys,live_keys,requests,allowed,denied,units,idempotency_key
                        2030-01-01T00:00:00.000Z,,true,org_a,acme,team,team_a,web,Web,2,1,12,10,2,20,00
                        """);
    }

    @Test
    void the_tree_says_how_often_keys_were_used_lately() {
        instance.answering(200, "{'id':'org_a','name':'Acme','external_id':'acme'}")
                .answering(200, "{'items':[],'next_cursor':null}")
                .answering(200, "{'items':[],'next_cursor':null}")
                .answering(200, "{'items':[],'next_cursor':null}")
                .answering(
                        200,
                        "{'items':[{'holder':{'type':'key','id':'key_a'},'allowed':1234},{'holder':{'type':'key','id':'key_b'},'allowed':1}],"
                                + "'next_cursor':null}")
                .answering(
                        200,
                        "{'items':[" + key("key_a", "'2029-12-31T22:00:00.000Z'") + ","
                                + key("key_b", "'2029-12-31T22:00:00.000Z'") + "," + key("key_c", "null")
                                + "],'next_cursor':null}");
        var result = Session.at(instance, directory).run("keys", "tree", "--organization", "ext:acme");

        assertThat(result.out()).contains("2h ago (1,234 requests)", "2h ago (1 request)", "never");
        assertThat(instance.asked())
                .extracting(FakeInstance.Asked::target)
                .contains("/v1/usage?organization=org_a&by=key&granularity=total&limit=100");
    }

    private static String key(String id, String lastUsed) {
        return "{'id':'" + id
                + "','type':'ci','name':'Deploy','status':'active','owner':{'type':'organization','id':'org_a'},"
                + "'last_used_at':" + lastUsed + ",'expires_at':null}";
    }
}
