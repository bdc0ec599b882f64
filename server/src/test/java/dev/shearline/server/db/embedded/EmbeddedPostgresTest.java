package dev.shearline.server.db.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.shearline.server.testing.Eventually;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** The life of a cluster, on the binaries that Shearline brings and on Debian's where they are installed. */
@ParameterizedClass
@MethodSource("binaries")
@Timeout(180)
class EmbeddedPostgresTest {
    @Parameter
    PostgresBinaries binaries = PostgresBinaries.bundled();

    private final Place place;

    static Stream<PostgresBinaries> binaries() {
        return Files.isDirectory(Place.DEBIAN_15)
                ? Stream.of(PostgresBinaries.bundled(), new PostgresBinaries.Installed(Place.DEBIAN_15))
                : Stream.of(PostgresBinaries.bundled());
    }

    EmbeddedPostgresTest() throws IOException {
        place = new Place();
    }

    @AfterEach
    void clean() throws IOException {
        place.close();
    }

    private EmbeddedPostgresConfig config() {
        return place.config().withBinaries(binaries);
    }

    private EmbeddedPostgres start() {
        return EmbeddedPostgres.start(config());
    }

    private OwnerProcess startElsewhere() throws IOException {
        return OwnerProcess.start(
                config().directory(),
                binaries instanceof PostgresBinaries.Installed installed
                        ? List.of(installed.bin().toString())
                        : List.of());
    }

    @Test
    void the_first_start_makes_a_durable_cluster() throws Exception {
        var progress = new ArrayList<String>();
        try (var postgres = EmbeddedPostgres.start(config().withProgress(progress::add))) {
            assertThat(Notes.setting(postgres, "server_version")).startsWith(postgres.version());
            assertThat(Notes.setting(postgres, "fsync")).isEqualTo("on");
            assertThat(Notes.setting(postgres, "synchronous_commit")).isEqualTo("on");
            assertThat(Notes.setting(postgres, "full_page_writes")).isEqualTo("on");
            assertThat(Notes.setting(postgres, "data_checksums")).isEqualTo("on");
            assertThat(Notes.setting(postgres, "server_encoding")).isEqualTo("UTF8");
            assertThat(Notes.setting(postgres, "lc_messages")).isEqualTo("C");
            assertThat(Notes.ask(postgres, "SELECT datcollate FROM pg_database WHERE datname = 'postgres'"))
                    .containsExactly("C");
        }
        assertThat(progress).anyMatch(message -> message.startsWith("making a PostgreSQL"));
    }

    @Test
    void the_second_start_keeps_the_data_and_the_password() throws Exception {
        String password;
        try (var postgres = start()) {
            Notes.write(postgres, "kept");
            password = postgres.password().reveal();
        }
        var progress = new ArrayList<String>();
        try (var postgres = EmbeddedPostgres.start(config().withProgress(progress::add))) {
            assertThat(Notes.all(postgres)).containsExactly("kept");
            assertThat(postgres.password().reveal()).isEqualTo(password);
        }
        assertThat(progress).containsExactly("starting PostgreSQL " + versionOf(progress));
    }

    private static String versionOf(List<String> progress) {
        var last = progress.getLast();
        return last.substring(last.lastIndexOf(' ') + 1);
    }

    @Test
    void closing_ends_the_postmaster_and_may_be_said_twice() {
        var postgres = start();
        var postmaster = ProcessHandle.of(postgres.pid()).orElseThrow();

        postgres.close();
        postgres.close();

        assertThat(PostmasterFile.findLive(place.cluster())).isEmpty();
        assertThat(postmaster.onExit()).succeedsWithin(Duration.ofSeconds(10));
    }

    @Test
    void what_was_committed_outlives_a_killed_jvm_and_its_postgres_is_taken_over() throws Exception {
        var progress = new ArrayList<String>();
        try (var owner = startElsewhere()) {
            owner.kill();
            try (var postgres = EmbeddedPostgres.start(config().withProgress(progress::add))) {
                assertThat(postgres.pid()).isEqualTo(owner.postmaster());
                assertThat(Notes.all(postgres)).containsExactly("committed before the kill");
                assertThat(postmastersOf(place.cluster())).containsExactly(postgres.pid());
            }
        }
        assertThat(progress).anyMatch(message -> message.startsWith("taking over the PostgreSQL"));
        Eventually.isTrue(
                "the postmaster ends", () -> postmastersOf(place.cluster()).isEmpty());
    }

    @Test
    void an_orphan_with_other_settings_is_stopped_and_started_anew() throws Exception {
        try (var owner = startElsewhere()) {
            owner.kill();
            Files.writeString(place.path("data").resolve("postgresql.conf"), "# of an older release\n");
            try (var postgres = start()) {
                assertThat(postgres.pid()).isNotEqualTo(owner.postmaster());
                assertThat(Notes.all(postgres)).containsExactly("committed before the kill");
                assertThat(postmastersOf(place.cluster())).containsExactly(postgres.pid());
            }
        }
    }

    @Test
    void what_was_committed_outlives_a_postgres_that_was_killed_too() throws Exception {
        try (var owner = startElsewhere()) {
            owner.kill();
            var orphan = ProcessHandle.of(owner.postmaster()).orElseThrow();
            Place.signal("KILL", owner.postmaster());
            assertThat(orphan.onExit()).succeedsWithin(Duration.ofSeconds(10));
            try (var postgres = start()) {
                assertThat(Notes.all(postgres)).containsExactly("committed before the kill");
            }
        }
    }

    @Test
    void another_process_on_the_same_directory_is_refused_by_the_pid_of_the_first() throws Exception {
        try (var owner = startElsewhere()) {
            assertThatThrownBy(this::start)
                    .isInstanceOf(EmbeddedPostgresException.class)
                    .hasMessageContaining("is in use by the process " + owner.pid())
                    .hasMessageContaining("Stop that one first");
        }
    }

    @Test
    void a_second_start_in_one_process_is_refused_and_harms_nothing() throws Exception {
        try (var postgres = start()) {
            assertThatThrownBy(this::start)
                    .hasMessageContaining("is in use by the process "
                            + ProcessHandle.current().pid());
            Notes.write(postgres, "still there");
            assertThat(Notes.all(postgres)).containsExactly("still there");
        }
    }

    @Test
    void the_data_are_private() throws Exception {
        try (var postgres = start()) {
            assertThat(mode(postgres.passwordFile())).isEqualTo("rw-------");
            assertThat(mode(postgres.dataDirectory())).isEqualTo("rwx------");
            assertThat(mode(postgres.logDirectory())).isEqualTo("rwx------");
            var outer = Account.own().isRoot() ? "rwx--x--x" : "rwx------";
            assertThat(mode(config().directory())).isEqualTo(outer);
            assertThat(postgres.password()).hasToString("SuperuserPassword[redacted]");
        }
    }

    private static String mode(Path path) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    }

    @Test
    void only_this_machine_can_connect() throws Exception {
        try (var postgres = start()) {
            assertThat(Notes.setting(postgres, "listen_addresses")).isEqualTo("127.0.0.1");
            assertThat(Notes.setting(postgres, "unix_socket_directories")).isEmpty();
            for (var address : addressesBeyondLoopback()) {
                assertThatThrownBy(() -> new Socket(address, postgres.port()).close())
                        .isInstanceOf(ConnectException.class);
            }
        }
    }

    private static List<InetAddress> addressesBeyondLoopback() throws IOException {
        return NetworkInterface.networkInterfaces()
                .flatMap(NetworkInterface::inetAddresses)
                .filter(address -> !address.isLoopbackAddress() && !address.isLinkLocalAddress())
                .toList();
    }

    @Test
    void a_wrong_password_is_refused_and_the_right_one_goes_by_scram() throws Exception {
        try (var postgres = start()) {
            assertThatThrownBy(() -> DriverManager.getConnection(postgres.jdbcUrl(), "postgres", "wrong"))
                    .isInstanceOfSatisfying(
                            SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("28P01"));
            assertThat(Notes.ask(postgres, "SELECT DISTINCT auth_method FROM pg_hba_file_rules"))
                    .containsExactly("scram-sha-256");
            assertThat(Notes.ask(postgres, "SELECT rolpassword FROM pg_authid WHERE rolname = 'postgres'"))
                    .allMatch(stored -> stored.startsWith("SCRAM-SHA-256$"));
        }
    }

    @Test
    void an_interrupt_from_the_terminal_does_not_reach_postgres() throws Exception {
        assumeTrue(Files.exists(Path.of("/proc/self/stat")), "sessions are read from /proc, which only Linux has");
        try (var postgres = start()) {
            assertThat(sessionOf(postgres.pid()))
                    .isNotEqualTo(sessionOf(ProcessHandle.current().pid()));
        }
    }

    private static String sessionOf(long pid) throws IOException {
        var stat = Files.readString(Path.of("/proc", Long.toString(pid), "stat"));
        return stat.substring(stat.lastIndexOf(')') + 2).split(" ")[3];
    }

    @Test
    void postgres_never_runs_as_root() throws Exception {
        assumeTrue(Account.own().isRoot(), "only root has something to give up");
        try (var postgres = start()) {
            assertThat(ProcessHandle.of(postgres.pid()).orElseThrow().info().user())
                    .hasValueSatisfying(user -> assertThat(user).isNotEqualTo("root"));
        }
    }

    /** Looks at command lines, so that the launcher's own idea of a postmaster is not asked. */
    private static List<Long> postmastersOf(Path cluster) {
        return ProcessHandle.allProcesses()
                .filter(process -> process.info().commandLine().orElse("").contains(cluster.toString()))
                .filter(process -> process.info().command().orElse("").endsWith("/postgres"))
                .map(ProcessHandle::pid)
                .toList();
    }
}
