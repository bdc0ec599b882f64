package dev.shearline.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.shearline.server.config.Setting;
import dev.shearline.server.http.ProblemCode;
import dev.shearline.server.testing.Repository;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

/** House rules over the whole repository: what nobody checks drifts. */
class TidyTest {

    private static final Repository REPOSITORY = Repository.ofThisProject();

    private static final int LINES_MAX = 400;
    /** Files that may be longer, each with its reason. */
    private static final Map<String, String> LONG_FILES = Map.of(
            "server/src/test/java/dev/shearline/server/OpenApiAnswersTest.java",
            "one answer at least of every operation",
            "cli/src/test/java/dev/shearline/cli/CommandLineTest.java",
            "what people do with the commands, on one server",
            "server/src/test/java/dev/shearline/server/keys/ChangeApiKeyTest.java",
            "every change of a key, on one server");

    /** Tests with a database that run on the bundled PostgreSQL alone, by the reason: they are slow, and say nothing about any PostgreSQL. */
    private static final Map<String, List<String>> ON_ONE_POSTGRES = Map.of(
            "HTTP, TLS and proxies before the first statement",
            List.of(
                    "ForwardAuthTest",
                    "PageHeadersTest",
                    "ProxiesTest",
                    "RandomBytesTest",
                    "RouteGuardsTest",
                    "ServeTlsTest"),
            "clients of the API, whose every operation OpenApiAnswersTest asks on each",
            List.of("LocalVerifierTest", "ManagementTest", "ReferenceTest", "SpringIntrospectionTest"),
            "letters and webhooks under way; WebhookNewsTest and InvitationsTest send some on each",
            List.of("DeliveringTest", "MailTest", "WebhooksTest"),
            "files of a node's own",
            List.of("ManyCountersTest", "NodeDirectoryTest", "UsageCrashTest"),
            "a node that stops, or is not heard",
            List.of("ChangeStreamLossTest", "GracefulStopTest", "RollingRestartTest", "SilenceTest", "ThreeNodesTest"),
            "what a running server measures",
            List.of("DocumentedMetricsTest"),
            "tests themselves",
            List.of("RigsTest", "TestPostgresTest"));

    /** Text that tells a rule from what it forbids: this test and what it is about are the only places that hold both. */
    private static final Set<String> NAMES_WHAT_IS_BANNED =
            Set.of("server/src/test/java/dev/shearline/server/TidyTest.java");

    /**
     * What must not stand in a file.
     *
     * @param where part of the path of a file that the rule is for
     * @param except how the paths of exempt files begin
     */
    private record Ban(Pattern text, String where, List<String> except, String instead) {

        static Ban of(String regex, String where, String instead, String... except) {
            return new Ban(Pattern.compile(regex), where, List.of(except), instead);
        }

        boolean concerns(String file) {
            return file.contains(where) && except.stream().noneMatch(file::startsWith);
        }
    }

    private static final List<Ban> BANNED_IN_JAVA = List.of(
            Ban.of("System\\s*\\.\\s*(out|err)\\b", "/src/main/", "a logger", "cli/", "bench/"),
            Ban.of("\\.printStackTrace\\(", "/src/main/", "a logger with the exception"),
            Ban.of("\\bnew Random\\(", "/src/main/", "an injected SecureRandom", "bench/"),
            Ban.of("\\bInstant\\.now\\(\\)", "/src/main/", "an injected clock", "cli/", "bench/"),
            Ban.of("\\bSystem\\.currentTimeMillis\\(\\)", "/src/main/", "an injected clock", "cli/", "bench/"),
            Ban.of(
                    "\\bThread\\s*\\.\\s*sleep\\(",
                    "",
                    "waiting for what is meant: a latch, a queue, Eventually",
                    "bench/"),
            Ban.of(
                    "\\bFiles\\.createTempDirectory\\(",
                    "server/src/test/",
                    "TemporaryDirectory or @TempDir, which are gone afterwards",
                    "server/src/test/java/dev/shearline/server/testing/TemporaryDirectory.java",
                    // these end processes and mounts first
                    "server/src/test/java/dev/shearline/server/testing/SmallDisk.java",
                    "server/src/test/java/dev/shearline/server/db/embedded/Place.java"));

    private static final Set<String> TEXT_FILES = Set.of(
            "java",
            "md",
            "sql",
            "xml",
            "yaml",
            "yml",
            "json",
            "properties",
            "sh",
            "ts",
            "tsx",
            "js",
            "css",
            "html",
            "toml",
            "py");

    private static final Pattern MARK = Pattern.compile("\\b(TODO|FIXME|XXX)\\b");
    /** Somebody's own directories. */
    private static final Pattern MACHINE_PATH =
            Pattern.compile("(?<![\\w/.~-])/(root|home/[a-z][\\w-]*|Users/[A-Za-z][\\w-]*)/[\\w.]");

    private static final Pattern KEY = Pattern.compile("[a-z0-9]{2,10}_(live|test)_(sk|pk|ci|et|op)_[0-9A-Za-z]{20,}");
    private static final Pattern LINK =
            Pattern.compile("(?<!!)\\[[^\\]\\[]*]\\(([^)\\s]+)\\)|!\\[[^\\]]*]\\(([^)\\s]+)\\)");
    private static final Pattern FENCE = Pattern.compile("(?ms)^```.*?^```");
    private static final Pattern HEADING = Pattern.compile("(?m)^#{1,6} +(.+?) *$");
    private static final Pattern TABLE_PAIR = Pattern.compile("(?m)^\\| `([^`]+)` \\| `([^`]+)` \\| ([^|]+) \\|");

    private static final Pattern VERSION = Pattern.compile("<((?:[\\w.-]+\\.)?version)>([^<]*)</\\1>");
    /** One that is there already; of ours there is one. */
    private static final Pattern PINNED =
            Pattern.compile("\\d+(\\.\\w+)+(-(?!SNAPSHOT)\\w+)*|0\\.1\\.0-SNAPSHOT|\\$\\{[\\w.-]+}");

    private static final Pattern PLUGIN =
            Pattern.compile("<plugin>\\s*(?:<groupId>[^<]*</groupId>\\s*)?<artifactId>([^<]*)<");
    private static final Pattern PLUGIN_VERSION = Pattern.compile(PLUGIN.pattern() + "/artifactId>\\s*<version>");

    private static List<Path> textFiles() {
        return REPOSITORY.files().stream()
                .filter(file -> {
                    var name = file.getFileName().toString();
                    int dot = name.lastIndexOf('.');
                    return dot <= 0 || TEXT_FILES.contains(name.substring(dot + 1));
                })
                .filter(file -> !NAMES_WHAT_IS_BANNED.contains(slashed(file)))
                .toList();
    }

    private static String slashed(Path file) {
        return file.toString().replace('\\', '/');
    }

    /** {@code file:line: text} of each line that matches. */
    private static List<String> find(Pattern pattern, List<Path> files) {
        var found = new ArrayList<String>();
        for (var file : files) {
            var lines = REPOSITORY.read(file).lines().toList();
            for (int i = 0; i < lines.size(); i++) {
                if (pattern.matcher(lines.get(i)).find()) {
                    found.add(
                            slashed(file) + ":" + (i + 1) + ": " + lines.get(i).strip());
                }
            }
        }
        return found;
    }

    @Test
    void files_are_short_enough_to_be_read() {
        var tooLong = new TreeSet<String>();
        var files = Stream.of(".java", ".ts", ".tsx", ".js").flatMap(suffix -> REPOSITORY.files(suffix).stream());
        for (var file :
                files.filter(file -> !slashed(file).contains("/generated/")).toList()) {
            long lines = REPOSITORY.read(file).lines().count();
            if (lines > LINES_MAX && !LONG_FILES.containsKey(slashed(file))) {
                tooLong.add(slashed(file) + " has " + lines + " lines: split it, or give a reason in LONG_FILES");
            }
        }
        assertThat(tooLong).isEmpty();
        assertThat(LONG_FILES.keySet())
                .allMatch(file -> Files.exists(REPOSITORY.root().resolve(file)));
    }

    @Test
    void calls_that_hide_output_time_or_chance_are_not_made() {
        var found = new TreeSet<String>();
        for (var ban : BANNED_IN_JAVA) {
            var files = REPOSITORY.files(".java").stream()
                    .filter(file -> ban.concerns(slashed(file)) && !NAMES_WHAT_IS_BANNED.contains(slashed(file)))
                    .toList();
            find(ban.text(), files).forEach(line -> found.add(line + " -- use " + ban.instead()));
        }
        assertThat(found).isEmpty();
    }

    @Test
    void nothing_is_left_for_later_in_a_comment() {
        assertThat(find(MARK, textFiles())).isEmpty();
    }

    @Test
    void the_project_speaks_of_itself_alone() {
        assertThat(find(MACHINE_PATH, textFiles())).isEmpty();
    }

    @Test
    void nothing_looks_like_a_real_key() {
        assertThat(find(KEY, REPOSITORY.files())).isEmpty();
    }

    @Test
    void every_package_says_what_it_is_and_that_it_is_null_marked() {
        var packages = REPOSITORY.files(".java").stream()
                .filter(file -> slashed(file).contains("/src/main/java/"))
                .map(Path::getParent)
                .collect(Collectors.toCollection(TreeSet::new));
        assertThat(packages)
                .allSatisfy(directory -> assertThat(
                                REPOSITORY.root().resolve(directory).resolve("package-info.java"))
                        .content()
                        .containsPattern("@(org\\.jspecify\\.annotations\\.)?NullMarked")
                        .startsWith("/**"));
    }

    @Test
    void links_in_documents_lead_somewhere() {
        var dead = new TreeSet<String>();
        for (var file : REPOSITORY.files(".md")) {
            var text = FENCE.matcher(REPOSITORY.read(file)).replaceAll("");
            LINK.matcher(text).results().forEach(link -> {
                var target = link.group(1) == null ? link.group(2) : link.group(1);
                if (!leadsSomewhere(file, target)) {
                    dead.add(slashed(file) + " -> " + target);
                }
            });
        }
        assertThat(dead).isEmpty();
    }

    private static boolean leadsSomewhere(Path document, String target) {
        if (target.matches("[a-z][a-z0-9+.-]*:.*")) {
            return true;
        }
        int hash = target.indexOf('#');
        var path = URLDecoder.decode(hash < 0 ? target : target.substring(0, hash), StandardCharsets.UTF_8);
        var folder = document.getParent();
        var file = path.isEmpty() ? document : (folder == null ? Path.of(path) : folder.resolve(path)).normalize();
        if (!Files.exists(REPOSITORY.root().resolve(file))) {
            return false;
        }
        boolean hasAnchors = path.isEmpty() || path.endsWith(".md");
        return hash < 0 || !hasAnchors || anchors(file).contains(target.substring(hash + 1));
    }

    /** As the usual renderers make them of headings. */
    private static Set<String> anchors(Path file) {
        var text = FENCE.matcher(REPOSITORY.read(file)).replaceAll("");
        return HEADING.matcher(text)
                .results()
                .map(heading -> heading.group(1)
                        .toLowerCase(Locale.ROOT)
                        .replaceAll("[^\\p{L}\\p{N} _-]", "")
                        .replace(' ', '-'))
                .collect(Collectors.toSet());
    }

    @Test
    void tests_with_a_database_run_on_every_postgresql_or_there_is_a_reason() {
        var tests = new TreeMap<String, String>();
        var rigs = new TreeMap<String, String>();
        REPOSITORY.files(".java").stream()
                .filter(file -> slashed(file).startsWith("server/src/test/"))
                .forEach(file -> {
                    var name = file.getFileName().toString().replace(".java", "");
                    (name.endsWith("Test") ? tests : rigs).put(name, REPOSITORY.read(file));
                });
        var makesOne = new TreeSet<>(Set.of("TestSchema", "TestPostgres"));
        boolean more = true;
        while (more) {
            var making = making(makesOne);
            more = rigs.entrySet().stream()
                    .filter(rig -> making.matcher(rig.getValue()).find())
                    .map(rig -> makesOne.add(rig.getKey()))
                    .reduce(false, Boolean::logicalOr);
        }
        var onOne = ON_ONE_POSTGRES.values().stream().flatMap(List::stream).collect(Collectors.toSet());
        var making = making(makesOne);
        assertThat(tests.entrySet())
                .filteredOn(test -> making.matcher(test.getValue()).find())
                .allSatisfy(test -> assertThat(test.getValue().contains("@Tag(\"storage\")"))
                        .as(test.getKey() + " is tagged \"storage\", or is in ON_ONE_POSTGRES, and not both")
                        .isNotEqualTo(onOne.contains(test.getKey())));
        assertThat(tests.keySet()).containsAll(onOne);
    }

    /** A call that starts one of them. */
    private static Pattern making(Set<String> names) {
        return Pattern.compile("\\b(" + String.join("|", names) + ")(\\.(start|create)\\w*)?\\(");
    }

    @Test
    void every_version_is_pinned() {
        var managed = PLUGIN_VERSION
                .matcher(REPOSITORY.read("pom.xml"))
                .results()
                .map(plugin -> plugin.group(1))
                .collect(Collectors.toSet());
        for (var pom : REPOSITORY.files("pom.xml")) {
            // what an execution asks of the Maven and the JDK that are there
            var text = REPOSITORY.read(pom).replaceAll("(?s)<executions>.*?</executions>", "");
            assertThat(VERSION.matcher(text).results().map(found -> found.group(2)))
                    .as(slashed(pom))
                    .allMatch(version -> PINNED.matcher(version).matches());
            assertThat(PLUGIN.matcher(text).results().map(plugin -> plugin.group(1)))
                    .as(slashed(pom))
                    .allMatch(managed::contains);
        }
        for (var file : REPOSITORY.files("package.json")) {
            var content = JsonMapper.shared().readTree(REPOSITORY.read(file));
            for (var kind : List.of("dependencies", "devDependencies")) {
                assertThat(content.path(kind).properties())
                        .as(slashed(file))
                        .allMatch(dependency ->
                                PINNED.matcher(dependency.getValue().asString()).matches());
            }
        }
    }

    /** A document that a comment sends its reader to. */
    @Test
    void documents_that_the_code_names_exist() {
        var document = Pattern.compile("\\bdocs/[\\w/.-]+\\.md\\b");
        var missing = new TreeSet<String>();
        for (var file : textFiles()) {
            document.matcher(REPOSITORY.read(file))
                    .results()
                    .map(found -> found.group())
                    .filter(name -> !Files.exists(REPOSITORY.root().resolve(name)))
                    .forEach(name -> missing.add(slashed(file) + " -> " + name));
        }
        assertThat(missing).isEmpty();
    }

    @Test
    void every_problem_code_is_explained_and_nothing_else() {
        var explained = HEADING.matcher(REPOSITORY.read("docs/problems.md"))
                .results()
                .filter(heading -> heading.group().startsWith("### "))
                .map(heading -> heading.group(1))
                .toList();
        assertThat(explained)
                .containsExactlyElementsOf(Arrays.stream(ProblemCode.values())
                        .map(ProblemCode::wire)
                        .toList());
    }

    @Test
    void every_problem_code_is_explained_under_its_status() {
        int status = 0;
        var statuses = new TreeMap<String, Integer>();
        for (var line : REPOSITORY.read("docs/problems.md").lines().toList()) {
            if (line.startsWith("## Status ")) {
                status = Integer.parseInt(line.substring("## Status ".length()));
            } else if (line.startsWith("### ")) {
                statuses.put(line.substring("### ".length()), status);
            }
        }
        assertThat(statuses)
                .isEqualTo(Arrays.stream(ProblemCode.values())
                        .collect(Collectors.toMap(ProblemCode::wire, ProblemCode::status, (a, _) -> a, TreeMap::new)));
    }

    @Test
    void every_setting_is_explained_with_its_names_and_default_and_nothing_else() {
        var explained = new TreeMap<String, String>();
        TABLE_PAIR
                .matcher(REPOSITORY.read("docs/configuration.md"))
                .results()
                .forEach(row -> explained.put(row.group(1) + " " + row.group(2), row.group(3)));
        var settings = new TreeMap<String, Setting>();
        for (var setting : Setting.values()) {
            settings.put(setting.key() + " " + setting.environmentName(), setting);
        }
        assertThat(explained.keySet()).isEqualTo(settings.keySet());
        assertThat(settings.entrySet())
                .allSatisfy(entry -> entry.getValue()
                        .defaultText()
                        .ifPresent(text ->
                                assertThat(explained.get(entry.getKey())).isEqualTo("`" + text + "`")));
    }
}
