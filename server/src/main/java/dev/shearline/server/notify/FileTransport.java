package dev.shearline.server.notify;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Puts letters into a directory, for whoever tries this out: a file each, for its owner alone, and a line in the log. */
final class FileTransport implements MailTransport {

    private static final Logger log = LoggerFactory.getLogger(FileTransport.class);

    private final Path directory;
    private final String from;

    FileTransport(Path directory, String from) {
        this.directory = directory;
        this.from = from;
    }

    @Override
    public void send(Letter letter) throws NotSentException {
        var file = directory.resolve(letter.id() + ".txt");
        var text = "From: " + from + "\nTo: " + letter.to() + "\nSubject: " + letter.subject() + "\n\n" + letter.text();
        try {
            var owner = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
            if (!Files.isDirectory(directory)) {
                Files.createDirectories(directory, owner);
            }
            var draft = Files.createTempFile(directory, "mail", ".new");
            Files.write(draft, text.getBytes(StandardCharsets.UTF_8));
            Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new NotSentException("the file cannot be written", e);
        }
        // not its subject: that has names in it
        log.info("a mail is in {}", file);
    }
}
