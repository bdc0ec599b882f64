package dev.shearline.cli;

import dev.shearline.server.config.DatabaseUrl;
import dev.shearline.server.db.DatabaseAddress;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where the owner of the database is named: its password need not stand on the command line, which every account can read. */
final class OwnerUrl {
    private static final String VARIABLE = "SHEARLINE_OWNER_URL";
    private static final String STANDARD_INPUT = "-";

    @Option(
            names = "--owner-url",
            paramLabel = "URL",
            description = "postgres://owner:password@host:port/database; - reads it from standard input"
                    + " (or SHEARLINE_OWNER_URL)")
    private @Nullable String url;

    @Option(
            names = "--owner-url-file",
            paramLabel = "FILE",
            description = "file with that URL, which nobody but its owner may read")
    private @Nullable Path file;

    DatabaseAddress read(Surroundings surroundings) {
        if (url != null && file != null) {
            throw CommandFailure.usage("Give --owner-url or --owner-url-file, not both.");
        }
        var address = DatabaseUrl.find(text(surroundings))
                .orElseThrow(() -> CommandFailure.usage("The owner's URL must be " + DatabaseUrl.FORM + "."));
        DatabaseUrl.findFault(address).ifPresent(fault -> {
            throw CommandFailure.usage("The owner's URL " + fault);
        });
        if (url != null
                && !url.equals(STANDARD_INPUT)
                && !address.password().reveal().isEmpty()) {
            surroundings.tell(
                    "warning: every account of this machine can read a command line, and this one has a password"
                            + " in it. Use --owner-url-file, or --owner-url - and standard input.");
        }
        return address;
    }

    private String text(Surroundings surroundings) {
        if (file != null) {
            return PrivateFile.readSecret(surroundings.directory().resolve(file));
        }
        if (url != null) {
            return url.equals(STANDARD_INPUT) ? PrivateFile.read(surroundings.in(), "standard input") : url;
        }
        return surroundings
                .findVariable(VARIABLE)
                .orElseThrow(() -> CommandFailure.usage(
                        "Who owns the database? Name it with --owner-url-file FILE, --owner-url - or " + VARIABLE
                                + "."));
    }
}
