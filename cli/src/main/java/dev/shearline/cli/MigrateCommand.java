package dev.shearline.cli;

import dev.shearline.server.config.DatabaseUrl;
import dev.shearline.server.db.DatabaseAddress;
import dev.shearline.server.db.Migrations;
import dev.shearline.token.Secret;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.flywaydb.core.api.FlywayException;
import picocli.CommandLine.Command;
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

    @Option(
            names = "--owner-url",
            paramLabel = "URL",
            required = true,
            description = "postgres://owner:password@host:port/database")
    private String ownerUrl = "";

    private final Surroundings surroundings;

    MigrateCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() {
        var owner = DatabaseUrl.find(ownerUrl)
                .orElseThrow(() -> CommandFailure.usage("--owner-url must be " + DatabaseUrl.FORM + "."));
        try (var connection = owner.dataSource("shearline migrate").getConnection()) {
            var variables = new LinkedHashMap<String, String>();
            make(connection, owner, Migrations.APP_ROLE, "SHEARLINE_DATABASE_URL", variables);
            make(connection, owner, Migrations.NODE_ROLE, "SHEARLINE_NODE_DATABASE_URL", variables);
            int applied = Migrations.migrate(owner);
            surroundings.err().println(applied == 0 ? "The schema is up to date." : applied + " migrations applied.");
            print(variables);
            return ExitCode.OK;
        } catch (SQLException | FlywayException e) {
            throw new CommandFailure(
                    ExitCode.FAILURE,
                    "PostgreSQL at " + owner.host() + ":" + owner.port() + " refuses: " + e.getMessage()
                            + "\nThe owner must own the database " + owner.database() + " and have CREATEROLE.",
                    e);
        }
    }

    /** One that exists keeps its password: nodes are running with it. */
    private static void make(
            Connection connection, DatabaseAddress owner, String role, String variable, Map<String, String> variables)
            throws SQLException {
        try (var exists = connection.prepareStatement("SELECT 1 FROM pg_roles WHERE rolname = ?")) {
            exists.setString(1, role);
            if (exists.executeQuery().next()) {
                return;
            }
        }
        var bytes = new byte[PASSWORD_BYTES];
        new SecureRandom().nextBytes(bytes);
        var password = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
        Migrations.makeRole(connection, role, Secret.of(password));
        variables.put(
                variable,
                "postgres://" + role + ":" + password + "@" + owner.host() + ":" + owner.port() + "/"
                        + URLEncoder.encode(owner.database(), StandardCharsets.UTF_8));
    }

    private void print(Map<String, String> variables) {
        if (variables.isEmpty()) {
            surroundings.err().println("The roles exist already, and keep their passwords.");
            return;
        }
        surroundings.err().println("Configure every node with these; the passwords are shown this once:");
        variables.forEach((name, value) -> surroundings.out().println(name + "=" + value));
    }
}
