package dev.shearline.server.embed;

import dev.shearline.server.testing.Api;
import dev.shearline.server.testing.Cluster;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A server with the organization Acme: Ada develops in the team web and administers the team ops, Bob develops in ops. */
final class EmbedRig implements AutoCloseable {

    static final String PAGE = "https://app.example.com";
    static final Map<String, String> FROM_PAGE = Map.of("Origin", PAGE);

    final Cluster cluster = Cluster.start(1);
    final String acme = cluster.organization("acme");
    /** Holds what a back end holds that embeds screens. */
    final Api.Answer back =
            cluster.issue(acme, "embed:create", "keys:read", "keys:write", "sessions:*", "resources:read");

    final String web = unit("web");
    final String ops = unit("ops");
    final String ada = user("ada", web + " developer", ops + " admin");
    final String bob = user("bob", ops + " developer");

    Api operator() {
        return cluster.api();
    }

    Api back() {
        return operator().as(back.at("secret"));
    }

    private String unit(String externalId) {
        return operator()
                .put("/v1/teams/ext:" + externalId, Map.of("organization", acme, "name", externalId))
                .expect(201)
                .at("id");
    }

    /** @param roles each a unit and a role, with a space between */
    String user(String externalId, String... roles) {
        var given = Arrays.stream(roles)
                .map(role -> role.split(" ", -1))
                .map(role -> Map.of("unit", role[0], "role", role[1]))
                .toList();
        operator()
                .put("/v1/users/ext:" + externalId, Map.of("name", externalId))
                .expect(201);
        operator()
                .post("/v1/members", Map.of("organization", acme, "user", "ext:" + externalId, "roles", given))
                .expect(201);
        return operator().get("/v1/users/ext:" + externalId).at("id");
    }

    /** A session of this owner, with names and values in turns beside. */
    static Map<String, Object> wanted(Map<String, ?> owner, Object... more) {
        var body = new HashMap<String, Object>(Map.of("owner", owner, "origins", List.of(PAGE)));
        for (int i = 0; i < more.length; i += 2) {
            body.put(more[i].toString(), more[i + 1]);
        }
        return body;
    }

    Api.Answer open(Map<String, ?> owner, Object... more) {
        return back().post("/v1/embed-sessions", wanted(owner, more)).expect(201);
    }

    Api session(Map<String, ?> owner, Object... more) {
        return operator().as(open(owner, more).at("token"));
    }

    /** Of a team of Acme. */
    static Map<String, Object> teamKey(String team, String... scopes) {
        return Map.of("type", "team", "team", team, "name", "Key", "scopes", List.of(scopes));
    }

    static Map<String, Object> personalKey(String user, String... scopes) {
        return Map.of("type", "personal", "user", user, "name", "Key", "scopes", List.of(scopes));
    }

    static List<String> texts(Api.Answer answer, String pointer) {
        var texts = new ArrayList<String>();
        answer.json().at("/" + pointer).forEach(node -> texts.add(node.asString()));
        return texts;
    }

    static List<String> ids(Api.Answer page) {
        var ids = new ArrayList<String>();
        page.json().path("items").forEach(item -> ids.add(item.path("id").asString()));
        return ids;
    }

    @Override
    public void close() {
        cluster.close();
    }
}
