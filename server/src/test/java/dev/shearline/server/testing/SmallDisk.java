package dev.shearline.server.testing;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.security.auth.module.UnixSystem;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/** A disk of a few megabytes of memory, mounted for one test, which can fill it. Only root can: for others the test does not run. */
public final class SmallDisk implements AutoCloseable {

    private static final String NAME = "shearline-small-disk-";
    private static final int CHUNK_BYTES = 64 * 1024;

    private final Path root;
    private final Thread atExit = new Thread(this::unmount);

    private SmallDisk(Path root) {
        this.root = root;
    }

    /** @param size as mount takes it, such as {@code size=200m} or {@code nr_inodes=4} */
    public static SmallDisk mount(String size) {
        assumeTrue(new UnixSystem().getUid() == 0, "only root can mount a small disk");
        try {
            sweep();
            var root = Files.createTempDirectory(NAME + ProcessHandle.current().pid() + "-");
            var disk = new SmallDisk(root.toRealPath());
            var refused = run("mount", "-t", "tmpfs", "-o", size + ",mode=0711", NAME, root.toString());
            assumeTrue(refused.isEmpty(), "a small disk cannot be mounted here: " + refused);
            Runtime.getRuntime().addShutdownHook(disk.atExit);
            return disk;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What runs that were killed have left mounted. */
    private static void sweep() throws IOException {
        for (var mount : Files.readAllLines(Path.of("/proc/mounts"))) {
            var fields = List.of(mount.split(" ", -1));
            var place = Path.of(fields.get(1));
            if (fields.getFirst().equals(NAME) && !isOfALivingProcess(place)) {
                run("umount", "-l", place.toString());
                Files.deleteIfExists(place);
            }
        }
    }

    private static boolean isOfALivingProcess(Path place) {
        var pid = place.getFileName().toString().substring(NAME.length()).replaceAll("-.*", "");
        return ProcessHandle.of(Long.parseLong(pid)).isPresent();
    }

    public Path root() {
        return root;
    }

    /** Takes all the room there is. */
    public void fill() {
        try (var channel = FileChannel.open(filler(), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            while (true) {
                channel.write(ByteBuffer.allocate(CHUNK_BYTES));
            }
        } catch (IOException e) {
            if (!String.valueOf(e.getMessage()).contains("No space left")) {
                throw new UncheckedIOException(e);
            }
        }
    }

    public void free() {
        try {
            Files.delete(filler());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Path filler() {
        return root.resolve("filler");
    }

    public void resize(String size) {
        remount(size);
    }

    /** Possible only while nobody writes a file on it. */
    public void makeReadOnly() {
        remount("ro");
    }

    private void remount(String option) {
        var refused = run("mount", "-o", "remount," + option, root.toString());
        if (!refused.isEmpty()) {
            throw new IllegalStateException(refused);
        }
    }

    /** What the command says when it fails. */
    private static String run(String... command) {
        try {
            var process = new ProcessBuilder(command).redirectErrorStream(true).start();
            var said = new ArrayList<>(process.inputReader().readAllLines());
            int code = process.waitFor();
            return code == 0 ? "" : code + " " + said;
        } catch (IOException e) {
            return e.toString();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private void unmount() {
        run("umount", "-l", root.toString());
        try {
            Files.deleteIfExists(root);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        Runtime.getRuntime().removeShutdownHook(atExit);
        unmount();
    }
}
