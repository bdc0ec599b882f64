package dev.shearline.server.standards;

import static org.assertj.core.api.Assertions.assertThat;

import dev.shearline.server.testing.Api;
import dev.shearline.server.testing.Cluster;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** RFC 7009: whoever holds a token ends it, and so does who may. */
@Tag("storage")
class RevocationTest {

    private static final String PATH = "/oauth/revoke";

    private static Cluster cluster;
    private static String acme;
    private static Api anybody;

    @BeforeAll
    static void start() {
        cluster = Cluster.start(1);
        acme = cluster.organization("acme");
        anybody = cluster.api().as("");
    }

    @AfterAll
    static void stop() {
        cluster.close();
    }

    private static Api.Answer issue(Map<String, ?> more) {
        var body = new HashMap<String, Object>(
                Map.of("type", "team", "name", "test", "organization", acme, "scopes", List.of("sessions:read")));
        body.putAll(more);
        return cluster.api().post("/v1/keys", body).expect(201);
    }

    private static Api holding(String organization, String... scopes) {
        return anybody.as(cluster.issue(organization, scopes).at("secret"));
    }

    private static String actorOf(Api.Answer key) {
        return cluster.schema()
                .query(
                        "SELECT convert_from(bytes, 'UTF8')::json -> 'actor' ->> 'kind' FROM audit_event WHERE target = ? AND"
                                + " action = 'key.revoked'",
                        key.at("id"));
    }

    @Test
    void whoever_holds_a_key_ends_it_and_it_is_dead_when_the_answer_is_there() {
        var key = issue(Map.of());
        var answer = anybody.postForm(PATH, "token=" + key.at("secret") + "&token_type_hint=refresh_token")
                .expect(200);
        assertThat(answer.raw().body()).isEqualTo("{}");
        assertThat(cluster.api().verify(key.at("secret"))).isEqualTo("revoked");
        assertThat(cluster.audit(key.at("id"))).isEqualTo("key.created key.revoked");
        assertThat(actorOf(key)).isEqualTo("possession");
    }

    @Test
    void a_token_that_is_unknown_or_dead_is_answered_like_one_that_dies_now() {
        var revoked = issue(Map.of());
        cluster.api().post("/v1/keys/" + revoked.at("id") + "/revoke").expect(200);
        var used = issue(Map.of("type", "ephemeral"));
        assertThat(cluster.api().verify(used.at("secret"))).isEqualTo("allowed");
        for (var token : List.of(revoked.at("secret"), used.at("secret"), "nothing", "shl_live_" + "sk_short")) {
            assertThat(anybody.postForm(PATH, "token=" + token)
                            .expect(200)
                            .raw()
                            .body())
                    .isEqualTo("{}");
        }
        assertThat(cluster.audit(revoked.at("id"))).isEqualTo("key.created key.revoked");
        assertThat(cluster.audit(used.at("id"))).doesNotContain("revoked");
    }

    @Test
    void a_single_use_token_is_ended_unspent() {
        var token = issue(Map.of("type", "ephemeral"));
        anybody.postForm(PATH, "token=" + token.at("secret")).expect(200);
        assertThat(cluster.api().verify(token.at("secret"))).isEqualTo("revoked");
        assertThat(cluster.audit(token.at("id"))).isEqualTo("key.created key.revoked");
    }

    @Test
    void who_may_revoke_keys_does_it_in_their_own_name() {
        var admin = holding(acme, "keys:write");
        var key = issue(Map.of());
        admin.postForm(PATH, "token=" + key.at("secret")).expect(200);
        assertThat(cluster.api().verify(key.at("secret"))).isEqualTo("revoked");
        assertThat(actorOf(key)).isEqualTo("key");
    }

    @Test
    void who_may_not_is_still_in_possession() {
        var other = cluster.organization("other");
        for (var client : List.of(holding(acme, "keys:verify"), holding(other, "keys:write"))) {
            var key = issue(Map.of());
            client.postForm(PATH, "token=" + key.at("secret")).expect(200);
            assertThat(cluster.api().verify(key.at("secret"))).isEqualTo("revoked");
            assertThat(actorOf(key)).isEqualTo("possession");
        }
    }

    @Test
    void a_publishable_key_is_in_everybodys_possession_and_ends_by_who_may_end_it_alone() {
        var key = issue(Map.of("visibility", "publishable", "scopes", List.of()));
        for (var client : List.of(anybody, holding(cluster.organization("third"), "keys:write"))) {
            var refused = client.postForm(PATH, "token=" + key.at("secret")).expect(400);
            assertThat(refused.at("error")).isEqualTo("unsupported_token_type");
        }
        assertThat(cluster.api().verify(key.at("secret"))).isEqualTo("allowed");
        holding(acme, "keys:write").postForm(PATH, "token=" + key.at("secret")).expect(200);
        assertThat(cluster.api().verify(key.at("secret"))).isEqualTo("revoked");
    }

    @Test
    void a_client_that_says_who_it_is_must_be_that() {
        var key = issue(Map.of());
        var refused = anybody.postForm(PATH, "token=" + key.at("secret"), Map.of("Authorization", "Basic YTpub3RoaW5n"))
                .expect(401);
        assertThat(refused.at("error")).isEqualTo("invalid_client");
        assertThat(refused.raw().headers().firstValue("WWW-Authenticate")).contains("Basic realm=\"shearline\"");
        assertThat(anybody.as("nothing")
                        .postForm(PATH, "token=" + key.at("secret"))
                        .expect(401)
                        .at("error"))
                .isEqualTo("invalid_client");
        assertThat(cluster.api().verify(key.at("secret"))).isEqualTo("allowed");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "token=", "token_type_hint=access_token", "token=a&token=b", "token=%", "token=%0a"})
    void a_form_that_is_none_is_an_invalid_request(String form) {
        var answer = anybody.postForm(PATH, form).expect(400);
        assertThat(answer.at("error")).isEqualTo("invalid_request");
        assertThat(answer.at("error_description")).isNotEmpty();
    }

    @Test
    void a_token_in_the_url_is_refused_and_so_is_a_body_of_json() {
        var key = issue(Map.of()).at("secret");
        assertThat(anybody.postForm(PATH + "?token=" + key, "").expect(400).at("error"))
                .isEqualTo("invalid_request");
        assertThat(anybody.postRaw(PATH, "{\"token\":\"" + key + "\"}")
                        .expect(400)
                        .at("error"))
                .isEqualTo("invalid_request");
        assertThat(anybody.postForm(PATH, "token=" + "x".repeat(70_000))
                        .expect(413)
                        .code())
                .isEqualTo("body_too_large");
        assertThat(cluster.api().verify(key)).isEqualTo("allowed");
    }
}
