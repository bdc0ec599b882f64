package dev.shearline.server.doctor;

import dev.shearline.server.db.DatabaseAddress;
import dev.shearline.server.db.Migrations;
import java.util.Set;

/** Commands, put together so that they can be copied. */
final class Mending {

    static final String MIGRATE = "shearline migrate --owner-url-file FILE";
    private static final Set<String> HERE = Set.of("localhost", "127.0.0.1", "::1");

    private Mending() {}

    /** As the superuser: on the database's own machine as Debian has it. */
    static String superuser(DatabaseAddress database, String... statements) {
        return (isHere(database)
                        ? "sudo -u postgres psql --port " + database.port()
                        : "psql --host " + database.host() + " --port " + database.port() + " --username postgres")
                + " --dbname " + database.database() + commands(statements);
    }

    static String owner(DatabaseAddress database, String... statements) {
        return "psql --host " + database.host() + " --port " + database.port() + " --username " + Migrations.OWNER_ROLE
                + " --dbname " + database.database() + commands(statements);
    }

    private static String commands(String... statements) {
        var text = new StringBuilder();
        for (var statement : statements) {
            text.append(" --command \"").append(statement).append('"');
        }
        return text.toString();
    }

    /** On the machine of the database. */
    static String onDatabaseHost(DatabaseAddress database, String command) {
        return isHere(database) ? command : command + "   # on " + database.host();
    }

    private static boolean isHere(DatabaseAddress database) {
        return HERE.contains(database.host());
    }
}
