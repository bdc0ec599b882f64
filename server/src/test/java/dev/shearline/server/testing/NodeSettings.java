package dev.shearline.server.testing;

import dev.shearline.server.config.DatabaseUrl;
import dev.shearline.server.config.Setting;
import dev.shearline.server.config.Settings;
import dev.shearline.server.config.SettingsParser;
import dev.shearline.server.secrets.InstanceKeys;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;

/** The configuration of a node on a schema of a test's, with instance keys of its own. */
public final class NodeSettings {

    private final Map<Setting, String> given = new EnumMap<>(Setting.class);

    /** @param directory of the test; the data directory is {@code data} in it */
    public NodeSettings(TestSchema schema, Path directory) {
        var keys = directory.resolve("instance.keys");
        InstanceKeys.create(keys, new SecureRandom());
        given.put(Setting.LISTEN, "127.0.0.1:0");
        given.put(Setting.MANAGEMENT_LISTEN, "127.0.0.1:0");
        given.put(Setting.DATABASE_URL, DatabaseUrl.reveal(schema.app()));
        given.put(Setting.NODE_DATABASE_URL, DatabaseUrl.reveal(schema.node()));
        given.put(Setting.SECRET_KEYS_FILE, keys.toString());
        given.put(Setting.DATA_DIR, directory.resolve("data").toString());
    }

    private NodeSettings(Map<Setting, String> given) {
        this.given.putAll(given);
    }

    /** Those of another node of the same instance. */
    public NodeSettings forNode(String name) {
        return new NodeSettings(given)
                .with(
                        Setting.DATA_DIR,
                        Path.of(get(Setting.DATA_DIR)).resolveSibling(name).toString());
    }

    public NodeSettings with(Setting setting, String value) {
        given.put(setting, value);
        return this;
    }

    public String get(Setting setting) {
        return given.getOrDefault(setting, "");
    }

    public Settings parse() {
        return SettingsParser.parse(Map.of(), Optional.empty(), given);
    }
}
