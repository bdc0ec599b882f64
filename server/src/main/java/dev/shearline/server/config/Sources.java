package dev.shearline.server.config;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** Gathers the text of each setting from the command line, the environment and the file, and every fault of a name. */
final class Sources {

    static final String CONFIG = "SHEARLINE_CONFIG";
    private static final String PREFIX = "SHEARLINE_";
    private static final String FILE_SUFFIX = "_FILE";

    /** The command line tool's own, which may share an environment with the server. */
    private static final Set<String> OF_THE_CLI = Set.of("SHEARLINE_URL", "SHEARLINE_KEY");

    private static final int FILE_BYTES_MAX = 256 * 1024;

    /** @param where names the source in a fault: the environment's name, or file and line */
    record Value(String text, String where) {}

    private final Map<Setting, Value> values = new EnumMap<>(Setting.class);
    private final List<String> faults = new ArrayList<>();

    /** In the order of precedence; without a file {@code SHEARLINE_CONFIG} names it. */
    static Sources of(Map<String, String> environment, Optional<Path> file, Map<Setting, String> given) {
        var sources = new Sources();
        file.or(() -> Optional.ofNullable(environment.get(CONFIG)).map(Path::of))
                .ifPresent(sources::file);
        sources.environment(environment);
        sources.given(given);
        return sources;
    }

    Map<Setting, Value> values() {
        return values;
    }

    List<String> faults() {
        return faults;
    }

    /** Lines of {@code key=value}; {@code #} starts a comment line. */
    void file(Path file) {
        var text = read(file, "the configuration");
        int number = 0;
        var seen = new TreeMap<Setting, Integer>();
        for (var line : text.lines().map(String::strip).toList()) {
            number++;
            if (!line.isEmpty() && !line.startsWith("#")) {
                line(file, number, line, seen);
            }
        }
    }

    private void line(Path file, int number, String line, Map<Setting, Integer> seen) {
        var where = file + ":" + number;
        int equals = line.indexOf('=');
        if (equals < 1) {
            faults.add(where + ": write key=value.");
            return;
        }
        var key = line.substring(0, equals).strip();
        var refused = RefusedName.findByKey(key);
        if (refused.isPresent()) {
            faults.add(where + ": " + key + ": " + refused.get().reason() + ".");
            return;
        }
        var setting = Setting.findByKey(key);
        if (setting.isEmpty()) {
            faults.add(where + ": there is no setting " + key + ". Did you mean " + Names.nearest(key, keys()) + "?");
            return;
        }
        var earlier = seen.put(setting.get(), number);
        if (earlier != null) {
            faults.add(where + ": " + key + " is set in line " + earlier + " already.");
        }
        values.put(setting.get(), new Value(line.substring(equals + 1).strip(), where));
    }

    void environment(Map<String, String> environment) {
        // sorted, so that the same environment always gives the same list of faults
        new TreeMap<>(environment).forEach((name, text) -> {
            if (name.startsWith(PREFIX) && !name.equals(CONFIG) && !OF_THE_CLI.contains(name)) {
                variable(name, text, environment);
            }
        });
    }

    private void variable(String name, String text, Map<String, String> environment) {
        var refused = RefusedName.findByEnvironmentName(name);
        if (refused.isPresent()) {
            faults.add(name + ": " + refused.get().reason() + ".");
            return;
        }
        var setting = Setting.findByEnvironmentName(name);
        if (setting.isPresent()) {
            values.put(setting.get(), new Value(text, name));
            return;
        }
        if (name.endsWith(FILE_SUFFIX)) {
            var plain = name.substring(0, name.length() - FILE_SUFFIX.length());
            var fromFile = Setting.findByEnvironmentName(plain);
            if (fromFile.isPresent()) {
                if (environment.containsKey(plain)) {
                    faults.add("Both " + plain + " and " + name + " are set: remove one.");
                } else {
                    values.put(
                            fromFile.get(), new Value(read(Path.of(text), name).strip(), name));
                }
                return;
            }
        }
        faults.add("There is no setting " + name + ". Did you mean " + Names.nearest(name, environmentNames()) + "?");
    }

    void given(Map<Setting, String> given) {
        given.forEach((setting, text) -> values.put(setting, new Value(text, setting.key())));
    }

    private String read(Path file, String what) {
        try {
            if (Files.size(file) > FILE_BYTES_MAX) {
                faults.add(what + ": " + file + " is larger than " + FILE_BYTES_MAX + " bytes.");
                return "";
            }
            return Files.readString(file, StandardCharsets.UTF_8);
        } catch (IOException e) {
            faults.add(what + ": cannot read " + file + " (" + e.getClass().getSimpleName() + ").");
            return "";
        }
    }

    private static List<String> keys() {
        return Arrays.stream(Setting.values()).map(Setting::key).toList();
    }

    private static List<String> environmentNames() {
        return Arrays.stream(Setting.values()).map(Setting::environmentName).toList();
    }
}
