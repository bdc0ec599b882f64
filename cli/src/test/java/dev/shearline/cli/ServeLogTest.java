package dev.shearline.cli;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.joran.JoranConfigurator;
import ch.qos.logback.classic.util.LogbackMDCAdapter;
import ch.qos.logback.core.joran.spi.JoranException;
import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The log of {@code serve}, before a reader that reads and one that does not. */
@Timeout(60)
class ServeLogTest {
    private static final int MORE_THAN_WAIT = 10_000;

    private final PrintStream before = System.err;
    private final LoggerContext context = new LoggerContext();
    private final Semaphore reads = new Semaphore(0);
    private final ByteArrayOutputStream written = new ByteArrayOutputStream();

    @AfterEach
    void restore() {
        reads.release();
        System.setErr(before);
        context.stop();
    }

    @Test
    void a_failure_is_logged_without_waiting_for_whoever_reads() throws JoranException {
        begin(stuck());
        var log = context.getLogger("dev.shearline.server.http.Problems");
        for (int i = 0; i < MORE_THAN_WAIT; i++) {
            log.error("internal problem", new IllegalStateException());
        }
        assertThat(written.size()).isZero();
    }

    @Test
    void the_last_lines_are_written_when_the_process_ends() throws JoranException {
        reads.release();
        begin(stuck());
        for (int i = 0; i < 100; i++) {
            context.getLogger("dev.shearline.server.Server").info("line {}", i);
        }
        context.getLogger("dev.shearline.requests").info("a request");
        end().run();
        assertThat(written.toString(StandardCharsets.UTF_8).lines())
                .hasSize(101)
                .anySatisfy(line -> assertThat(line).contains("\"line 99\""))
                .anySatisfy(line -> assertThat(line).contains("\"a request\""));
    }

    @Test
    void the_process_ends_although_nobody_reads() throws JoranException {
        begin(stuck());
        context.getLogger("dev.shearline.server.Server").info("stopped");
        end().run();
        assertThat(written.size()).isZero();
    }

    private LogEnd end() {
        var end = new LogEnd();
        end.setContext(context);
        return end;
    }

    /** Takes nothing until it reads. */
    private PrintStream stuck() {
        return new PrintStream(
                new OutputStream() {
                    @Override
                    public void write(int b) {
                        write(new byte[] {(byte) b}, 0, 1);
                    }

                    @Override
                    public void write(byte[] bytes, int offset, int length) {
                        reads.acquireUninterruptibly();
                        written.write(bytes, offset, length);
                        reads.release();
                    }
                },
                true,
                StandardCharsets.UTF_8);
    }

    private void begin(PrintStream reader) throws JoranException {
        System.setErr(reader);
        context.setMDCAdapter(new LogbackMDCAdapter());
        var configurator = new JoranConfigurator();
        configurator.setContext(context);
        configurator.doConfigure(ServeLogTest.class.getResource("serve-log.xml"));
        context.start();
    }
}
