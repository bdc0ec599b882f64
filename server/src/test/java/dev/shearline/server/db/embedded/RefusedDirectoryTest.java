package dev.shearline.server.db.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Directories that hold something else than expected, each with the sentence that says what to do. */
@Timeout(120)
class RefusedDirectoryTest {
    private static final int SOMEBODY_ELSE = 4711;

    private final Place place;

    RefusedDirectoryTest() throws IOException {
        place = new Place();
    }

    @AfterEach
    void clean() throws IOException {
        place.close();
    }

    private EmbeddedPostgres start() {
        return EmbeddedPostgres.start(place.config());
    }

    @Test
    void a_directory_of_another_user() throws Exception {
        assumeTrue(Account.own().isRoot(), "only root can give a directory to another user");
        var directory = Files.createDirectory(place.path("data"));
        Files.setAttribute(directory, "unix:uid", SOMEBODY_ELSE);

        assertThatThrownBy(this::start)
                .isInstanceOf(EmbeddedPostgresException.class)
                .hasMessageContaining("belongs to the user " + SOMEBODY_ELSE)
                .hasMessageContaining("choose another data directory");
    }

    @Test
    void a_directory_with_files_of_somebody_else() throws Exception {
        var directory = Files.createDirectory(place.path("data"));
        Files.writeString(directory.resolve("thesis.txt"), "do not touch");

        assertThatThrownBy(this::start).hasMessageContaining("holds files that Shearline did not make");
        assertThat(directory.toFile().list()).containsExactly("thesis.txt");
    }

    @Test
    void a_file() throws Exception {
        Files.writeString(place.path("data"), "");

        assertThatThrownBy(this::start).hasMessageContaining("is not a directory");
    }

    @Test
    void a_place_where_nothing_can_be_made() throws Exception {
        Files.writeString(place.path("file"), "");
        var config = EmbeddedPostgresConfig.of(place.path("file").resolve("data"));

        assertThatThrownBy(() -> EmbeddedPostgres.start(config))
                .isInstanceOf(EmbeddedPostgresException.class)
                .hasMessageContaining("cannot be used")
                .hasMessageContaining("Choose one that can be written");
    }

    @Test
    void a_path_that_a_shell_would_read() {
        var config = EmbeddedPostgresConfig.of(place.path("$HOME"));

        assertThatThrownBy(() -> EmbeddedPostgres.start(config)).hasMessageContaining("a dollar sign");
    }

    @Test
    void a_path_with_blanks_and_an_apostrophe_is_fine() throws Exception {
        var config = EmbeddedPostgresConfig.of(place.path("it's a path"));
        try (var postgres = EmbeddedPostgres.start(config)) {
            Notes.write(postgres, "fine");
        }
    }

    @Test
    void a_cluster_of_another_postgresql() throws Exception {
        start().close();
        Files.writeString(place.cluster().resolve("PG_VERSION"), "14\n");

        assertThatThrownBy(this::start)
                .hasMessageContaining("were written by PostgreSQL 14")
                .hasMessageContaining("choose another data directory");
    }

    @Test
    void a_cluster_that_is_none() throws Exception {
        start().close();
        Files.delete(place.cluster().resolve("PG_VERSION"));

        assertThatThrownBy(this::start).hasMessageContaining("is no PostgreSQL cluster");
    }

    @Test
    void a_cluster_whose_password_is_gone() throws Exception {
        start().close();
        Files.delete(place.path("data").resolve("superuser-password"));

        assertThatThrownBy(this::start).hasMessageContaining("superuser-password is missing");
    }

    @Test
    void a_cluster_that_postgresql_cannot_read_shows_the_end_of_its_log() throws Exception {
        start().close();
        try (var control =
                FileChannel.open(place.cluster().resolve("global").resolve("pg_control"), StandardOpenOption.WRITE)) {
            control.truncate(0);
        }

        assertThatThrownBy(this::start)
                .hasMessageContaining("did not start")
                .hasMessageContaining("The end of its log")
                .hasMessageContaining("pg_control");
        assertThat(PostmasterFile.findLive(place.cluster())).isEmpty();
    }

    @Test
    void a_failed_start_gives_the_directory_free() throws Exception {
        start().close();
        var version = place.cluster().resolve("PG_VERSION");
        var right = Files.readString(version);
        Files.writeString(version, "14\n");
        assertThatThrownBy(this::start).isInstanceOf(EmbeddedPostgresException.class);
        Files.writeString(version, right);

        start().close();
    }

    @Test
    void a_stale_pid_that_now_belongs_to_another_process_is_no_obstacle() throws Exception {
        start().close();
        var file = place.cluster().resolve("postmaster.pid");
        // our own process: alive, and surely no postmaster
        Files.writeString(file, ProcessHandle.current().pid() + "\n" + place.cluster() + "\n1\n5432\n\n127.0.0.1\n");

        try (var postgres = start()) {
            Notes.write(postgres, "started");
        }
        assertThat(ProcessHandle.current().isAlive()).isTrue();
    }

    @Test
    void a_stale_pid_of_a_postmaster_of_another_cluster_is_no_obstacle() throws Exception {
        start().close();
        var other = EmbeddedPostgresConfig.of(place.path("other"));
        try (var neighbour = EmbeddedPostgres.start(other)) {
            Files.writeString(
                    place.cluster().resolve("postmaster.pid"),
                    neighbour.pid() + "\n" + place.cluster() + "\n1\n" + neighbour.port() + "\n\n127.0.0.1\n");

            try (var postgres = start()) {
                Notes.write(postgres, "started");
                Notes.write(neighbour, "untouched");
            }
            assertThat(Notes.all(neighbour)).containsExactly("untouched");
        }
    }

    @Test
    void below_a_directory_that_postgres_cannot_enter_the_cluster_goes_elsewhere() throws Exception {
        assumeTrue(Account.own().isRoot(), "only root runs PostgreSQL as another user");
        var config = unreachable();
        var progress = new ArrayList<String>();

        Path first;
        try (var postgres = EmbeddedPostgres.start(config.withProgress(progress::add))) {
            assertThat(postgres.isRelocated()).isTrue();
            first = postgres.dataDirectory();
            assertThat(first).startsWith(place.path("elsewhere"));
            assertThat(progress).anyMatch(message -> message.contains("cannot reach " + config.directory()));
            assertThat(postgres.passwordFile()).startsWith(config.directory());
            Notes.write(postgres, "elsewhere");
        }
        try (var postgres = EmbeddedPostgres.start(config)) {
            assertThat(postgres.dataDirectory()).isEqualTo(first);
            assertThat(Notes.all(postgres)).containsExactly("elsewhere");
        }
    }

    @Test
    void a_removed_data_directory_begins_anew_and_leaves_the_relocated_data_alone() throws Exception {
        assumeTrue(Account.own().isRoot(), "only root runs PostgreSQL as another user");
        var config = unreachable();
        Path first;
        try (var postgres = EmbeddedPostgres.start(config)) {
            first = postgres.dataDirectory();
        }
        Disk.deleteTree(config.directory());

        try (var postgres = EmbeddedPostgres.start(config)) {
            assertThat(postgres.dataDirectory()).isNotEqualTo(first);
            assertThat(first).isDirectory();
        }
    }

    @Test
    void relocated_data_that_are_gone_are_not_replaced_in_silence() throws Exception {
        assumeTrue(Account.own().isRoot(), "only root runs PostgreSQL as another user");
        var config = unreachable();
        EmbeddedPostgres.start(config).close();
        Disk.deleteTree(place.path("elsewhere"));

        assertThatThrownBy(() -> EmbeddedPostgres.start(config)).hasMessageContaining("which is gone");
    }

    private EmbeddedPostgresConfig unreachable() throws IOException {
        var home = Files.createDirectory(
                place.path("home"), PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        return EmbeddedPostgresConfig.of(home.resolve("data")).withRelocationRoot(place.path("elsewhere"));
    }
}
