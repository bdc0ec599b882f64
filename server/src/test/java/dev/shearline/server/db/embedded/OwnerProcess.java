package dev.shearline.server.db.embedded;

import dev.shearline.server.testing.ChildJvm;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Another JVM that starts PostgreSQL, commits a row and waits to be killed. */
final class OwnerProcess implements AutoCloseable {
    private static final int END_LIMIT_SECONDS = 20;

    private final Process process;
    private final long postmaster;

    private OwnerProcess(Process process, long postmaster) {
        this.process = process;
        this.postmaster = postmaster;
    }

    /** Starts the JVM and waits until its row is committed. */
    static OwnerProcess start(Path directory, List<String> bin) throws IOException {
        var command = new ArrayList<>(ChildJvm.command(OwnerProcess.class));
        command.add(directory.toString());
        command.addAll(bin);
        var process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        BufferedReader said = process.inputReader();
        var line = said.readLine();
        if (line == null) {
            throw new IllegalStateException("the other JVM ended before it said anything");
        }
        return new OwnerProcess(process, Long.parseLong(line));
    }

    long pid() {
        return process.pid();
    }

    long postmaster() {
        return postmaster;
    }

    /** Kills the JVM as {@code kill -9} does. */
    void kill() {
        process.destroyForcibly()
                .onExit()
                .orTimeout(END_LIMIT_SECONDS, TimeUnit.SECONDS)
                .join();
    }

    @Override
    public void close() {
        kill();
    }

    public static void main(String[] args) throws Exception {
        var config = EmbeddedPostgresConfig.of(Path.of(args[0]));
        var postgres = EmbeddedPostgres.start(
                args.length > 1 ? config.withBinaries(new PostgresBinaries.Installed(Path.of(args[1]))) : config);
        Notes.write(postgres, "committed before the kill");
        // an open transaction, whose locks must not outlive this process
        var open = Notes.connect(postgres);
        open.setAutoCommit(false);
        open.createStatement().execute("LOCK TABLE note IN ACCESS EXCLUSIVE MODE");
        System.out.println(postgres.pid());
        while (true) {
            LockSupport.park();
        }
    }
}
