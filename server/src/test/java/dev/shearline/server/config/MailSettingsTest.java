package dev.shearline.server.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.shearline.token.Secret;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Where mail goes, as it is written. */
class MailSettingsTest {

    private static final Map<String, String> REQUIRED = Map.of(
            "SHEARLINE_DATABASE_URL", "postgres://app:p@127.0.0.1/shear",
            "SHEARLINE_NODE_DATABASE_URL", "postgres://node:n@127.0.0.1/shear",
            "SHEARLINE_SECRET_KEYS_FILE", "/run/keys");

    private static Settings parse(Map<String, String> environment) {
        var all = new HashMap<>(REQUIRED);
        all.putAll(environment);
        return SettingsParser.parse(all, Optional.empty(), Map.of());
    }

    private static List<String> faults(Map<String, String> environment) {
        return catchThrowableOfType(ConfigurationException.class, () -> parse(environment))
                .faults();
    }

    @Test
    void mail_needs_a_server_and_a_sender() {
        assertThat(faults(Map.of("SHEARLINE_SMTP_URL", "smtp://mail.example.com")))
                .containsExactly("mail-from is missing: mail needs smtp-url and mail-from, both.");
        assertThat(faults(Map.of("SHEARLINE_MAIL_FROM", "keys@example.com")))
                .containsExactly("smtp-url is missing: mail needs smtp-url and mail-from, both.");
        var environment = new HashMap<>(Map.of("SHEARLINE_SMTP_URL", "smtp://a%40b:p%3Ass@mail.example.com:2525"));
        environment.put("SHEARLINE_MAIL_FROM", "keys@example.com");
        assertThat(parse(environment).notifications().mail())
                .contains(new Settings.Mail(
                        new Settings.Smtp(
                                "mail.example.com", 2525, false, Optional.of("a@b"), Optional.of(Secret.of("p:ss"))),
                        "keys@example.com"));
        assertThat(parse(environment).toString()).doesNotContain("p:ss");
        environment.put("SHEARLINE_SMTP_URL", "file:///var/mail");
        assertThat(parse(environment).notifications().mail().orElseThrow().through())
                .isEqualTo(new Settings.MailDirectory(Path.of("/var/mail")));
        for (var wrong : List.of("mail.example.com", "http://mail.example.com", "smtp://", "file:", "smtp://h/path")) {
            environment.put("SHEARLINE_SMTP_URL", wrong);
            assertThat(faults(environment).toString()).contains("SHEARLINE_SMTP_URL");
        }
    }
}
