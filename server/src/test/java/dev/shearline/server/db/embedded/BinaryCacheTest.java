package dev.shearline.server.db.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

@Timeout(120)
class BinaryCacheTest {
    private final Place place;
    private final List<String> progress = Collections.synchronizedList(new ArrayList<>());

    BinaryCacheTest() throws IOException {
        place = new Place();
    }

    @AfterEach
    void clean() throws IOException {
        place.close();
    }

    private Path bin() {
        return new BinaryCache(place.path("cache"), Platform.current(), progress::add).bin();
    }

    private List<Path> cached() throws IOException {
        try (var entries = Files.list(place.path("cache"))) {
            return entries.toList();
        }
    }

    @Test
    void unpacks_once_what_the_build_says_it_brings() throws Exception {
        var postgres = bin().resolve("postgres").toString();
        bin();

        assertThat(Command.run(List.of(postgres, "--version"), Duration.ofSeconds(10))
                        .output())
                .isEqualTo("postgres (PostgreSQL) " + BinaryCache.BUNDLED_VERSION);
        assertThat(progress).containsExactly("unpacking PostgreSQL " + BinaryCache.BUNDLED_VERSION);
    }

    @Test
    void repairs_what_lost_a_file_and_sweeps_what_a_killed_process_left() throws Exception {
        Files.delete(bin().resolve("initdb"));
        // no system hands out numbers as high
        Files.createDirectories(
                place.path("cache").resolve(".unpacking-999999999-x").resolve("bin"));

        assertThat(bin().resolve("initdb")).isExecutable();
        assertThat(cached()).hasSize(1);
    }

    @Test
    void two_that_unpack_at_once_both_get_the_whole() throws Exception {
        try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            var bins = executor.invokeAll(Collections.nCopies(3, (Callable<Path>) this::bin));
            for (var bin : bins) {
                assertThat(bin.get().resolve("postgres")).isExecutable();
            }
        }
        assertThat(cached()).hasSize(1);
    }

    @ParameterizedTest
    @MethodSource("platforms")
    void chooses_the_archive_by_system_and_processor(String system, String processor, Platform platform) {
        assertThat(Platform.of(system, processor)).isEqualTo(platform);
    }

    static Stream<Arguments> platforms() {
        return Stream.of(
                arguments("Linux", "amd64", Platform.LINUX_X64),
                arguments("Linux", "aarch64", Platform.LINUX_ARM64),
                arguments("Mac OS X", "aarch64", Platform.MACOS_ARM64));
    }

    @Test
    void says_what_to_do_on_a_system_without_binaries() {
        assertThatThrownBy(() -> Platform.of("Windows 11", "amd64"))
                .hasMessageContaining("Windows 11 on amd64")
                .hasMessageContaining("Use shearline serve with your own PostgreSQL");
    }
}
