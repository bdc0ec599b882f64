package dev.shearline.server.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.shearline.server.config.Settings;
import dev.shearline.server.testing.ValkeyProcess;
import dev.shearline.token.Secret;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** A Valkey that answers is not enough: it has to let nodes in and let them write. */
class ValkeyCheckTest {

    private static final String PASSWORD = "a-pass" + "word";

    private static Finding look(int port, String password) {
        var valkey =
                new Settings.Valkey("127.0.0.1", port, false, 0, Optional.empty(), Optional.of(Secret.of(password)));
        return ValkeyCheck.look(valkey, Settings.WithoutValkey.DENY);
    }

    @Test
    void what_keeps_nodes_from_sharing_is_said() {
        int port;
        try (var valkey = ValkeyProcess.start(PASSWORD)) {
            port = valkey.port();
            valkey.awaitReady();
            assertThat(look(port, PASSWORD).level()).isEqualTo(Finding.Level.OK);
            assertWarned(look(port, "wrong" + "-one"), "WRONGPASS");
            valkey.say("REPLICAOF 127.0.0.1 1");
            assertWarned(look(port, PASSWORD), "READONLY");
            valkey.say("REPLICAOF NO ONE", "ACL SETUSER default -eval");
            assertWarned(look(port, PASSWORD), "NOPERM");
            valkey.say("ACL SETUSER default +eval", "CONFIG SET maxmemory 1");
            assertWarned(look(port, PASSWORD), "OOM");
        }
        assertWarned(look(port, PASSWORD), "refused");
    }

    private static void assertWarned(Finding finding, String why) {
        assertThat(finding.level()).isEqualTo(Finding.Level.WARN);
        assertThat(finding.figure()).contains(why).doesNotContain(PASSWORD);
    }
}
