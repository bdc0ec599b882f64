package dev.shearline.cli;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Where a new secret goes: alone to standard output, or into a file that only its owner can read. */
final class SecretOutput {
    private static final String STANDARD_OUTPUT = "-";

    @Option(
            names = "--secret-file",
            paramLabel = "FILE",
            description = "write the secret to this new file (mode 0600); - for standard output")
    private @Nullable String file;

    /** Opened before the key is made: a secret that cannot be written down is lost. */
    Opened open(Surroundings surroundings, Output output, boolean several) {
        if (file == null || file.equals(STANDARD_OUTPUT)) {
            return new Opened(surroundings, output, several, null, null);
        }
        var path = surroundings.directory().resolve(file);
        try {
            var mode = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
            var channel =
                    Files.newByteChannel(path, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), mode);
            return new Opened(surroundings, output, several, path, Channels.newOutputStream(channel));
        } catch (FileAlreadyExistsException e) {
            throw new CommandFailure(
                    ExitCode.USAGE, path + " exists already, and may hold another secret: name a new file.", e);
        } catch (IOException e) {
            throw new CommandFailure(ExitCode.FAILURE, "Cannot write " + path + " (" + e + ").", e);
        }
    }

    /** The place of the secrets; removed again when no key was made. */
    static final class Opened implements AutoCloseable {
        private final Surroundings surroundings;
        private final Output output;
        private final View view;
        private final @Nullable Listing listing;
        private final @Nullable Path path;
        private final @Nullable OutputStream out;
        private boolean revealed;

        Opened(
                Surroundings surroundings,
                Output output,
                boolean several,
                @Nullable Path path,
                @Nullable OutputStream out) {
            this.surroundings = surroundings;
            this.output = output;
            this.view = out == null ? KeyViews.ISSUED : KeyViews.KEY;
            this.listing = several && !output.isForPeople() ? output.listing(view) : null;
            this.path = path;
            this.out = out;
        }

        /** The only place of this program where a key's secret is written. */
        void reveal(JsonNode key) {
            var secret = key.path("secret").asString("");
            if (out != null) {
                write(key, secret, out);
                revealed = true;
                print(((ObjectNode) key.deepCopy()).without("secret"));
                return;
            }
            if (output.isForPeople()) {
                surroundings.out().println(secret);
            }
            print(key);
            if (surroundings.out().checkError()) {
                throw new CommandFailure(
                        ExitCode.FAILURE,
                        "The key " + KeyText.id(key) + " was made, but its secret could not be written, and it is kept"
                                + " nowhere. Revoke it, and make another.");
            }
            revealed = true;
        }

        private void write(JsonNode key, String secret, OutputStream file) {
            try {
                file.write((secret + "\n").getBytes(StandardCharsets.UTF_8));
            } catch (IOException e) {
                throw new CommandFailure(
                        ExitCode.FAILURE,
                        "The key " + KeyText.id(key) + " was made, but its secret cannot be written to " + path + " ("
                                + e + "). Revoke it, and make another.",
                        e);
            }
        }

        private void print(JsonNode key) {
            if (listing != null) {
                listing.page(ApiClient.JSON.createArrayNode().add(key));
            } else if (!output.isForPeople()) {
                output.one(key, view);
            }
        }

        @Override
        public void close() {
            if (listing != null) {
                listing.end(ApiClient.JSON.nullNode());
            }
            if (revealed) {
                surroundings.tell(
                        path == null
                                ? "The secret is shown this once; Shearline does not keep it."
                                : "The secret is in " + path + "; Shearline does not keep it.");
            }
            try {
                if (out != null && path != null) {
                    out.close();
                    if (!revealed) {
                        Files.deleteIfExists(path);
                    }
                }
            } catch (IOException e) {
                throw new CommandFailure(ExitCode.FAILURE, "Cannot finish writing " + path + " (" + e + ").", e);
            }
        }
    }
}
