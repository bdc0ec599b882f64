package dev.shearline.server.db.embedded;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.sql.SQLException;
import java.util.Base64;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * A running PostgreSQL of our own, durable and private to this process and its user.
 *
 * <p>It outlives a process that is killed. The next start on the same directory takes it over as it runs when it is what
 * that start would start: same binaries, same settings, our password; the sessions of the killed process are ended.
 * Otherwise, say after an upgrade, it is stopped as {@link #close} stops it, and started anew.
 */
public final class EmbeddedPostgres implements AutoCloseable {
    private static final int PASSWORD_BYTES = 24;

    private final DataDirectory data;
    private final Cluster cluster;
    private final LogFiles log;
    private final PostmasterFile postmaster;
    private final SuperuserPassword password;
    private final String version;
    private boolean closed;

    private EmbeddedPostgres(
            DataDirectory data,
            Cluster cluster,
            PostmasterFile postmaster,
            SuperuserPassword password,
            String version) {
        this.data = data;
        this.cluster = cluster;
        this.postmaster = postmaster;
        this.password = password;
        this.version = version;
        this.log = LogFiles.kept(cluster.log());
    }

    /**
     * Starts PostgreSQL, making its cluster first when there is none, and returns when it takes connections.
     *
     * @throws EmbeddedPostgresException when it cannot be started, with what to do about it
     */
    public static EmbeddedPostgres start(EmbeddedPostgresConfig config) {
        var data = DataDirectory.open(config.directory(), config.relocationRoot(), config.progress());
        try {
            return start(config, data);
        } catch (IOException e) {
            data.close();
            throw new EmbeddedPostgresException(
                    "PostgreSQL cannot be started in " + data.room() + ": " + e + ". The end of its log:\n"
                            + LogFiles.tail(data.room().resolve(Cluster.LOG)),
                    e);
        } catch (RuntimeException e) {
            data.close();
            throw e;
        }
    }

    private static EmbeddedPostgres start(EmbeddedPostgresConfig config, DataDirectory data) throws IOException {
        var progress = config.progress();
        var programs = Programs.of(config.binaries(), data.account(), progress);
        var cluster = new Cluster(data.room(), data.account(), programs);
        if (cluster.exists()) {
            cluster.requireReadable();
        } else {
            progress.accept("making a PostgreSQL " + programs.version() + " cluster in " + cluster.directory());
            // the password first: a cluster without one would be locked for good
            Disk.writePrivately(data.passwordFile(), freshPassword(config.random()) + "\n");
            cluster.make(passwordIn(data));
        }
        var password = passwordIn(data);
        var orphan = takenOver(cluster, password, progress);
        var postmaster = orphan.isPresent() ? orphan.get() : started(cluster, password, programs, progress);
        return new EmbeddedPostgres(data, cluster, postmaster, password, programs.version());
    }

    private static String freshPassword(SecureRandom random) {
        var bytes = new byte[PASSWORD_BYTES];
        random.nextBytes(bytes);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    private static SuperuserPassword passwordIn(DataDirectory data) throws IOException {
        if (!Files.exists(data.passwordFile())) {
            throw new EmbeddedPostgresException("The file " + data.passwordFile() + " is missing, and without it nobody"
                    + " can log in to the cluster in " + data.cluster() + ". Bring it back, or choose another data"
                    + " directory.");
        }
        return new SuperuserPassword(Files.readString(data.passwordFile()).strip());
    }

    private static Optional<PostmasterFile> takenOver(
            Cluster cluster, SuperuserPassword password, Consumer<String> progress) throws IOException {
        var left = cluster.findPostmaster();
        if (left.isEmpty()) {
            return Optional.empty();
        }
        if (cluster.settings().describe(left.get().port())) {
            try (var session =
                    Session.open(url(left.get().port(), Cluster.SUPERUSER), password, Session.CONNECT_LIMIT_SECONDS)) {
                if (session.serves(cluster.directory())) {
                    session.endOthers();
                    progress.accept("taking over the PostgreSQL that an earlier start left running (process "
                            + left.get().pid() + ")");
                    return left;
                }
            } catch (SQLException e) {
                progress.accept("the PostgreSQL that an earlier start left running does not answer: " + e.getMessage());
            }
        }
        progress.accept("stopping the PostgreSQL that an earlier start left running (process "
                + left.get().pid() + ")");
        cluster.stop();
        return Optional.empty();
    }

    private static PostmasterFile started(
            Cluster cluster, SuperuserPassword password, Programs programs, Consumer<String> progress)
            throws IOException {
        progress.accept("starting PostgreSQL " + programs.version());
        var postmaster = cluster.start();
        try (var session = Session.open(
                url(postmaster.port(), Cluster.SUPERUSER), password, Session.FIRST_CONNECT_LIMIT_SECONDS)) {
            if (session.serves(cluster.directory())) {
                return postmaster;
            }
            throw new EmbeddedPostgresException(
                    "Another PostgreSQL than ours answers on port " + postmaster.port() + ".");
        } catch (SQLException | RuntimeException e) {
            var said = LogFiles.tail(cluster.log());
            cluster.stop();
            throw new EmbeddedPostgresException(
                    "PostgreSQL started but cannot be used: " + e.getMessage() + "\nThe end of its log:\n" + said, e);
        }
    }

    private static String url(int port, String database) {
        return "jdbc:postgresql://" + Cluster.HOST + ":" + port + "/" + database;
    }

    public String host() {
        return Cluster.HOST;
    }

    public int port() {
        return postmaster.port();
    }

    public String superuser() {
        return Cluster.SUPERUSER;
    }

    public SuperuserPassword password() {
        return password;
    }

    /** Returns the JDBC address of a database, without user and password. */
    public String jdbcUrl(String database) {
        return url(port(), database);
    }

    /** Returns the JDBC address of the database that every cluster has. */
    public String jdbcUrl() {
        return jdbcUrl(Cluster.SUPERUSER);
    }

    /** Returns PostgreSQL's version, such as {@code 18.6}. */
    public String version() {
        return version;
    }

    /** Returns the process number of the postmaster. */
    public long pid() {
        return postmaster.pid();
    }

    /** Returns where PostgreSQL keeps its data. */
    public Path dataDirectory() {
        return cluster.directory();
    }

    /** Returns where PostgreSQL writes its log. */
    public Path logDirectory() {
        return cluster.log();
    }

    /** Returns the file that holds the superuser's password. */
    public Path passwordFile() {
        return data.passwordFile();
    }

    /** Says whether the data lie elsewhere than asked for, because PostgreSQL's account cannot reach that place. */
    public boolean isRelocated() {
        return !data.room().equals(data.directory());
    }

    /** Stops PostgreSQL, ending its sessions, and gives the directory free. */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        try (data;
                log) {
            cluster.stop();
        }
    }
}
