package dev.shearline.cli;

import dev.shearline.token.Secret;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.EnumSet;
import java.util.Optional;

/** The instance that a command speaks to, and the key that it speaks with. */
record Target(URI url, Secret key) {
    static final String DATA_DIRECTORY = ".shearline";
    static final String OPERATOR_KEY = "operator.key";
    static final String DEV_URL = "dev.url";
    private static final int KEY_BYTES_MAX = 4096;

    /** Flags go before the environment, and that before the nearest {@code shearline dev}. */
    static Target resolve(Surroundings surroundings, Optional<String> urlFlag, Optional<Path> keyFileFlag) {
        var dev = findDevDirectory(surroundings);
        var url = urlFlag.or(() -> surroundings.findVariable("SHEARLINE_URL"))
                .or(() -> dev.map(directory -> directory.resolve(DEV_URL))
                        .filter(Files::exists)
                        .map(Target::read))
                .orElseThrow(
                        () -> new CommandFailure(
                                ExitCode.USAGE,
                                "No instance to speak to: start one with ./shearline dev, or name one with --url or SHEARLINE_URL."));
        var key = keyFileFlag
                .map(Target::read)
                .or(() -> surroundings.findVariable("SHEARLINE_KEY"))
                .or(() -> surroundings.findVariable("SHEARLINE_KEY_FILE").map(file -> read(Path.of(file))))
                // the operator key of one instance is nobody else's business
                .or(() -> dev.filter(directory -> isOf(directory, url)).map(Target::readOperatorKey))
                .orElseThrow(() -> new CommandFailure(
                        ExitCode.SIGN_IN_NEEDED,
                        "No key for " + url + ": set SHEARLINE_KEY, or name a file with --key-file."));
        return new Target(parse(url), Secret.of(key));
    }

    private static boolean isOf(Path directory, String url) {
        var written = directory.resolve(DEV_URL);
        return Files.exists(directory.resolve(OPERATOR_KEY))
                && Files.exists(written)
                && read(written).equals(url);
    }

    private static Optional<Path> findDevDirectory(Surroundings surroundings) {
        var named = surroundings.findVariable("SHEARLINE_DATA_DIR");
        if (named.isPresent()) {
            return Optional.of(surroundings.directory().resolve(named.get()));
        }
        for (Path at = surroundings.directory(); at != null; at = at.getParent()) {
            var candidate = at.resolve(DATA_DIRECTORY);
            if (Files.exists(candidate.resolve(DEV_URL))) {
                return Optional.of(candidate);
            }
        }
        return Optional.empty();
    }

    static String readOperatorKey(Path directory) {
        var file = directory.resolve(OPERATOR_KEY);
        try {
            var others = EnumSet.copyOf(Files.getPosixFilePermissions(file));
            others.removeAll(EnumSet.of(
                    PosixFilePermission.OWNER_READ,
                    PosixFilePermission.OWNER_WRITE,
                    PosixFilePermission.OWNER_EXECUTE));
            if (!others.isEmpty()) {
                throw new CommandFailure(
                        ExitCode.FAILURE,
                        "Others can read " + file + ", which opens everything. Run: chmod 600 " + file);
            }
        } catch (IOException e) {
            throw new CommandFailure(ExitCode.FAILURE, "Cannot read " + file + " (" + e + ").", e);
        }
        return read(file);
    }

    private static String read(Path file) {
        try (var in = Files.newInputStream(file)) {
            return new String(in.readNBytes(KEY_BYTES_MAX), StandardCharsets.UTF_8).strip();
        } catch (IOException e) {
            throw new CommandFailure(
                    ExitCode.USAGE, "Cannot read " + file + " (" + e.getClass().getSimpleName() + ").", e);
        }
    }

    private static URI parse(String url) {
        try {
            var uri = URI.create(url.endsWith("/") ? url.substring(0, url.length() - 1) : url);
            if (uri.getHost() != null && ("http".equals(uri.getScheme()) || "https".equals(uri.getScheme()))) {
                return uri;
            }
        } catch (IllegalArgumentException e) {
            // told below, as any other URL that is none
        }
        throw CommandFailure.usage("Not a URL of an instance: " + url + ". Write http://host:port or https://host.");
    }
}
