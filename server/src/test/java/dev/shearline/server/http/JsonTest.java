package dev.shearline.server.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.shearline.server.identity.OrganizationId;
import dev.shearline.server.identity.Ref;
import dev.shearline.server.identity.Scope;
import dev.shearline.server.identity.ScopeSet;
import dev.shearline.token.Secret;
import io.vertx.core.buffer.Buffer;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JsonTest {

    enum Mood {
        VERY_GOOD,
        BAD
    }

    record Item(String key, Optional<Integer> cost) {}

    record Body(
            String firstName,
            Optional<String> note,
            Optional<Long> count,
            Optional<Boolean> probe,
            Optional<Mood> mood,
            Optional<Instant> at,
            Optional<List<Item>> items,
            Optional<Scope> scope,
            Optional<Ref> owner,
            Optional<Secret> key,
            Optional<Even> even) {}

    record Even(int value) {
        Even {
            if (value % 2 != 0) {
                throw new IllegalArgumentException("must be even");
            }
        }
    }

    private final Json json = new Json();

    @Test
    void a_body_becomes_a_record_and_what_is_absent_is_empty() {
        var body = read("{\"first_name\":\"x\"}");
        assertThat(body.firstName()).isEqualTo("x");
        assertThat(body.note()).isEmpty();
        assertThat(body.count()).isEmpty();
        assertThat(body.items()).isEmpty();
        assertThat(read("{\"first_name\":\"x\",\"note\":null,\"items\":null}")).isEqualTo(body);
    }

    @Test
    void every_kind_of_value_is_read() {
        var body = read("""
                {"first_name":"🔑 \u202ex","note":"","count":9007199254740993,"probe":true,"mood":"very_good",
                 "at":"2030-01-31T12:00:00.123456+02:00","items":[{"key":"a","cost":1},{"key":"b"}],
                 "scope":"keys:read","owner":"ext:auth0|7","key":"shl_live_x","even":{"value":2}}""");
        assertThat(body.firstName()).isEqualTo("🔑 \u202ex");
        assertThat(body.note()).contains("");
        assertThat(body.count()).contains(9007199254740993L);
        assertThat(body.mood()).contains(Mood.VERY_GOOD);
        assertThat(body.at()).contains(Instant.parse("2030-01-31T10:00:00.123456Z"));
        assertThat(body.items()).contains(List.of(new Item("a", Optional.of(1)), new Item("b", Optional.empty())));
        assertThat(body.scope()).contains(Scope.KEYS_READ);
        assertThat(body.owner()).contains(new Ref.ByExternalId("auth0|7"));
        assertThat(body.key()).contains(Secret.of("shl_live_x"));
        assertThat(body.toString()).doesNotContain("shl_live_x");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '~',
            value = {
                "{\"first_name\":1} ~ first_name ~ \"first_name\" must be a string.",
                "{\"first_name\":true} ~ first_name ~ \"first_name\" must be a string.",
                "{\"first_name\":{}} ~ first_name ~ \"first_name\" must be a string.",
                "{\"first_name\":[\"x\"]} ~ first_name ~ \"first_name\" must be a string.",
                "{\"first_name\":null} ~ first_name ~ \"first_name\" is required.",
                "{} ~ first_name ~ \"first_name\" is required.",
                "{\"note\":1.5} ~ note ~ \"note\" must be a string.",
                "{\"count\":\"1\"} ~ count ~ \"count\" must be an integer in range.",
                "{\"count\":\"\"} ~ count ~ \"count\" must be an integer in range.",
                "{\"count\":1.5} ~ count ~ \"count\" must be an integer in range.",
                "{\"count\":true} ~ count ~ \"count\" must be an integer in range.",
                "{\"count\":99999999999999999999} ~ count ~ \"count\" must be an integer in range.",
                "{\"probe\":\"true\"} ~ probe ~ \"probe\" must be true or false.",
                "{\"probe\":1} ~ probe ~ \"probe\" must be true or false.",
                "{\"mood\":\"fine\"} ~ mood ~ \"mood\" must be one of very_good, bad.",
                "{\"mood\":\"VERY_GOOD\"} ~ mood ~ \"mood\" must be one of very_good, bad.",
                "{\"mood\":0} ~ mood ~ \"mood\" must be one of very_good, bad.",
                "{\"mood\":\"\"} ~ mood ~ \"mood\" must be one of very_good, bad.",
                "{\"at\":1700000000} ~ at ~ \"at\" must be a time such as 2030-01-31T12:00:00Z.",
                "{\"at\":\"tomorrow\"} ~ at ~ \"at\" must be a time such as 2030-01-31T12:00:00Z.",
                "{\"at\":\"+999999-01-01T00:00:00Z\"} ~ at ~ \"at\" must be a time such as 2030-01-31T12:00:00Z.",
                "{\"items\":{}} ~ items ~ \"items\" must be an array.",
                "{\"items\":\"\"} ~ items ~ \"items\" must be an array.",
                "{\"items\":[1]} ~ items[0] ~ \"items[0]\" must be an object.",
                "{\"items\":[{\"key\":\"a\"},{\"key\":2}]} ~ items[1].key ~ \"items[1].key\" must be a string.",
                "{\"items\":[{\"cost\":1}]} ~ items[0].key ~ \"items[0].key\" is required.",
                "{\"scope\":\"Keys\"} ~ scope ~ \"scope\" must be a scope of the form resource:action, resource:* or *.",
                "{\"owner\":\"\"} ~ owner ~ \"owner\" must be a string of its form.",
                "{\"key\":7} ~ key ~ \"key\" must be a string of its form.",
                "{\"even\":{\"value\":3}} ~ even ~ \"even\" must be even."
            })
    void a_value_of_the_wrong_type_is_refused_by_name(String body, String field, String detail) {
        var problem = problem(body);
        assertThat(problem.code()).isEqualTo(ProblemCode.INVALID_FIELD);
        assertThat(problem.field()).contains(field);
        assertThat(problem.detail()).isEqualTo(detail);
    }

    @Test
    void an_unknown_field_is_refused_by_name() {
        var problem = problem("{\"first_name\":\"x\",\"items\":[{\"key\":\"a\",\"colour\":\"red\"}]}");
        assertThat(problem.code()).isEqualTo(ProblemCode.UNKNOWN_FIELD);
        assertThat(problem.field()).contains("items[0].colour");
        assertThat(problem("{\"first_name\":\"x\",\"firstName\":\"x\"}").field())
                .contains("firstName");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '~',
            value = {
                "{\"first_name\":hunter2} ~ The body is not valid JSON at line 1, column",
                "{\"first_name\":\"hunter2 ~ The body is not valid JSON at line 1, column",
                "{\"first_name\":\"x\" ~ The body is not valid JSON at line 1, column",
                "{\"first_name\":\"x\",\"first_name\":\"hunter2\"} ~ The body repeats the name of a field at line 1",
                "{\"first_name\":\"x\"} {} ~ The body goes on after its end",
                "{\"first_name\":\"x\"} hunter2 ~ The body is not valid JSON at line 1",
                "{'first_name':'x'} ~ The body is not valid JSON",
                "{\"count\":NaN} ~ The body is not valid JSON",
                "{\"count\":11111111111111111111111111111111111111111111} ~ The body exceeds a limit"
            })
    void malformed_json_is_located_and_never_repeated(String body, String detail) {
        var problem = problem(body);
        assertThat(problem.code()).isEqualTo(ProblemCode.MALFORMED_JSON);
        assertThat(problem.detail()).startsWith(detail).doesNotContain("hunter2");
    }

    @Test
    void limits_of_depth_and_name_hold() {
        var deep = "[".repeat(HttpLimits.JSON_DEPTH_MAX + 1) + "]".repeat(HttpLimits.JSON_DEPTH_MAX + 1);
        assertThat(problem("{\"first_name\":\"x\",\"note\":" + deep + "}").code())
                .isIn(ProblemCode.MALFORMED_JSON, ProblemCode.INVALID_FIELD);
        assertThatThrownBy(() -> json.read(Buffer.buffer("{\"x\":" + deep + "}"), Map.class))
                .isInstanceOf(ProblemException.class)
                .hasMessageContaining("exceeds a limit");
        var name = "n".repeat(HttpLimits.JSON_NAME_CHARACTERS_MAX + 100);
        assertThat(problem("{\"" + name + "\":1}").detail()).contains("exceeds a limit");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "null", "[]", "1", "\"x\""})
    void what_is_no_object_is_refused(String body) {
        assertThat(problem(body).detail()).startsWith("The body ");
    }

    @Test
    void bytes_that_are_not_utf_8_are_malformed() {
        var bytes = Buffer.buffer(new byte[] {'{', '"', (byte) 0xC3, (byte) 0x28, '"', ':', '1', '}'});
        assertThat(catchThrowableOfType(ProblemException.class, () -> json.read(bytes, Body.class))
                        .problem()
                        .code())
                .isEqualTo(ProblemCode.MALFORMED_JSON);
    }

    @Test
    void answers_are_snake_case_with_times_in_milliseconds() {
        record Answer(
                OrganizationId organizationId,
                Instant createdAt,
                Optional<Instant> expiresAt,
                Mood mood,
                ScopeSet scopes,
                Ref owner) {}
        var answer = new Answer(
                new OrganizationId("org_1"),
                Instant.parse("2030-01-31T12:00:00.123456Z"),
                Optional.of(Instant.parse("2030-01-31T12:00:00Z")),
                Mood.VERY_GOOD,
                ScopeSet.ofWire(List.of("keys:write", "keys:read")),
                new Ref.ById("team_1"));
        assertThat(json.write(answer)).hasToString("""
                {"organization_id":"org_1","created_at":"2030-01-31T12:00:00.123Z",\
                "expires_at":"2030-01-31T12:00:00.000Z","mood":"very_good",\
                "scopes":["keys:read","keys:write"],"owner":"team_1"}""");
    }

    @Test
    void a_secret_is_rendered_only_when_it_is_revealed() {
        var secret = Secret.of("shl_live_x");
        assertThatThrownBy(() -> json.write(Map.of("secret", secret))).hasMessageContaining("RevealedSecret");
        assertThat(json.write(Map.of("secret", new RevealedSecret(secret)))).hasToString("{\"secret\":\"shl_live_x\"}");
        assertThat(new RevealedSecret(secret)).hasToString("[secret]");
    }

    private Body read(String text) {
        return json.read(Buffer.buffer(text), Body.class);
    }

    private Problem problem(String text) {
        return catchThrowableOfType(ProblemException.class, () -> read(text)).problem();
    }
}
