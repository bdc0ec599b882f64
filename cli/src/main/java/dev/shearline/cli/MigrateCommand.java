package dev.shearline.cli;

import dev.shearline.server.config.DatabaseUrl;
import dev.shearline.server.config.Setting;
import dev.shearline.server.db.DatabaseAddress;
import dev.shearline.server.db.MigrationLock;
import dev.shearline.server.db.Migrations;
import dev.shearline.server.db.SchemaTooNewException;
import dev.shearline.token.Secret;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Base64;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.flywaydb.core.api.FlywayException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code migrate}. */
@Command(
        name = "migrate",
        description = {
            "Brings the schema up to date, as the owner of the database.",
            "Makes the two roles that nodes run as, and prints how to configure them."
        },
        mixinStandardHelpOptions = true)
final class MigrateCommand implements Callable<Integer> {
    private static final int PASSWORD_BYTES = 24;

    /** How settings are written. */
    enum Form {
        environment,
        config;

        String line(Setting setting, String value) {
            return switch (this) {
                case environment -> setting.environmentName() + "=" + value;
                case config -> setting.key() + " = " + value;
            };
        }
    }

    @Mixin
    private final OwnerUrl ownerUrl = new OwnerUrl();

    @Option(
            names = "--as",
            paramLabel = "FORM",
            description = "print variables of the environment, or lines of a config file: environment or config"
                    + " (default: environment)")
    private Form form = Form.environment;

    @Option(
            names = "--new-passwords",
            description =
                    "give the roles new passwords and print them: running nodes need them at their next connection")
    private boolean newPasswords;

    private final Surroundings surroundings;

    MigrateCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() {
        var owner = ownerUrl.read(surroundings);
        try (var lock = MigrationLock.take(
                owner, () -> surroundings.tell("Another migration of this database is under way; waiting for it …"))) {
            Migrations.requireKnownSchema(owner);
            makeRoles(lock.connection(), owner);
            int applied = Migrations.migrate(owner);
            surroundings.tell(
                    applied == 0
                            ? "The schema is up to date."
                            : applied + " migrations applied: the schema is at version " + Migrations.SCHEMA_VERSION
                                    + ".");
            return ExitCode.OK;
        } catch (SchemaTooNewException e) {
            throw CommandFailure.because(ExitCode.FAILURE, e);
        } catch (SQLException | FlywayException e) {
            throw new CommandFailure(
                    ExitCode.FAILURE,
                    "PostgreSQL at " + owner.host() + ":" + owner.port() + " refuses: " + e.getMessage()
                            + "\nThe owner must own the database " + owner.database() + " and have CREATEROLE.",
                    e);
        }
    }

    /** In one transaction, which ends when the passwords are on the screen: one that is set and was not shown would be lost. */
    private void makeRoles(Connection connection, DatabaseAddress owner) throws SQLException {
        var urls = new EnumMap<Setting, String>(Setting.class);
        connection.setAutoCommit(false);
        make(connection, owner, Migrations.APP_ROLE, Setting.DATABASE_URL, urls);
        make(connection, owner, Migrations.NODE_ROLE, Setting.NODE_DATABASE_URL, urls);
        Migrations.grantConnect(connection, owner.database());
        print(urls);
        if (surroundings.out().checkError()) {
            throw new CommandFailure(
                    ExitCode.FAILURE, "The passwords could not be written, and so none was set: nothing has changed.");
        }
        try {
            connection.commit();
        } catch (SQLException e) {
            throw new CommandFailure(
                    ExitCode.FAILURE,
                    "PostgreSQL did not confirm these passwords (" + e.getMessage()
                            + "): they may count or not. If nodes are refused with them, run this with --new-passwords.",
                    e);
        }
    }

    /** One that exists keeps its password unless told otherwise: nodes are running with it. */
    private void make(
            Connection connection, DatabaseAddress owner, String role, Setting setting, Map<Setting, String> urls)
            throws SQLException {
        var bytes = new byte[PASSWORD_BYTES];
        new SecureRandom().nextBytes(bytes);
        var password = Secret.of(Base64.getUrlEncoder().withoutPadding().encodeToString(bytes));
        if (Migrations.makeNewRole(connection, role, password)) {
            urls.put(setting, DatabaseUrl.reveal(owner.as(role, password)));
        } else if (newPasswords) {
            Migrations.setPassword(connection, role, password);
            urls.put(setting, DatabaseUrl.reveal(owner.as(role, password)));
        }
    }

    private void print(Map<Setting, String> urls) {
        if (urls.isEmpty()) {
            surroundings.tell("The roles exist already, and keep their passwords (--new-passwords makes new ones).");
            return;
        }
        surroundings.tell("Configure every node with these; the passwords are shown this once:");
        urls.forEach((setting, url) -> surroundings.out().println(form.line(setting, url)));
        surroundings.tell(
                "Every node also needs the instance keys, the same file everywhere. Make it once with shearline"
                        + " secrets create FILE, and name it to them: "
                        + form.line(Setting.SECRET_KEYS_FILE, "FILE"));
    }
}
