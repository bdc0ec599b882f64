package dev.shearline.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The real launcher on a small tree of sources, with stand-ins for Maven and the JDK that note how they are called. */
class LauncherTest {
    private static final String MVN = """
            #!/bin/sh
            echo "mvn $*" >>"$CALLS"
            echo "[INFO] Building Shearline server 0.1.0-SNAPSHOT      [1/1]"
            if [ -n "$MVN_FAILS" ]; then echo "[ERROR] a class does not compile"; exit 1; fi
            mkdir -p cli/target/lib
            echo "$MVN_BUILDS" >cli/target/lib/server.jar
            echo cli >cli/target/shearline-cli-0.1.0-SNAPSHOT.jar
            """;
    private static final String JAVA = """
            #!/bin/sh
            case $* in *AOTCacheOutput*) echo trained >>"$CALLS.trained"; exit 0 ;; esac
            echo "java $*"
            """;

    @TempDir
    Path place;

    private Path home;
    private Path calls;

    @BeforeEach
    void layOut() throws IOException {
        home = Files.createDirectories(place.resolve("sources")).toRealPath();
        calls = place.resolve("calls");
        Scripts.copyLauncher(home);
        for (var module : List.of("token", "server", "cli")) {
            source(module + "/pom.xml");
            source(module + "/src/main/java/A.java");
        }
        source("pom.xml");
        Scripts.write(place.resolve("bin/mvn"), MVN);
        var jdk = place.resolve("jdk");
        Scripts.write(jdk.resolve("bin/java"), JAVA);
        Scripts.write(jdk.resolve("bin/javac"), JAVA);
        Files.writeString(jdk.resolve("release"), "IMPLEMENTOR=\"Nobody\"\nJAVA_VERSION=\"25.0.1\"\n");
    }

    @Test
    void the_first_start_builds_and_the_second_builds_nothing() throws Exception {
        var first = run("keys", "list", "--status", "not valid");
        assertThat(first.exitCode()).isZero();
        assertThat(first.err())
                .contains("Building Shearline (first time: a few minutes) …")
                .contains("  Shearline server");
        assertThat(first.out()).endsWith("dev.shearline.cli.Shearline keys list --status not valid\n");
        assertThat(builds())
                .hasSize(1)
                .first()
                .asString()
                .contains("-DskipTests")
                .contains("package");

        var second = run("keys", "list");
        assertThat(second.err()).isEmpty();
        assertThat(builds()).hasSize(1);
    }

    @Test
    void what_has_changed_or_gone_is_built_anew() throws Exception {
        run("--version");
        age();
        Files.writeString(home.resolve("server/src/main/java/A.java"), "changed");
        run("--version");
        assertThat(builds()).hasSize(2);

        age();
        Files.delete(home.resolve("token/src/main/java/A.java"));
        run("--version");
        assertThat(builds()).hasSize(3);

        age();
        source("docs/problems.md"); // is a page of the server
        run("--version");
        assertThat(builds()).hasSize(4);
    }

    @Test
    void starts_at_the_same_time_build_once() throws Exception {
        var starts = new ArrayList<Process>();
        for (int i = 0; i < 4; i++) {
            starts.add(start(List.of(), "--version"));
        }
        for (var started : starts) {
            assertThat(Scripts.finish(started).exitCode()).isZero();
        }
        assertThat(builds()).hasSize(1);
    }

    @Test
    void a_build_that_fails_says_why_and_is_tried_again() throws Exception {
        var failed = Scripts.finish(start(List.of("MVN_FAILS=yes"), "--version"));
        assertThat(failed.exitCode()).isEqualTo(1);
        assertThat(failed.err()).contains("a class does not compile").contains("could not be built");

        assertThat(run("--version").exitCode()).isZero();
        assertThat(builds()).hasSize(2);
    }

    @Test
    void a_maven_that_does_not_even_start_is_quoted() throws Exception {
        Scripts.write(place.resolve("bin/mvn"), "#!/bin/sh\necho 'mvn: no such option'\nexit 1\n");
        var failed = run("--version");
        assertThat(failed.exitCode()).isEqualTo(1);
        assertThat(failed.err()).contains("mvn: no such option").contains("could not be built");
    }

    @Test
    void an_installation_that_may_not_be_changed_serves() throws Exception {
        run("--version");
        var program = jars().getFirst().resolve("../..").normalize();
        Files.delete(program.resolve("used-by"));
        Files.createFile(program.resolve("used-by"));

        assertThat(run("serve").out()).endsWith("dev.shearline.cli.Shearline serve\n");
    }

    /** The guide builds as root and serves as another account, whose JDK an upgrade of the system replaces. */
    @Test
    void another_account_serves_what_it_may_not_change_and_keeps_its_jars() throws Exception {
        run("--version");
        var release = place.resolve("jdk/release");
        Files.setLastModifiedTime(release, FileTime.from(Instant.now().plusSeconds(3)));
        Files.setPosixFilePermissions(place, PosixFilePermissions.fromString("rwxr-xr-x"));
        Scripts.write(
                place.resolve("jdk/bin/java"),
                "#!/bin/sh\ncase $* in *AOTCacheOutput*) ;; *) echo up; read -r wait ;; esac\n");
        var server = asAnotherAccount("serve");
        try {
            Scripts.write(place.resolve("jdk/bin/java"), JAVA);
            age();
            source("cli/src/main/java/A.java");
            run("--version");
            assertThat(jars()).as("those of the server, and the new ones").hasSize(2);
        } finally {
            server.getOutputStream().close();
            Scripts.finish(server);
        }
    }

    @Test
    void it_is_found_through_symbolic_links_from_any_directory() throws Exception {
        Files.createDirectory(place.resolve("links"));
        Files.createSymbolicLink(place.resolve("links/one"), home.resolve("shearline"));
        Files.createSymbolicLink(place.resolve("two"), Path.of("links/one"));
        var process = environment(new ProcessBuilder("./two", "--version"), List.of())
                .directory(place.toFile())
                .start();

        assertThat(Scripts.finish(process).out()).contains("-cp " + home + "/cli/target/launcher/");
    }

    @Test
    void a_server_that_runs_keeps_its_jars_when_another_command_builds() throws Exception {
        Scripts.write(
                place.resolve("jdk/bin/java"),
                "#!/bin/sh\ncase $* in *AOTCacheOutput*) ;; *) echo up; read -r wait ;; esac\n");
        var server = start(List.of("MVN_BUILDS=old"), "dev");
        try {
            assertThat(server.inputReader().readLine()).isEqualTo("up");
            Scripts.write(place.resolve("jdk/bin/java"), JAVA);
            for (int i = 0; i < 2; i++) {
                age();
                source("cli/src/main/java/A.java");
                run("--version");
            }
            assertThat(jars()).hasSize(2).anySatisfy(jar -> assertThat(jar).hasContent("old"));
        } finally {
            server.getOutputStream().close();
            Scripts.finish(server);
        }
        age();
        source("cli/src/main/java/A.java");
        run("--version");
        assertThat(jars()).hasSize(1);
    }

    @Test
    void the_cache_is_made_with_the_build_and_anew_for_another_jdk() throws Exception {
        run("keys", "list");
        assertThat(run("keys", "list").out()).contains("-XX:AOTCache=").contains("/client/*");
        assertThat(run("serve").out()).contains("/server.aot").contains("/lib/*");
        // for short commands and for servers
        assertThat(trained()).hasSize(2);

        var release = place.resolve("jdk/release");
        Files.setLastModifiedTime(release, FileTime.from(Instant.now().plusSeconds(3)));
        run("keys", "list");
        assertThat(trained()).hasSize(4);

        Files.setLastModifiedTime(release, FileTime.from(Instant.EPOCH));
        var other = place.resolve("jdk2");
        Scripts.write(other.resolve("bin/java"), JAVA);
        Scripts.write(other.resolve("bin/javac"), JAVA);
        Files.copy(release, other.resolve("release"));
        Files.setLastModifiedTime(other.resolve("release"), FileTime.from(Instant.EPOCH));
        var elsewhere = Scripts.finish(start(List.of("JAVA_HOME=" + other), "keys", "list"));
        assertThat(elsewhere.exitCode()).as(elsewhere.err()).isZero();
        assertThat(trained()).hasSize(6);
        assertThat(builds()).hasSize(1);
    }

    private Process asAnotherAccount(String command) throws IOException {
        var launcher = home.resolve("shearline").toString();
        if (Files.getOwner(place).getName().equals("root")) {
            return awaitUp(environment(
                            new ProcessBuilder(
                                    "setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", launcher, command),
                            List.of())
                    .start());
        }
        // who is not root can only take the right to write from itself
        var state = home.resolve("cli/target/launcher");
        Files.setPosixFilePermissions(state, PosixFilePermissions.fromString("r-xr-xr-x"));
        var server = awaitUp(start(List.of(), command));
        Files.setPosixFilePermissions(state, PosixFilePermissions.fromString("rwxr-xr-x"));
        return server;
    }

    private static Process awaitUp(Process server) throws IOException {
        assertThat(server.inputReader().readLine()).isEqualTo("up");
        return server;
    }

    private List<String> trained() throws IOException {
        return Files.readAllLines(Path.of(calls + ".trained"));
    }

    private List<Path> jars() throws IOException {
        try (var files = Files.walk(home.resolve("cli/target/launcher"))) {
            return files.filter(file -> file.endsWith("lib/server.jar")).toList();
        }
    }

    private Scripts.Result run(String... arguments) throws Exception {
        return Scripts.finish(start(List.of("MVN_BUILDS=new"), arguments));
    }

    private Process start(List<String> variables, String... arguments) throws IOException {
        var command = new ArrayList<>(List.of(home.resolve("shearline").toString()));
        command.addAll(List.of(arguments));
        return environment(new ProcessBuilder(command), variables).start();
    }

    private ProcessBuilder environment(ProcessBuilder builder, List<String> variables) {
        var environment = builder.environment();
        environment.put("PATH", place.resolve("bin") + ":" + environment.get("PATH"));
        environment.put("JAVA_HOME", place.resolve("jdk").toString());
        environment.put("CALLS", calls.toString());
        environment.remove("SHEARLINE_JAVA_OPTS");
        variables.forEach(variable -> environment.put(variable.split("=")[0], variable.split("=")[1]));
        return builder;
    }

    private List<String> builds() throws IOException {
        return Files.readAllLines(calls);
    }

    /** So that what is written next is newer than the last build, however coarse the clock of the file system. */
    private void age() throws IOException {
        try (var files = Files.walk(home)) {
            for (var file : files.toList()) {
                var before = Files.getLastModifiedTime(file).toInstant();
                Files.setLastModifiedTime(file, FileTime.from(before.minusSeconds(10)));
            }
        }
    }

    private void source(String name) throws IOException {
        var file = home.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, Instant.EPOCH.toString());
    }
}
