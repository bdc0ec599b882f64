package dev.shearline.server.testing;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** nginx or Caddy as Debian has them, in a process of its own, with the configuration that this project ships. Of it names and ports are replaced. */
public final class ProxyProcess implements AutoCloseable {

    private static final String API = "127.0.0.1:8080";
    private static final String BACKEND = "127.0.0.1:3000";

    private final Process process;
    private final int port;

    private ProxyProcess(Process process, int port) {
        this.process = process;
        this.port = port;
    }

    /** What stands around a proxy. */
    public record Neighbours(int shearline, int backend, String verifierKey, TestCertificate certificate) {}

    public static ProxyProcess nginx(Path directory, Neighbours neighbours) {
        var key = write(
                directory.resolve("shearline.key"),
                "proxy_set_header X-Shearline-Verifier-Key " + neighbours.verifierKey() + ";\n");
        var text = placed("integrations/nginx/shearline.conf", neighbours)
                .replace("/etc/nginx/tls/api.", "/etc/nginx/tls/shearline.")
                .replace("/etc/nginx/shearline.key", key.toString());
        return nginx(directory, text, neighbours.certificate());
    }

    /** nginx in front of nodes, as the operator's guide has it written. */
    public static ProxyProcess ofTheGuide(Path directory, List<Integer> nodes, TestCertificate certificate) {
        var guide = Repository.ofThisProject().read("docs/guides/operate.md");
        var opening = "cat >/etc/nginx/conf.d/shearline.conf <<'EOF'\n";
        int start = guide.indexOf(opening) + opening.length();
        var servers = nodes.stream()
                .map(port -> "    server 127.0.0.1:" + port + " max_fails=0;\n")
                .collect(Collectors.joining());
        var text = guide.substring(start, guide.indexOf("EOF\n", start))
                .replace("    server 127.0.0.1:8081 max_fails=0;\n    server 127.0.0.1:8082 max_fails=0;\n", servers);
        return nginx(directory, text, certificate);
    }

    private static ProxyProcess nginx(Path directory, String text, TestCertificate certificate) {
        int port = freePort();
        var chain = directory.resolve("tls.crt");
        var key = directory.resolve("tls.key");
        certificate.writeTo(chain, key);
        var ours = write(
                directory.resolve("shearline.conf"),
                text.replace("listen 443 ssl", "listen 127.0.0.1:" + port + " ssl")
                        .replace("/etc/nginx/tls/shearline.crt", chain.toString())
                        .replace("/etc/nginx/tls/shearline.key", key.toString()));
        var places = new StringBuilder();
        for (var part : new String[] {"client_body", "proxy", "fastcgi", "uwsgi", "scgi"}) {
            places.append(part + "_temp_path " + directory + "/" + part + "; ");
        }
        var main = write(
                directory.resolve("nginx.conf"),
                "daemon off; master_process off; error_log stderr; pid " + directory + "/pid; events {}\n"
                        + "http { access_log off; " + places + "include " + ours + "; }\n");
        return begun(port, Map.of(), "nginx", "-c", main.toString());
    }

    public static ProxyProcess caddy(Path directory, Neighbours neighbours) {
        int port = freePort();
        var certificate = directory.resolve("api.crt");
        var key = directory.resolve("api.key");
        neighbours.certificate().writeTo(certificate, key);
        var file = write(
                directory.resolve("Caddyfile"),
                "{\n admin off\n auto_https disable_redirects\n skip_install_trust\n servers {\n  protocols h1\n }\n}\n"
                        + placed("integrations/caddy/Caddyfile", neighbours)
                                .replace(
                                        "api.example.com {",
                                        "https://localhost:" + port + " {\n bind 127.0.0.1\n tls " + certificate + " "
                                                + key));
        var home = directory.toString();
        return begun(
                port,
                Map.of(
                        "HOME", home,
                        "XDG_DATA_HOME", home,
                        "XDG_CONFIG_HOME", home,
                        "SHEARLINE_VERIFIER_KEY", neighbours.verifierKey()),
                "caddy",
                "run",
                "--adapter",
                "caddyfile",
                "--config",
                file.toString());
    }

    private static String placed(String file, Neighbours neighbours) {
        return Repository.ofThisProject()
                .read(file)
                .replace(API, "127.0.0.1:" + neighbours.shearline())
                .replace(BACKEND, "127.0.0.1:" + neighbours.backend());
    }

    private static ProxyProcess begun(int port, Map<String, String> environment, String... command) {
        var builder = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(new File("/dev/null"));
        builder.environment().putAll(environment);
        try {
            var proxy = new ProxyProcess(builder.start(), port);
            Eventually.isTrue(command[0] + " listens", proxy::listens);
            return proxy;
        } catch (IOException e) {
            throw new UncheckedIOException(command[0] + " is needed: apt-get install " + command[0], e);
        }
    }

    private boolean listens() {
        if (!process.isAlive()) {
            throw new AssertionError("the proxy has ended");
        }
        try (var socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), port));
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private static Path write(Path file, String text) {
        try {
            return Files.writeString(file, text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static int freePort() {
        try (var free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return free.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public URI uri(String path) {
        return URI.create("https://localhost:" + port + path);
    }

    @Override
    public void close() {
        process.destroyForcibly().onExit().join();
    }
}
