package dev.shearline.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Where the URL and the key of a command may come from, in the order in which they are asked.
 *
 * <p>A project's file comes with the project, so it must not be able to lead a key of its reader elsewhere: a key of a file
 * goes only to the instance that the same file names, and a key of the environment to none that a project alone names.
 * docs/decisions/0008-a-project-cannot-lead-a-key-away.md
 */
final class Sources {
    static final String DATA_DIRECTORY = ".shearline";
    static final String OPERATOR_KEY = "operator.key";
    static final String DEV_URL = "dev.url";

    private final List<Source> urls = new ArrayList<>();
    private final List<Source> keys = new ArrayList<>();

    /** Who says it. */
    enum Kind {
        FLAG("flag"),
        ENVIRONMENT("environment"),
        PROJECT("project file"),
        USER("user file"),
        DEV("shearline dev");

        private final String words;

        Kind(String words) {
            this.words = words;
        }

        String words() {
            return words;
        }

        /** Such a key is for one instance, and for no other. */
        private boolean isBound() {
            return this == PROJECT || this == USER || this == DEV;
        }
    }

    /**
     * One place.
     *
     * @param url of the file that a key is in
     */
    record Source(Kind kind, String place, Supplier<Optional<String>> value, Optional<String> url) {
        Optional<String> find() {
            return value.get().filter(text -> !text.isEmpty());
        }
    }

    private Sources() {}

    static Sources of(Surroundings surroundings, Optional<String> urlFlag, Optional<Path> keyFileFlag) {
        var sources = new Sources();
        var here = surroundings.directory();
        sources.url(Kind.FLAG, "--url", () -> urlFlag);
        sources.url(Kind.ENVIRONMENT, "SHEARLINE_URL", () -> surroundings.findVariable("SHEARLINE_URL"));
        sources.key(
                Kind.FLAG, "--key-file", () -> keyFileFlag.map(here::resolve).map(PrivateFile::read));
        sources.key(Kind.ENVIRONMENT, "SHEARLINE_KEY", () -> surroundings.findVariable("SHEARLINE_KEY"));
        sources.key(
                Kind.ENVIRONMENT,
                "SHEARLINE_KEY_FILE",
                () -> surroundings
                        .findVariable("SHEARLINE_KEY_FILE")
                        .map(here::resolve)
                        .map(PrivateFile::read));
        sources.addProject(ClientFile.findOfProject(surroundings));
        sources.addUser(surroundings);
        sources.addDev(surroundings);
        return sources;
    }

    private void addProject(Optional<ClientFile> project) {
        var place = project.map(ClientFile::path).map(Path::toString).orElse(ClientFile.PROJECT);
        var url = project.flatMap(file -> file.find(ClientFile.URL));
        url(Kind.PROJECT, place, () -> url);
        keys.add(new Source(Kind.PROJECT, place, () -> project.flatMap(Sources::keyOfProject), url));
    }

    private static Optional<String> keyOfProject(ClientFile project) {
        return project.findKeyFile().map(file -> {
            try {
                var inside = file.toRealPath();
                if (!inside.startsWith(project.path().toRealPath().getParent())) {
                    throw CommandFailure.usage(project.path() + " names the key file " + file
                            + ", which is not in the project. Name it with --key-file.");
                }
                return PrivateFile.readSecret(inside);
            } catch (IOException e) {
                throw CommandFailure.usage("Cannot read " + file + ", which " + project.path() + " names as key-file.");
            }
        });
    }

    private void addUser(Surroundings surroundings) {
        var user = ClientFile.findOfUser(surroundings);
        var place = ClientFile.findUserPath(surroundings).map(Path::toString).orElse("~/.config/shearline/config.yaml");
        var url = user.flatMap(file -> file.find(ClientFile.URL));
        url(Kind.USER, place, () -> url);
        keys.add(new Source(Kind.USER, place, () -> user.flatMap(Sources::keyOfUser), url));
    }

    private static Optional<String> keyOfUser(ClientFile user) {
        if (user.find(ClientFile.KEY).isPresent()) {
            PrivateFile.requirePrivate(user.path());
            return user.find(ClientFile.KEY);
        }
        return user.findKeyFile().map(PrivateFile::readSecret);
    }

    private void addDev(Surroundings surroundings) {
        var directory = findDevDirectory(surroundings);
        var place = directory.map(Path::toString).orElse(DATA_DIRECTORY);
        // it listens on this machine and nowhere else, so whatever says otherwise was not written by it
        var url = directory
                .map(found -> found.resolve(DEV_URL))
                .filter(Files::exists)
                .map(PrivateFile::read)
                .filter(Target::isLoopback);
        url(Kind.DEV, place, () -> url);
        keys.add(new Source(
                Kind.DEV,
                place,
                () -> directory
                        .map(found -> found.resolve(OPERATOR_KEY))
                        .filter(Files::exists)
                        .map(PrivateFile::readSecret),
                url));
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

    private void url(Kind kind, String place, Supplier<Optional<String>> value) {
        urls.add(new Source(kind, place, value, Optional.empty()));
    }

    private void key(Kind kind, String place, Supplier<Optional<String>> value) {
        keys.add(new Source(kind, place, value, Optional.empty()));
    }

    List<Source> urls() {
        return urls;
    }

    List<Source> keys() {
        return keys;
    }

    Optional<Source> findUrl() {
        return urls.stream().filter(source -> source.find().isPresent()).findFirst();
    }

    /** The key for that instance. */
    Optional<Source> findKey(Source url) {
        var instance = Target.withoutSlash(url.find().orElseThrow());
        for (var key : keys) {
            if (!isFor(key, instance) || key.find().isEmpty()) {
                continue;
            }
            if (key.kind() == Kind.ENVIRONMENT && isOnlyOfProject(url, instance)) {
                throw CommandFailure.usage(key.place() + " is not sent to " + instance + ", which only " + url.place()
                        + " names: a file that comes with a project could lead your key anywhere. If you trust it, set"
                        + " SHEARLINE_URL=" + instance + ".");
            }
            return Optional.of(key);
        }
        return Optional.empty();
    }

    static boolean isFor(Source key, String instance) {
        return !key.kind().isBound()
                || key.url().map(Target::withoutSlash).filter(instance::equals).isPresent();
    }

    private boolean isOnlyOfProject(Source url, String instance) {
        boolean ofUser = urls.stream()
                .filter(source -> source.kind() == Kind.USER)
                .anyMatch(source -> source.find()
                        .map(Target::withoutSlash)
                        .filter(instance::equals)
                        .isPresent());
        return url.kind() == Kind.PROJECT && !ofUser && !Target.isLoopback(instance);
    }

    Target target() {
        var url = findUrl()
                .orElseThrow(() -> CommandFailure.usage("No instance to speak to: start one with ./shearline dev, or"
                        + " name one with --url or SHEARLINE_URL."));
        var instance = url.find().orElseThrow();
        Target.parse(instance);
        var key = findKey(url)
                .orElseThrow(() -> new CommandFailure(
                        ExitCode.SIGN_IN_NEEDED,
                        "No key for " + instance + ": set SHEARLINE_KEY, or name a file with --key-file."
                                + " shearline auth sources lists every place that is looked at."));
        return Target.of(instance, key.find().orElseThrow());
    }
}
