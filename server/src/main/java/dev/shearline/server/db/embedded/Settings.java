package dev.shearline.server.db.embedded;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalInt;
import java.util.regex.Pattern;

/**
 * Our settings for PostgreSQL, in a file of ours that reads the cluster's own first: who wants another value for something
 * we do not set puts it there.
 */
final class Settings {
    private static final Pattern PORT = Pattern.compile("^port = (\\d+)$", Pattern.MULTILINE);

    private final Path file;
    private final Path room;
    private final Path bin;
    private final String version;
    private final CacheSize cache = CacheSize.ofThisMachine();

    Settings(Path room, Path bin, String version) {
        this.file = room.resolve("postgresql.conf");
        this.room = room;
        this.bin = bin;
        this.version = version;
    }

    Path file() {
        return file;
    }

    void write(int port) throws IOException {
        Disk.write(file, text(port), "rw-r--r--");
    }

    /** Says whether a PostgreSQL that was started with the file as it is now is what we would start. */
    boolean describe(int port) throws IOException {
        return Files.exists(file) && Files.readString(file).equals(text(port));
    }

    /** Finds the port of last time, for those who wrote it down. */
    OptionalInt lastPort() throws IOException {
        if (!Files.exists(file)) {
            return OptionalInt.empty();
        }
        var port = PORT.matcher(Files.readString(file));
        return port.find() ? OptionalInt.of(Integer.parseInt(port.group(1))) : OptionalInt.empty();
    }

    private String text(int port) {
        return """
                # Written by Shearline at every start. PostgreSQL %s in %s
                include = %s

                port = %d
                listen_addresses = '127.0.0.1'
                unix_socket_directories = ''
                password_encryption = 'scram-sha-256'

                # nothing that was answered is ever lost
                fsync = on
                synchronous_commit = on
                full_page_writes = on

                # a share of the machine, taken as it is needed
                max_connections = 100
                shared_buffers = '%dMB'
                work_mem = '4MB'
                maintenance_work_mem = '64MB'
                effective_cache_size = '%dMB'
                max_wal_size = '512MB'
                jit = off

                timezone = 'UTC'
                log_timezone = 'UTC'
                cluster_name = 'shearline'

                # statements can hold passwords, and the detail of an error the row at fault: they stay out of the log
                log_min_error_statement = 'panic'
                log_error_verbosity = 'terse'
                logging_collector = on
                log_destination = 'stderr'
                log_directory = %s
                log_filename = 'postgresql-%%Y%%m%%d-%%H%%M%%S.log'
                log_file_mode = 0600
                log_rotation_age = '1d'
                log_rotation_size = '%dkB'
                """.formatted(
                        version,
                        bin,
                        quoted(room.resolve(DataDirectory.CLUSTER).resolve("postgresql.conf")),
                        port,
                        cache.own(),
                        cache.withSystem(),
                        quoted(room.resolve(Cluster.LOG)),
                        LogFiles.FILE_KILOBYTES_MAX);
    }

    private static String quoted(Path path) {
        return "'" + path.toString().replace("'", "''") + "'";
    }
}
