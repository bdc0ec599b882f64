package dev.shearline.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Short commands as the launcher starts them: on the few jars that a client needs, with the cache of a training run. */
class StartUpTest {
    private static final Pattern LIBRARIES =
            Pattern.compile("(picocli|jackson-annotations|jackson-core-3|jackson-databind|jspecify)-?[\\d.]*\\.jar");
    private static final List<String> FLAGS = List.of("-Xmx128m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1");

    @TempDir
    static Path directory;

    private static final FakeInstance INSTANCE = new FakeInstance();

    private record Run(int exitCode, String said) {}

    @BeforeAll
    static void train() throws Exception {
        var jars = Files.createDirectory(directory.resolve("client"));
        for (var entry : System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"))
                .split(File.pathSeparator)) {
            var path = Path.of(entry).toAbsolutePath();
            var name = path.getFileName().toString();
            if (LIBRARIES.matcher(name).matches()) {
                Files.createSymbolicLink(jars.resolve(name), path);
            } else if (path.toString().matches(".*/(token|cli)/target/classes")) {
                jar(
                        path,
                        jars.resolve(
                                path.toString().contains("/token/") ? "shearline-token.jar" : "shearline-cli.jar"));
            } else if (name.matches("shearline-token-.*\\.jar")) {
                Files.createSymbolicLink(jars.resolve(name), path);
            }
        }
        var training = java(List.of("-XX:AOTCacheOutput=" + cache()), Training.class.getName());
        assertThat(training.exitCode()).as(training.said()).isZero();
        assertThat(cache()).exists();
    }

    @AfterAll
    static void stop() {
        INSTANCE.close();
    }

    @Test
    void the_cache_is_used() throws Exception {
        var log = directory.resolve("classes.log");
        list(List.of("-XX:AOTCache=" + cache(), "-Xlog:class+load:file=" + log));

        assertThat(Files.readAllLines(log))
                .filteredOn(line -> line.contains(" " + KeysList.class.getName() + " "))
                .singleElement()
                .asString()
                .contains("shared objects file");
    }

    @Test
    void without_the_cache_and_with_a_broken_one_it_only_takes_longer() throws Exception {
        var broken = Files.writeString(directory.resolve("broken.aot"), "this is none");
        var cut = directory.resolve("cut.aot");
        Files.write(cut, Arrays.copyOf(Files.readAllBytes(cache()), 100_000));
        for (var file : List.of(directory.resolve("absent.aot"), broken, cut)) {
            list(List.of("-XX:AOTCache=" + file, "-Xlog:disable"));
        }
    }

    /** The launcher starts them without the server's classes. */
    @Test
    void the_commands_of_clients_need_no_other_jars() throws Exception {
        var launcher = Files.readString(Path.of("../shearline"));
        var names = Pattern.compile("(?m)^ +(auth \\| .*)\\)$").matcher(launcher);
        assertThat(names.find()).isTrue();
        assertThat(names.group(1).split(" \\| "))
                .contains("keys", "orgs", "webhooks")
                .allSatisfy(name -> {
                    var help = java(cached(), Shearline.class.getName(), name, "--help");
                    assertThat(help.exitCode()).as(help.said()).isZero();
                    assertThat(help.said()).startsWith("Usage: shearline " + name);
                });
    }

    @Test
    void nor_do_two_of_audit() throws Exception {
        for (var name : List.of("list", "export")) {
            var help = java(cached(), Shearline.class.getName(), "audit", name, "--help");
            assertThat(help.exitCode()).as(help.said()).isZero();
        }
    }

    private static Run list(List<String> options) throws Exception {
        INSTANCE.answering(200, "{'items':[{'id':'key_1','name':'web','status':'active'}],'next_cursor':null}");
        var run = java(options, Shearline.class.getName(), "keys", "list");
        assertThat(run.exitCode()).as(run.said()).isZero();
        assertThat(run.said()).isEqualTo("""
                ID     NAME  TYPE  STATUS    LAST USED  EXPIRES
                key_1  web         ● active  never      never
                """);
        return run;
    }

    private static Path cache() {
        return directory.resolve("client.aot");
    }

    private static List<String> cached() {
        return List.of("-XX:AOTCache=" + cache(), "-Xlog:disable");
    }

    private static Run java(List<String> options, String... arguments) throws IOException, InterruptedException {
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(FLAGS);
        command.addAll(options);
        command.addAll(List.of("-Dshearline.terminals=", "-cp", directory.resolve("client") + "/*"));
        command.addAll(List.of(arguments));
        var builder = new ProcessBuilder(command).directory(directory.toFile()).redirectErrorStream(true);
        builder.environment().keySet().removeIf(name -> name.startsWith("SHEARLINE_"));
        builder.environment().put("SHEARLINE_URL", INSTANCE.url());
        builder.environment().put("SHEARLINE_KEY", "the-caller");
        var process = builder.start();
        process.getOutputStream().close();
        try {
            var said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
            return new Run(process.exitValue(), said);
        } finally {
            process.destroyForcibly();
        }
    }

    private static void jar(Path classes, Path jar) throws IOException {
        try (var out = new JarOutputStream(Files.newOutputStream(jar));
                Stream<Path> files = Files.walk(classes)) {
            for (var file : files.filter(Files::isRegularFile).toList()) {
                out.putNextEntry(new JarEntry(classes.relativize(file).toString()));
                Files.copy(file, out);
            }
        }
    }
}
