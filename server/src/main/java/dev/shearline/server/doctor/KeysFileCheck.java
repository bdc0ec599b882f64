package dev.shearline.server.doctor;

import dev.shearline.server.secrets.InstanceKeys;
import dev.shearline.server.secrets.SecretsException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Whether the instance keys can be read, by this account and by nobody else. */
final class KeysFileCheck {

    private static final String WHAT = "instance keys";

    private KeysFileCheck() {}

    static Finding look(Path file) {
        try {
            var keys = InstanceKeys.read(file);
            return Finding.ok(
                    WHAT,
                    keys.ids().size() + " in " + file + ", newest " + keys.newest()
                            + keys.findNext().map(id -> ", prepared " + id).orElse(""));
        } catch (SecretsException e) {
            return Finding.fail(WHAT, String.valueOf(e.getMessage()), mend(file));
        }
    }

    private static String mend(Path file) {
        if (Files.notExists(file)) {
            return "shearline secrets create " + file + "   # or copy it from another node";
        }
        return Files.isReadable(file) ? "chmod 600 " + file : "chown \"$(id -un)\" " + file;
    }
}
