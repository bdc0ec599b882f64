package dev.shearline.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The launcher on a machine that has little: it says how to get what is missing, or gets it where it may. */
class LauncherNeedsTest {
    /** What every machine has, and nothing of what the launcher looks for. */
    private static final List<String> USUAL = List.of(
            "sh",
            "cat",
            "chmod",
            "cp",
            "date",
            "find",
            "flock",
            "grep",
            "head",
            "ln",
            "mkdir",
            "mv",
            "readlink",
            "rm",
            "tail",
            "tee",
            "touch",
            "tr");

    private static final String JDK = """
            mkdir -p "$1/bin"
            printf '#!/bin/sh\\ncase $* in *AOTCacheOutput*) ;; *) echo "java $*" ;; esac\\n' >"$1/bin/java"
            cp "$1/bin/java" "$1/bin/javac"
            chmod +x "$1/bin/java" "$1/bin/javac"
            echo 'JAVA_VERSION="25.0.1"' >"$1/release"
            """;
    private static final String MVN = """
            #!/bin/sh
            mkdir -p cli/target/lib
            echo jar >cli/target/lib/server.jar
            echo cli >cli/target/shearline-cli-0.1.0-SNAPSHOT.jar
            """;

    @TempDir
    Path place;

    private Path home;
    private Path bin;

    @BeforeEach
    void layOut() throws IOException {
        home = Files.createDirectories(place.resolve("sources")).toRealPath();
        bin = Files.createDirectories(place.resolve("bin"));
        Files.createDirectories(place.resolve("jdks"));
        Files.createDirectories(place.resolve("postgres"));
        Scripts.copyLauncher(home);
        for (var program : USUAL) {
            Scripts.write(bin.resolve(program), "#!/bin/sh\nexec " + find(program) + " \"$@\"\n");
        }
        user("1000");
    }

    private static Path find(String program) {
        return List.of("/usr/bin", "/bin", "/opt/homebrew/bin").stream()
                .map(directory -> Path.of(directory, program))
                .filter(Files::isExecutable)
                .findFirst()
                .orElseThrow(() -> new AssertionError("this machine has no " + program));
    }

    private void user(String id) throws IOException {
        Scripts.write(bin.resolve("id"), "#!/bin/sh\necho " + id + "\n");
    }

    /** Has these packages; installing one runs the command. */
    private void apt(String packages, String command) throws IOException {
        Scripts.write(
                bin.resolve("apt-cache"), "#!/bin/sh\ncase $2 in " + packages + ") exit 0 ;; *) exit 100 ;; esac\n");
        Scripts.write(
                bin.resolve("apt-get"),
                "#!/bin/sh\necho \"apt-get $*\" >>\"$CALLS\"\ncase $1 in install)\n" + command + "\n;; esac\n");
    }

    private void jdk() throws Exception {
        run(List.of("sh", "-c", JDK, "sh", place.resolve("jdks/25").toString()));
    }

    private Scripts.Result run(List<String> command) throws Exception {
        var builder = new ProcessBuilder(command).directory(home.toFile());
        var environment = builder.environment();
        environment.keySet().removeIf(name -> name.startsWith("SHEARLINE_") || name.startsWith("JAVA_HOME"));
        environment.put("PATH", bin.toString());
        environment.put("HOME", place.toString());
        environment.put("CALLS", place.resolve("calls").toString());
        environment.put("SHEARLINE_LAUNCHER_JDKS", place.resolve("jdks").toString());
        environment.put("SHEARLINE_LAUNCHER_POSTGRES", place.resolve("postgres").toString());
        return Scripts.finish(builder.start());
    }

    private Scripts.Result shearline(String... arguments) throws Exception {
        var command = new ArrayList<>(List.of(home.resolve("shearline").toString()));
        command.addAll(List.of(arguments));
        return run(command);
    }

    @Test
    void without_a_jdk_it_says_how_to_get_one_here_and_elsewhere() throws Exception {
        var result = shearline("dev");

        assertThat(result.exitCode()).isEqualTo(1);
        assertThat(result.out()).isEmpty();
        assertThat(result.err())
                .contains("needs a JDK 25")
                .contains("sudo apt-get install -y openjdk-25-jdk-headless")
                .contains("temurin-25-jdk")
                .contains("brew install openjdk@25")
                .contains("sdk install java 25-tem")
                .contains("JAVA_HOME");
    }

    @Test
    void a_jdk_of_another_version_is_none() throws Exception {
        jdk();
        Files.writeString(place.resolve("jdks/25/release"), "JAVA_VERSION=\"21.0.9\"\n");
        assertThat(shearline("dev").err()).contains("needs a JDK 25, and found none");
    }

    @Test
    void root_gets_a_jdk_and_maven_from_apt() throws Exception {
        user("0");
        Scripts.write(place.resolve("make-jdk"), "#!/bin/sh\n" + JDK);
        Scripts.write(place.resolve("mvn"), MVN);
        apt(
                "temurin-25-jdk | maven",
                "case $* in *temurin*) \"" + place.resolve("make-jdk") + "\" \"" + place.resolve("jdks/25")
                        + "\" ;; *maven*) cp \"" + place.resolve("mvn") + "\" \"" + bin.resolve("mvn") + "\" ;; esac");

        var result = shearline("--version");

        assertThat(result.exitCode()).as(result.err()).isZero();
        assertThat(result.err()).contains("Installing temurin-25-jdk …").contains("Installing maven …");
        assertThat(result.out()).endsWith("dev.shearline.cli.Shearline --version\n");
        assertThat(Files.readString(place.resolve("calls")))
                .contains("apt-get update", "install -q -y --no-install-recommends temurin-25-jdk");
    }

    @Test
    void an_apt_without_a_jdk_leaves_it_to_the_reader() throws Exception {
        user("0");
        apt("nothing", "exit 1");
        var result = shearline("--version");
        assertThat(result.exitCode()).isEqualTo(1);
        assertThat(result.err()).contains("Asking apt what it has").contains("sdk install java 25-tem");
    }

    @Test
    void without_maven_it_says_how_to_get_it() throws Exception {
        jdk();
        var result = shearline("--version");
        assertThat(result.exitCode()).isEqualTo(1);
        assertThat(result.err())
                .contains("found no mvn")
                .contains("sudo apt-get install -y maven", "brew install maven", "sdk install maven");
    }

    @Test
    void the_tests_say_one_after_the_other_what_they_need() throws Exception {
        jdk();
        Scripts.write(bin.resolve("mvn"), MVN);
        assertMissing("with Node.js 20 or later", "sudo apt-get install -y nodejs npm");
        Scripts.write(bin.resolve("npm"), "#!/bin/sh\n");
        Scripts.write(bin.resolve("node"), "#!/bin/sh\necho v18.20.4\n");
        assertMissing("with Node.js 20 or later", "brew install node");
        Scripts.write(bin.resolve("node"), "#!/bin/sh\necho v20.19.0\n");
        assertMissing("in Chromium, and found none", "sudo apt-get install -y chromium");
        Scripts.write(bin.resolve("chromium"), "#!/bin/sh\n");
        assertMissing("installed PostgreSQL, and found none", "sudo apt-get install -y postgresql");
        for (var program : List.of("initdb", "postgres")) {
            Scripts.write(place.resolve("postgres/15/bin/" + program), "#!/bin/sh\n");
        }
        assertMissing("found no curl", "sudo apt-get install -y curl");
        Scripts.write(bin.resolve("curl"), "#!/bin/sh\n");
        Scripts.write(bin.resolve("nginx"), "#!/bin/sh\n");
        Scripts.write(bin.resolve("openssl"), "#!/bin/sh\n");
        assertMissing("found no bash", "sudo apt-get install -y bash zsh fish bsdutils");
        for (var shell : List.of("bash", "zsh", "fish", "script")) {
            Scripts.write(bin.resolve(shell), "#!/bin/sh\n");
        }
        assertMissing("found no redis-server", "brew install redis\n");
        Scripts.write(bin.resolve("redis-server"), "#!/bin/sh\n");
        assertMissing("found no caddy", "sudo apt-get install -y caddy");
    }

    private void assertMissing(String what, String command) throws Exception {
        var result = shearline("test");
        assertThat(result.exitCode()).isEqualTo(1);
        assertThat(result.err()).contains(what).contains(command);
    }
}
