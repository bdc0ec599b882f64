package dev.shearline.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * {@code shearline.yaml} of a project, or {@code config.yaml} of a user: which instance, and which key.
 *
 * <p>Lines of {@code name: value} are all that these files need, so they are all that is read of YAML.
 */
record ClientFile(Path path, Map<String, String> values) {
    static final String PROJECT = "shearline.yaml";
    static final String URL = "url";
    static final String KEY = "key";
    static final String KEY_FILE = "key-file";
    private static final Set<String> NAMES_IN_PROJECT = Set.of(URL, KEY_FILE);
    private static final Set<String> NAMES_OF_USER = Set.of(URL, KEY, KEY_FILE);
    private static final Pattern LINE =
            Pattern.compile("([a-z-]+):[ \\t]+(?:\"([^\"\\\\]*)\"|'([^']*)'|([^\\s\"'#][^#]*?))[ \\t]*(?:#.*)?");

    /** The nearest, from this directory upwards. */
    static Optional<ClientFile> findOfProject(Surroundings surroundings) {
        for (Path at = surroundings.directory(); at != null; at = at.getParent()) {
            var file = at.resolve(PROJECT);
            if (Files.isRegularFile(file)) {
                return Optional.of(read(file, NAMES_IN_PROJECT));
            }
        }
        return Optional.empty();
    }

    static Optional<ClientFile> findOfUser(Surroundings surroundings) {
        return findUserPath(surroundings).filter(Files::isRegularFile).map(file -> read(file, NAMES_OF_USER));
    }

    static Optional<Path> findUserPath(Surroundings surroundings) {
        return surroundings
                .findVariable("XDG_CONFIG_HOME")
                .map(Path::of)
                .or(() -> surroundings.findVariable("HOME").map(home -> Path.of(home, ".config")))
                .map(directory -> surroundings.directory().resolve(directory).resolve("shearline/config.yaml"));
    }

    Optional<String> find(String name) {
        return Optional.ofNullable(values.get(name));
    }

    /** Relative to the file that names it. */
    Optional<Path> findKeyFile() {
        return find(KEY_FILE).map(name -> path.resolveSibling(name));
    }

    private static ClientFile read(Path file, Set<String> names) {
        var values = new HashMap<String, String>();
        int number = 0;
        for (var line : PrivateFile.read(file).split("\n", -1)) {
            number++;
            var text = line.strip();
            if (text.isEmpty() || text.startsWith("#") || text.equals("---")) {
                continue;
            }
            var where = file + ", line " + number + ": ";
            var matcher = LINE.matcher(line.stripTrailing());
            if (!matcher.matches()) {
                throw CommandFailure.usage(where + "not a line of name: value.");
            }
            var name = matcher.group(1);
            if (!names.contains(name)) {
                throw CommandFailure.usage(where + refusal(name, names));
            }
            if (values.put(name, value(matcher)) != null) {
                throw CommandFailure.usage(where + name + " is set twice.");
            }
        }
        return new ClientFile(file, Map.copyOf(values));
    }

    private static String refusal(String name, Set<String> names) {
        if (name.equals(KEY)) {
            return "a key does not belong in a file that goes with a project. Put it in a file of its own that is not"
                    + " checked in, and name that as " + KEY_FILE + ".";
        }
        return "there is no setting " + name + ". There are "
                + String.join(", ", names.stream().sorted().toList()) + ".";
    }

    private static String value(Matcher matcher) {
        for (int form = 2; form < matcher.groupCount(); form++) {
            if (matcher.group(form) != null) {
                return matcher.group(form);
            }
        }
        return matcher.group(matcher.groupCount());
    }
}
