package dev.shearline.server.keys;

import static org.assertj.core.api.Assertions.assertThat;

import dev.shearline.server.identity.Action;
import dev.shearline.server.identity.Role;
import dev.shearline.server.testing.Api;
import dev.shearline.server.testing.Cluster;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Every role, at every place, tries everything at one team: what comes of it is what the table says. */
@Tag("storage")
class AccessMatrixTest {

    private static final String TEAM = "team";
    /** Where a role is held, seen from the team: above it twice, at it, and beside it. */
    private static final List<String> PLACES = List.of("organization", "department", TEAM, "beside");

    private static Cluster cluster;
    private static Api operator;
    private static final Map<String, String> ids = new HashMap<>();

    @BeforeAll
    static void start() {
        cluster = Cluster.start(1);
        operator = cluster.api();
        var acme = cluster.organization("acme");
        ids.put("organization", acme);
        ids.put("department", unit("departments", Map.of("name", "Engineering")));
        ids.put(TEAM, unit("teams", Map.of("name", "Web", "department", id("department"))));
        ids.put("beside", unit("teams", Map.of("name", "Ops")));
        operator.put("/v1/resources/project/web", Map.of("organization", acme, "unit", id(TEAM)))
                .expect(201);
        ids.put("colleague", member("colleague", Role.DEVELOPER, TEAM));
        ids.put("boss", member("boss", Role.OWNER, "organization"));
        ids.put("other boss", member("other-boss", Role.OWNER, "organization"));
        ids.put("key of the colleague", made(Map.of("type", "personal", "user", "ext:colleague")));
        ids.put("key of the team", made(Map.of("type", "team", "team", id(TEAM))));
        ids.put("key of the pipeline", made(Map.of("type", "ci")));
    }

    @AfterAll
    static void stop() {
        cluster.close();
    }

    private static String id(String name) {
        return Objects.requireNonNull(ids.get(name), name);
    }

    private static String unit(String kind, Map<String, String> fields) {
        var body = new HashMap<>(fields);
        body.put("organization", id("organization"));
        return operator.post("/v1/" + kind, body).expect(201).at("id");
    }

    private static String member(String name, Role role, String place) {
        operator.put("/v1/users/ext:" + name, Map.of("name", name)).expect(201);
        var roles = List.of(Map.of("unit", id(place), "role", role.wire()));
        return operator.post(
                        "/v1/members",
                        Map.of("organization", id("organization"), "user", "ext:" + name, "roles", roles))
                .expect(201)
                .at("id");
    }

    private static Api.Answer make(Api caller, Map<String, ?> fields) {
        var body = new HashMap<String, Object>(fields);
        body.put("organization", id("organization"));
        body.put("name", "made");
        body.put("scopes", List.of("resources:read"));
        return caller.post("/v1/keys", body);
    }

    private static String made(Map<String, ?> fields) {
        return make(operator, fields).expect(201).at("id");
    }

    @Test
    void what_each_role_may_do_where_is_what_the_table_says() {
        var wrong = new ArrayList<String>();
        for (var role : Role.values()) {
            for (var place : PLACES) {
                var name = role.wire() + "-" + place;
                var member = member(name, role, place);
                var key = operator.post(
                                "/v1/keys",
                                Map.of(
                                        "type",
                                        "personal",
                                        "organization",
                                        id("organization"),
                                        "user",
                                        "ext:" + name,
                                        "name",
                                        "all",
                                        "scopes",
                                        List.of("*")))
                        .expect(201);
                var caller = operator.as(key.at("secret"));
                for (var action : Action.values()) {
                    boolean may = isDone(caller, action, key.at("id"), name);
                    if (may != isExpected(action, role, place)) {
                        wrong.add(role + " at " + place + (may ? " may " : " may not ") + action);
                    }
                }
                operator.delete("/v1/members/" + member).expect(200);
            }
        }
        assertThat(wrong).isEmpty();
    }

    private static boolean isExpected(Action action, Role role, String place) {
        return role.isAtLeast(action.least())
                && switch (action.where()) {
                    case ANYWHERE -> true;
                    case AT_OR_ABOVE -> !place.equals("beside");
                    case ORGANIZATION -> place.equals("organization");
                };
    }

    private static boolean isDone(Api caller, Action action, String ownKey, String user) {
        return switch (action) {
            case SEE_OWN_KEYS -> seen(caller, ownKey);
            case SEE_TEAM_KEYS -> seen(caller, id("key of the team"));
            case SEE_KEYS_OF_MEMBERS -> seen(caller, id("key of the colleague"));
            case SEE_CI_AND_EPHEMERAL_KEYS -> seen(caller, id("key of the pipeline"));
            case MANAGE_OWN_KEYS ->
                done(make(caller, Map.of("type", "personal", "user", "ext:" + user))) && changed(caller, ownKey);
            case MANAGE_TEAM_KEYS ->
                done(make(caller, Map.of("type", "team", "team", id(TEAM)))) && changed(caller, id("key of the team"));
            case MANAGE_KEYS_OF_MEMBERS ->
                done(make(caller, Map.of("type", "personal", "user", "ext:colleague")))
                        && changed(caller, id("key of the colleague"));
            case MANAGE_CI_AND_EPHEMERAL_KEYS ->
                done(make(caller, Map.of("type", "ci")))
                        && done(make(caller, Map.of("type", "ephemeral")))
                        && changed(caller, id("key of the pipeline"));
            case SEE_UNITS -> done(caller.get("/v1/teams/" + id(TEAM)));
            case MANAGE_UNITS -> done(caller.patch("/v1/teams/" + id(TEAM), Map.of("name", "Web " + user)));
            case SEE_RESOURCES -> done(caller.get("/v1/resources/project/web"));
            case MANAGE_RESOURCES -> done(caller.put("/v1/resources/project/web", Map.of("name", "Web " + user)));
            case SEE_MEMBERS -> done(caller.get("/v1/members/" + id("colleague")));
            case MANAGE_MEMBERS ->
                done(caller.patch(
                        "/v1/members/" + id("colleague"),
                        Map.of("roles", List.of(Map.of("unit", id(TEAM), "role", "developer")))));
            case READ_AUDIT_LOG -> done(caller.get("/v1/audit-events"));
            case MANAGE_WEBHOOKS ->
                done(caller.post(
                        "/v1/webhooks", Map.of("url", "https://hooks.example.com/", "events", List.of("key.revoked"))));
            case CHANGE_OWNERS -> {
                var boss = "/v1/members/" + id("boss");
                var roles = List.of(Map.of("unit", id("organization"), "role", "owner"));
                boolean done = done(caller.patch(boss, Map.of("roles", List.of())));
                operator.patch(boss, Map.of("roles", roles)).expect(200);
                yield done;
            }
            case CHANGE_POLICY ->
                done(caller.patch(
                        "/v1/organizations/" + id("organization") + "/policy", Map.of("rotation_due_after_days", 90)));
        };
    }

    private static boolean seen(Api caller, String key) {
        return done(caller.get("/v1/keys/" + key));
    }

    private static boolean changed(Api caller, String key) {
        return done(caller.patch("/v1/keys/" + key, Map.of("name", "changed")));
    }

    /** Refused means forbidden, or not there at all, and nothing else. */
    private static boolean done(Api.Answer answer) {
        assertThat(answer.status()).as(answer.json().toString()).isIn(200, 201, 403, 404);
        return answer.status() < 300;
    }
}
