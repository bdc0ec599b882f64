package dev.shearline.server.testing;

import dev.shearline.server.db.DatabaseAddress;
import dev.shearline.server.db.NodeDatabase;
import dev.shearline.server.feed.Clocks;
import dev.shearline.server.feed.FeedNode;
import dev.shearline.server.feed.FeedSettings;
import dev.shearline.server.feed.PrimaryClock;
import dev.shearline.server.verify.DirectoryLooks;
import dev.shearline.token.KeyDigest;
import dev.shearline.token.Secret;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A node in a process of its own, which a test can stop, continue and kill. It answers a line for a line. */
public final class NodeProcess implements AutoCloseable {

    private final Process process;
    private final BufferedReader answers;

    private NodeProcess(Process process) {
        this.process = process;
        this.answers = process.inputReader(StandardCharsets.UTF_8);
    }

    public static NodeProcess start(TestSchema schema, Path directory, Duration staleness) {
        var at = schema.node();
        var command = new ArrayList<>(ChildJvm.command(NodeProcess.class));
        command.addAll(List.of(
                at.host(),
                Integer.toString(at.port()),
                at.database(),
                at.user(),
                at.password().reveal(),
                directory.toString(),
                staleness.toString()));
        try {
            var process = new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            return new NodeProcess(process);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** {@code alive}, {@code dead}, {@code unknown}, or {@code unavailable} from a node that may not answer. */
    public String look(KeyDigest digest) {
        ask(digest);
        return answer();
    }

    /** Writes the question and does not wait: the process may be stopped. */
    public void ask(KeyDigest digest) {
        try {
            var questions = process.outputWriter(StandardCharsets.UTF_8);
            questions.write(digest.toHex() + "\n");
            questions.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public String answer() {
        try {
            // what a logger prints on the way is not an answer
            String line = answers.readLine();
            while (line != null && !line.startsWith("= ")) {
                line = answers.readLine();
            }
            return line == null ? "gone" : line.substring(2);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** {@code STOP}, {@code CONT} or {@code KILL}. */
    public void signal(String name) {
        try {
            var kill = new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start();
            if (kill.waitFor() != 0) {
                throw new AssertionError("cannot signal " + process.pid());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
        try {
            if (!process.waitFor(60, TimeUnit.SECONDS)) {
                throw new AssertionError("the node does not end");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** The process itself. */
    public static void main(String[] args) throws IOException {
        var at = new DatabaseAddress(args[0], Integer.parseInt(args[1]), args[2], args[3], Secret.of(args[4]));
        var clock = new PrimaryClock(Clock.systemUTC());
        var directory = new DirectoryLooks(clock);
        var settings = new FeedSettings(
                Duration.parse(args[6]), Duration.ofMillis(250), true, Path.of(args[5]), "test", () -> "127.0.0.1:0");
        var feed = new FeedNode(
                new NodeDatabase(at), directory.replica(), clock, Clocks.system(), settings, new SecureRandom());
        feed.start();
        var questions = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (var line = questions.readLine(); line != null; line = questions.readLine()) {
            var answer = directory.look(KeyDigest.findHex(line).orElseThrow());
            System.out.println("= " + (feed.freshness().isFresh() ? answer : "unavailable"));
        }
        feed.close();
    }
}
