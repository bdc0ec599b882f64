package dev.shearline.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.shearline.server.db.embedded.EmbeddedPostgres;
import dev.shearline.server.db.embedded.EmbeddedPostgresConfig;
import dev.shearline.server.db.embedded.PostgresBinaries;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/**
 * The operator's guide, executed as printed, with PostgreSQL of the machine, nginx, and two nodes as processes of their own. What one machine
 * that is not to be changed does not allow is stood in for: directories lie below a temporary one, ports are free ones, {@code apt-get} and
 * {@code adduser} do nothing, {@code sudo -u postgres} is the superuser over TCP, and {@code systemctl} is a script that runs what the units say.
 */
@EnabledOnOs(OS.LINUX)
class OperateGuideTest {
    private static final Path GUIDE = Path.of("../docs/guides/operate.md");
    private static final Pattern BLOCK = Pattern.compile("```sh\n(.*?)```", Pattern.DOTALL);
    private static final int LIMIT_MINUTES = 5;

    /** Runs ExecStart of a unit in the background, and stops it as systemd would. */
    private static final String SYSTEMCTL = """
            #!/bin/sh
            set -eu
            stop() {
                [ -s "$1" ] || return 0
                pid=$(cat "$1")
                kill -TERM "$pid" 2>/dev/null || :
                while [ -d "/proc/$pid" ] && ! grep -q '^State:.*Z' "/proc/$pid/status" 2>/dev/null; do sleep 0.1; done
            }
            start() {
                unit=ROOT/etc/systemd/system/${1%@*}@.service
                node=${1#*@}
                command=$(sed -n 's/^ExecStart=//p' "$unit" | sed "s/%i/$node/g")
                cd "$(sed -n 's/^WorkingDirectory=//p' "$unit" | sed "s/%i/$node/g")"
                $command >>"ROOT/run/$1.log" 2>&1 </dev/null &
                echo $! >"ROOT/run/$1.pid"
            }
            action=$1
            shift
            for unit in "$@"; do
                case $action-$unit in
                    *---now) ;;
                    reload-nginx) if [ -s ROOT/run/nginx.pid ]; then nginx -s reload; else nginx; fi ;;
                    stop-nginx) stop ROOT/run/nginx.pid ;;
                    stop-*) stop "ROOT/run/$unit.pid" ;;
                    *) stop "ROOT/run/$unit.pid"; start "$unit" ;;
                esac
            done
            """;
    /** Without the accounts that this machine does not have. */
    private static final String INSTALL = """
            #!/bin/sh
            for argument in "$@"; do
                shift
                case $argument in
                    -o | -g) skip=yes ;;
                    *) [ -n "${skip:-}" ] || set -- "$@" "$argument"; skip= ;;
                esac
            done
            exec /usr/bin/install "$@"
            """;

    private static final String SUDO = """
            #!/bin/sh
            [ "$1 $2" = "-u postgres" ] || exit 1
            shift 2
            exec env PGHOST=127.0.0.1 PGPORT={port} PGUSER={user} PGPASSWORD={password} PGDATABASE=postgres "$@"
            """;
    private static final String NGINX = """
            worker_processes 1;
            pid ROOT/run/nginx.pid;
            error_log ROOT/run/nginx.log;
            events { worker_connections 256; }
            http {
                access_log off;
                client_body_temp_path ROOT/run/body;
                proxy_temp_path ROOT/run/proxy;
                fastcgi_temp_path ROOT/run/fastcgi;
                uwsgi_temp_path ROOT/run/uwsgi;
                scgi_temp_path ROOT/run/scgi;
                include ROOT/etc/nginx/conf.d/*.conf;
            }
            """;

    private Path root;
    private Path binaries;
    private EmbeddedPostgres postgres;
    private int apiPorts;
    private int managementPorts;
    private int httpsPort;

    @BeforeEach
    void layOut() throws IOException {
        root = DevProcess.place();
        binaries = postgresBinaries();
        postgres = EmbeddedPostgres.start(EmbeddedPostgresConfig.of(root.resolve("postgres"))
                .withBinaries(new PostgresBinaries.Installed(binaries)));
        apiPorts = twoPortsAfter();
        managementPorts = twoPortsAfter();
        httpsPort = DevProcess.freePort();
        for (var directory : List.of(
                "bin",
                "run",
                "opt",
                "etc/nginx/conf.d",
                "etc/systemd/system",
                "usr/local/bin",
                "var/lib",
                "var/backups")) {
            Files.createDirectories(root.resolve(directory));
        }
        Files.createDirectories(root.resolve("opt/shearline-0.1.0"));
        Files.move(root.resolve("shearline"), root.resolve("opt/shearline-0.1.0/shearline"));
        for (var nothing : List.of("apt-get", "adduser", "chown")) {
            Scripts.write(root.resolve("bin").resolve(nothing), "#!/bin/sh\n");
        }
        Scripts.write(root.resolve("bin/systemctl"), inRoot(SYSTEMCTL));
        Scripts.write(root.resolve("bin/install"), INSTALL);
        Scripts.write(
                root.resolve("bin/sudo"),
                SUDO.replace("{port}", Integer.toString(postgres.port()))
                        .replace("{user}", postgres.superuser())
                        .replace("{password}", postgres.password().reveal()));
        Files.writeString(root.resolve("etc/nginx/nginx.conf"), inRoot(NGINX));
        Scripts.write(
                root.resolve("bin/nginx"),
                inRoot("#!/bin/sh\nexec env PATH=/usr/sbin:/usr/local/sbin:/usr/bin nginx -c ROOT/etc/nginx/nginx.conf"
                        + " -e ROOT/run/nginx.log \"$@\"\n"));
    }

    @AfterEach
    void tidyUp() throws Exception {
        try {
            run("systemctl stop nginx shearline@1 shearline@2");
        } finally {
            postgres.close();
            DevProcess.delete(root);
        }
    }

    private static Path postgresBinaries() throws IOException {
        try (Stream<Path> versions = Files.list(Path.of("/usr/lib/postgresql"))) {
            return versions.map(version -> version.resolve("bin"))
                    .filter(bin ->
                            Files.isExecutable(bin.resolve("initdb")) && Files.isExecutable(bin.resolve("pg_dump")))
                    .min(Path::compareTo)
                    .orElseThrow();
        }
    }

    /** The two ports after the one returned are free: the guide numbers them by node. */
    private static int twoPortsAfter() {
        while (true) {
            int port = DevProcess.freePort();
            if (isFree(port + 1) && isFree(port + 2)) {
                return port;
            }
        }
    }

    private static boolean isFree(int port) {
        try (var _ = new ServerSocket(port, 1, InetAddress.ofLiteral(DevInstance.HOST))) {
            return true;
        } catch (IOException | IllegalArgumentException e) {
            return false;
        }
    }

    private String inRoot(String text) {
        return text.replace("ROOT", root.toString());
    }

    /** As printed, but for directories and ports. */
    private String placed(String text) {
        return text.replaceAll("(?<![\\w.])/(opt|etc|var/lib|var/backups|usr/local/bin)/", root + "/$1/")
                .replace("127.0.0.1:5432", "127.0.0.1:" + postgres.port())
                .replace(":808$node", ":$((" + apiPorts + " + node))")
                .replace(":909$node", ":$((" + managementPorts + " + node))")
                .replace("127.0.0.1:8081", "127.0.0.1:" + (apiPorts + 1))
                .replace("127.0.0.1:8082", "127.0.0.1:" + (apiPorts + 2))
                .replace("listen 443 ", "listen 127.0.0.1:" + httpsPort + " ")
                .replace("keys.example.com:443:", "keys.example.com:" + httpsPort + ":")
                .replace("https://keys.example.com", "https://keys.example.com:" + httpsPort);
    }

    private String run(String script) throws Exception {
        var said = root.resolve("said");
        var builder = new ProcessBuilder("sh", "-eu", "-c", script)
                .directory(root.toFile())
                .redirectErrorStream(true)
                .redirectOutput(said.toFile());
        var environment = builder.environment();
        environment.keySet().removeIf(name -> name.startsWith("SHEARLINE_"));
        environment.put("PATH", root + "/bin:" + root + "/usr/local/bin:" + binaries + ":" + environment.get("PATH"));
        var process = builder.start();
        try {
            assertThat(process.waitFor(LIMIT_MINUTES, TimeUnit.MINUTES))
                    .as(script)
                    .isTrue();
            assertThat(process.exitValue())
                    .as(script + "\n" + Files.readString(said))
                    .isZero();
            return Files.readString(said);
        } finally {
            process.destroyForcibly();
        }
    }

    private String section(String heading) throws Exception {
        var guide = Files.readString(GUIDE);
        int start = guide.indexOf("\n## " + heading + "\n");
        assertThat(start).as(heading).isNotNegative();
        int end = guide.indexOf("\n## ", start + 1);
        var blocks = BLOCK.matcher(guide.substring(start, end))
                .results()
                .map(block -> block.group(1))
                .collect(Collectors.joining());
        return run(placed(blocks));
    }

    @Test
    void an_empty_machine_becomes_a_service_of_two_nodes() throws Exception {
        section("Packages");
        assertThat(section("Program")).contains("shearline ");
        section("Database");
        section("Instance keys");
        assertThat(section("Configuration"))
                .contains("trusted-proxies = 127.0.0.1/32", "database-url = postgres://shearline_app:…@127.0.0.1");
        section("Nodes");
        section("The first operator key");
        section("nginx");

        var works = section("Does it work?");
        assertThat(works).contains("\"name\":\"first operator\"", "warn  synchronous standby");
        assertThat(works.lines().filter(line -> line.startsWith("warn") || line.startsWith("fail")))
                .as(works)
                .allMatch(line -> line.contains("synchronous standby") || line.contains("disk"));
        assertThat(works).contains("2 with a lease");
        for (var secret : List.of("owner.url", "instance.keys", "operator.key", "verify.key")) {
            var file = root.resolve("etc/shearline").resolve(secret);
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                    .as(secret)
                    .isEqualTo("rw-------");
        }

        oneNodeDiesAndTheOtherAnswers();
        assertThat(section("Upgrade")).contains("up to date");
        section("Backup");
        assertThat(section("New instance keys")).contains("Prepared the instance key", "Values encrypted anew: 0.");
        assertThat(run(placed("shearline doctor --config /etc/shearline/node-1.conf")))
                .contains("instance keys        (2 in ")
                .contains("2 with a lease");
    }

    private void oneNodeDiesAndTheOtherAnswers() throws Exception {
        run("kill -KILL \"$(cat " + root + "/run/shearline@1.pid)\"");
        var ask = placed(
                "curl --silent --show-error --fail --cacert /etc/nginx/tls/shearline.crt --resolve keys.example.com:443:127.0.0.1"
                        + " --header \"Authorization: Bearer $(cat /etc/shearline/verify.key)\""
                        + " --header 'Content-Type: application/json' --data '{\"key\": \"nothing\"}'"
                        + " https://keys.example.com/v1/keys/verify\n");
        assertThat(run(ask + ask)).containsSubsequence("\"valid\":false", "\"valid\":false");
        run(placed("systemctl restart shearline@1\n"
                + "until curl --silent --fail --output /dev/null http://127.0.0.1:" + (managementPorts + 1)
                + "/readyz; do sleep 0.2; done\n"));
    }
}
