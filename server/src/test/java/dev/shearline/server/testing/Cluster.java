package dev.shearline.server.testing;

import dev.shearline.server.Server;
import dev.shearline.server.config.Setting;
import dev.shearline.server.config.Settings;
import dev.shearline.server.config.SettingsParser;
import dev.shearline.server.db.DatabaseAddress;
import dev.shearline.server.identity.ScopeSet;
import dev.shearline.server.secrets.InstanceKeys;
import dev.shearline.token.Secret;
import java.net.URI;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Servers as they are, in this process, on one database: real sockets, real PostgreSQL. */
public final class Cluster implements AutoCloseable {

    private final TestSchema schema;
    private final TemporaryDirectory directory = TemporaryDirectory.make("shearline-cluster");
    private final Path secretKeys;
    private final Map<Setting, String> settings;
    private final List<Server> nodes = new ArrayList<>();
    private final Secret operator;

    private Cluster(int nodes, TestSchema schema, Map<Setting, String> settings) {
        this.schema = schema;
        this.settings = settings;
        secretKeys = directory.path().resolve("secret.keys");
        InstanceKeys.create(secretKeys, new SecureRandom());
        for (int i = 0; i < nodes; i++) {
            join();
        }
        operator = this.nodes.getFirst().issueOperatorKey("test", ScopeSet.ALL);
    }

    public static Cluster start(int nodes) {
        return start(nodes, Map.of());
    }

    public static Cluster start(int nodes, Map<Setting, String> settings) {
        return new Cluster(nodes, TestSchema.create(), settings);
    }

    /** On a database of the test's own. */
    public static Cluster startOn(TestSchema schema, int nodes) {
        return new Cluster(nodes, schema, Map.of());
    }

    /** Starts a further node and waits until it may answer. */
    public Server join() {
        var node = Server.start(settings(schema.app(), schema.node()));
        nodes.add(node);
        Eventually.isTrue("the node is ready", node::isReady);
        return node;
    }

    /** Starts a node that reaches the database through a wire, and waits for nothing. The caller closes it. */
    public Server joinThrough(Wire wire) {
        return Server.start(settings(at(schema.app(), wire), at(schema.node(), wire)));
    }

    /** Starts a node with settings of its own and waits for nothing. The caller closes it. */
    public Server joinWith(Map<Setting, String> own) {
        var given = new HashMap<>(given(schema.app(), schema.node()));
        given.putAll(own);
        return Server.start(SettingsParser.parse(Map.of(), Optional.empty(), given));
    }

    private static DatabaseAddress at(DatabaseAddress address, Wire wire) {
        return new DatabaseAddress(address.host(), wire.port(), address.database(), address.user(), address.password());
    }

    private Settings settings(DatabaseAddress app, DatabaseAddress node) {
        return SettingsParser.parse(Map.of(), Optional.empty(), given(app, node));
    }

    private Map<Setting, String> given(DatabaseAddress app, DatabaseAddress node) {
        var given = new HashMap<>(Map.of(
                Setting.LISTEN, "127.0.0.1:0",
                Setting.MANAGEMENT_LISTEN, "127.0.0.1:0",
                Setting.DATABASE_URL, url(app),
                Setting.NODE_DATABASE_URL, url(node),
                Setting.SECRET_KEYS_FILE, secretKeys.toString(),
                Setting.DATA_DIR, directory.path().toString()));
        given.putAll(settings);
        return given;
    }

    private static String url(DatabaseAddress address) {
        return "postgres://" + address.user() + ":" + address.password().reveal() + "@" + address.host() + ":"
                + address.port() + "/" + address.database();
    }

    public Server node(int index) {
        return nodes.get(index);
    }

    public TestSchema schema() {
        return schema;
    }

    /** A node's API, as the operator. */
    public Api api(int index) {
        return new Api(uri(nodes.get(index)), operator);
    }

    public static URI uri(Server node) {
        return URI.create("http://127.0.0.1:" + node.port());
    }

    public Api api() {
        return api(0);
    }

    public Secret operator() {
        return operator;
    }

    /** An organization with an external id; the answer's id. */
    public String organization(String externalId) {
        return api().put("/v1/organizations/ext:" + externalId, Map.of("name", externalId))
                .at("id");
    }

    /** A key of the organization itself, with these scopes. */
    public Api.Answer issue(String organization, String... scopes) {
        return api().post(
                        "/v1/keys",
                        Map.of("type", "team", "name", "test", "organization", organization, "scopes", List.of(scopes)))
                .expect(201);
    }

    /** Where its nodes keep their files. */
    public Path directory() {
        return directory.path();
    }

    public String audit(String target) {
        return schema.query("SELECT string_agg(action, ' ' ORDER BY at, id) FROM audit_event WHERE target = ?", target);
    }

    @Override
    public void close() {
        nodes.forEach(Server::close);
        directory.close();
    }
}
