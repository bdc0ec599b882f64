package dev.shearline.server.usage;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * The file in which one start of a process counts: two sheets, of which one is counted in while the other is being settled. It is locked as
 * long as the process lives, and every byte of it has been written, so that a disk that fills up later takes no counter away.
 *
 * <p>On POSIX a lock belongs to the process and the file, and closing <em>any</em> descriptor of the file gives it up: a file that this
 * process holds is never opened again.
 */
final class CounterFile implements AutoCloseable {

    static final int SHEETS = 2;
    static final int HEADER_BYTES = 4096;
    static final String SUFFIX = ".usage";
    /** Where a file that cannot be read is moved to. */
    static final String ASIDE_SUFFIX = ".usage-damaged";

    /** A file that is being made. */
    static final String NEW_SUFFIX = ".usage-new";

    private static final long MAGIC = 0x31454741_534C4853L;
    private static final int VERSION = 1;
    private static final int CHUNK_BYTES = 1 << 16;
    /** A file is made where so many of its size have room. */
    private static final int ROOM = 2;

    private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

    private final Path file;
    private final FileChannel channel;
    private final List<Sheet> sheets;

    private CounterFile(Path file, FileChannel channel, List<Sheet> sheets) {
        this.file = file;
        this.channel = channel;
        this.sheets = List.copyOf(sheets);
    }

    /** @param slots of each sheet, a power of two */
    static CounterFile create(Path directory, String name, int slots) throws IOException {
        Files.createDirectories(directory);
        requireRoom(directory, bytes(slots));
        var file = directory.toRealPath().resolve(name + SUFFIX);
        var unfinished = directory.toRealPath().resolve(name + NEW_SUFFIX);
        // before it is there: whoever tidies up would open it too, and closing it would give up our lock
        HELD.add(file);
        HELD.add(unfinished);
        FileChannel channel;
        try {
            channel = FileChannel.open(
                    unfinished, StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE);
        } catch (IOException e) {
            HELD.remove(file);
            HELD.remove(unfinished);
            throw e;
        }
        try {
            if (channel.tryLock() == null) {
                throw new IOException("another process holds the lock of " + unfinished);
            }
            writeAll(channel, slots);
            var memory = channel.map(FileChannel.MapMode.READ_WRITE, 0, bytes(slots), Arena.ofAuto());
            var sheets = new ArrayList<Sheet>();
            for (int i = 0; i < SHEETS; i++) {
                sheets.add(Sheet.inFile(headerOf(memory, i, slots), slotsOf(memory, i, slots)));
            }
            Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE);
            return new CounterFile(file, channel, sheets);
        } catch (IOException | InternalError e) {
            HELD.remove(file);
            Files.deleteIfExists(unfinished);
            channel.close();
            throw e;
        } finally {
            HELD.remove(unfinished);
        }
    }

    /** Nobody else on the disk, and PostgreSQL may be there, is to find it full because of an attempt. */
    private static void requireRoom(Path directory, long bytes) throws IOException {
        long room = Files.getFileStore(directory).getUsableSpace();
        if (room < ROOM * bytes) {
            throw new IOException("of a disk with " + room + " bytes left none is taken for a file of " + bytes);
        }
    }

    private static void writeAll(FileChannel channel, int slots) throws IOException {
        var header = ByteBuffer.allocate(HEADER_BYTES).order(ByteOrder.nativeOrder());
        header.putLong(MAGIC).putInt(VERSION).putInt(slots);
        header.putInt(checksum(header.array())).position(0);
        write(channel, header);
        long left = bytes(slots) - HEADER_BYTES;
        while (left > 0) {
            int some = (int) Math.min(left, CHUNK_BYTES);
            write(channel, ByteBuffer.allocate(some));
            left -= some;
        }
    }

    private static void write(FileChannel channel, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            int _ = channel.write(bytes);
        }
    }

    private static int checksum(byte[] header) {
        var crc = new CRC32C();
        crc.update(header, 0, Long.BYTES + 2 * Integer.BYTES);
        return (int) crc.getValue();
    }

    private static long sheetBytes(int slots) {
        return Sheet.HEADER_BYTES + (long) slots * CounterTable.SLOT_BYTES;
    }

    private static long bytes(int slots) {
        return HEADER_BYTES + SHEETS * sheetBytes(slots);
    }

    private static MemorySegment headerOf(MemorySegment memory, int sheet, int slots) {
        return memory.asSlice(HEADER_BYTES + sheet * sheetBytes(slots), Sheet.HEADER_BYTES);
    }

    private static MemorySegment slotsOf(MemorySegment memory, int sheet, int slots) {
        return memory.asSlice(
                HEADER_BYTES + sheet * sheetBytes(slots) + Sheet.HEADER_BYTES, (long) slots * CounterTable.SLOT_BYTES);
    }

    /** Files of other starts, whether or not a process still holds them. */
    static List<Path> findOthers(Path directory) throws IOException {
        return findOthers(directory, SUFFIX);
    }

    /** Deletes files that dead processes had not made to the end. */
    static void deleteUnfinished(Path directory) throws IOException {
        for (var file : findOthers(directory, NEW_SUFFIX)) {
            var left = takeOver(file);
            if (left.isPresent()) {
                left.get().file().delete();
            }
        }
    }

    private static List<Path> findOthers(Path directory, String suffix) throws IOException {
        var others = new ArrayList<Path>();
        if (Files.isDirectory(directory)) {
            try (var files = Files.newDirectoryStream(directory.toRealPath(), "*" + suffix)) {
                files.forEach(file -> {
                    if (!HELD.contains(file)) {
                        others.add(file);
                    }
                });
            }
        }
        return others;
    }

    /** Takes over what a dead process has left; empty while one lives, or another takes it over. What is damaged is still held. */
    static Optional<Leftover> takeOver(Path file) throws IOException {
        if (!HELD.add(file)) {
            return Optional.empty();
        }
        @Nullable FileChannel channel = null;
        try {
            channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
            if (tryLock(channel) == null || !Files.exists(file)) {
                release(file, channel);
                return Optional.empty();
            }
            return Optional.of(read(file, channel));
        } catch (NoSuchFileException e) {
            HELD.remove(file);
            return Optional.empty();
        } catch (IOException e) {
            release(file, channel);
            throw e;
        }
    }

    /** @param fault why some of it, or all, cannot be read */
    record Leftover(CounterFile file, Optional<String> fault) {}

    private static Leftover read(Path file, FileChannel channel) throws IOException {
        var sheets = new ArrayList<Sheet>();
        Optional<String> fault = Optional.empty();
        try {
            var memory = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), Arena.ofAuto());
            int slots = readHeader(memory);
            for (int i = 0; i < SHEETS; i++) {
                try {
                    Sheet.left(headerOf(memory, i, slots), slotsOf(memory, i, slots))
                            .ifPresent(sheets::add);
                } catch (DamagedFileException e) {
                    fault = Optional.of(e.fault());
                }
            }
        } catch (DamagedFileException e) {
            fault = Optional.of(e.fault());
        }
        return new Leftover(new CounterFile(file, channel, sheets), fault);
    }

    private static int readHeader(MemorySegment memory) throws DamagedFileException {
        if (memory.byteSize() < HEADER_BYTES || memory.get(ValueLayout.JAVA_LONG, 0) != MAGIC) {
            throw new DamagedFileException("it does not begin as a counter file of this machine does");
        }
        var header = memory.asSlice(0, HEADER_BYTES).toArray(ValueLayout.JAVA_BYTE);
        int slots = memory.get(ValueLayout.JAVA_INT, 12);
        if (memory.get(ValueLayout.JAVA_INT, 16) != checksum(header)) {
            throw new DamagedFileException("its header does not have its checksum");
        }
        if (memory.get(ValueLayout.JAVA_INT, 8) != VERSION) {
            throw new DamagedFileException("it is of another release");
        }
        if (memory.byteSize() != bytes(slots)) {
            throw new DamagedFileException("it is not as long as it says");
        }
        return slots;
    }

    private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException e) {
            return null;
        }
    }

    private static void release(Path file, @Nullable FileChannel channel) throws IOException {
        try {
            if (channel != null) {
                channel.close();
            }
        } finally {
            HELD.remove(file);
        }
    }

    Path path() {
        return file;
    }

    List<Sheet> sheets() {
        return sheets;
    }

    /** All that it held is elsewhere. */
    void delete() throws IOException {
        Files.deleteIfExists(file);
        close();
    }

    /** Keeps it where nobody takes it for a counter file. */
    Path setAside() throws IOException {
        var name = file.getFileName().toString();
        var aside = file.resolveSibling(name.substring(0, name.length() - SUFFIX.length()) + ASIDE_SUFFIX);
        Files.move(file, aside, StandardCopyOption.ATOMIC_MOVE);
        close();
        return aside;
    }

    /** Gives up the lock: whoever starts next counts on from what is in the file. */
    @Override
    public void close() throws IOException {
        release(file, channel);
    }
}
