package dev.shearline.server.notify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.GreenMailUtil;
import com.icegreen.greenmail.util.ServerSetupTest;
import dev.shearline.server.config.Settings;
import dev.shearline.server.http.Json;
import dev.shearline.token.Secret;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import jakarta.mail.MessagingException;
import jakarta.mail.internet.MimeMessage;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who gets a letter, through a real mail server. */
class MailTest {

    private static final String OWNER = "ann@example.com";
    private static final String ADMIN = "boss@example.com";

    @TempDir
    Path directory;

    private final GreenMail server = new GreenMail(ServerSetupTest.SMTP.dynamicPort());
    private CourierRig rig;

    @BeforeEach
    void start() {
        server.setUser("mailer", "letters");
        server.start();
        rig = new CourierRig(true);
        var schema = rig.schema();
        schema.execute(
                "INSERT INTO app_user (id, name, email) VALUES ('usr_ann', 'Ann', ?), ('usr_boss', 'Boss', ?),"
                        + " ('usr_mute', 'Mute', NULL)",
                OWNER,
                ADMIN);
        schema.execute(
                "INSERT INTO membership (id, organization_id, user_id) VALUES ('mem_ann', 'org_acme', 'usr_ann'),"
                        + " ('mem_boss', 'org_acme', 'usr_boss'), ('mem_mute', 'org_acme', 'usr_mute')");
        schema.execute(
                "INSERT INTO unit (id, organization_id, kind, parent_id, name)"
                        + " VALUES ('team_web', 'org_acme', 'team', 'org_acme', 'Web'), ('team_ops', 'org_acme', 'team', 'org_acme', 'Ops')");
        schema.execute("INSERT INTO membership_role (organization_id, membership_id, unit_id, role) VALUES"
                + " ('org_acme', 'mem_boss', 'org_acme', 'owner'), ('org_acme', 'mem_ann', 'team_web', 'admin'),"
                + " ('org_acme', 'mem_mute', 'team_web', 'admin'), ('org_acme', 'mem_ann', 'team_ops', 'developer')");
    }

    @AfterEach
    void stop() {
        server.stop();
        rig.close();
    }

    private SmtpTransport smtp() {
        return new SmtpTransport(
                new Settings.Smtp(
                        "127.0.0.1",
                        server.getSmtp().getPort(),
                        false,
                        Optional.of("mailer"),
                        Optional.of(Secret.of("letters"))),
                "keys@example.com",
                rig.clock());
    }

    private MailCarrier carrier(MailTransport transport) {
        var letters = new Letters(new Json(), URI.create("https://keys.example.com"));
        return new MailCarrier(
                rig.feed().database(),
                letters::compose,
                transport,
                new Backoff(new SecureRandom()),
                new NotifyMeters(new SimpleMeterRegistry()),
                rig.clock());
    }

    private String personalKey() {
        var key = rig.feed().insertKey().id().toString();
        rig.schema().execute("UPDATE api_key SET type = 'personal', membership_id = 'mem_ann' WHERE id = ?", key);
        return key;
    }

    private String teamKey(String unit) {
        var key = rig.feed().insertKey().id().toString();
        rig.schema().execute("UPDATE api_key SET unit_id = ? WHERE id = ?", unit, key);
        return key;
    }

    private List<String> recipients() {
        return Arrays.stream(server.getReceivedMessages())
                .map(MailTest::recipient)
                .sorted()
                .toList();
    }

    private static String recipient(MimeMessage message) {
        try {
            return message.getAllRecipients()[0].toString();
        } catch (MessagingException e) {
            throw new IllegalStateException(e);
        }
    }

    private void tell(String action, String key) {
        rig.change(action, key);
        rig.node().work();
        carrier(smtp()).look();
    }

    @Test
    void the_owner_of_a_personal_key_is_told_what_and_when_and_what_to_do() throws Exception {
        var key = personalKey();

        tell("key.revoked", key);

        var message = server.getReceivedMessages()[0];
        assertThat(recipients()).containsExactly(OWNER);
        assertThat(message.getSubject()).isEqualTo("The key \"test\" was revoked");
        assertThat(message.getFrom()[0]).hasToString("keys@example.com");
        assertThat(GreenMailUtil.getBody(message))
                .contains("Hello Ann", key, "31 January 2030", "manual", "https://keys.example.com/docs", "Acme");
        assertThat(message.getHeader("Auto-Submitted")).containsExactly("auto-generated");
    }

    @Test
    void of_everything_that_is_mailed_there_is_a_letter() {
        var key = personalKey();
        for (var type : EventType.mailed()) {
            rig.schema()
                    .execute(
                            "INSERT INTO notification (id, organization_id, type, at, target, actor_kind, actor, details, fact)"
                                    + " VALUES ('msg_' || ?, 'org_acme', ?, now(), ?, 'job', 'job_test', '{\"days\":90,\"disabled_after_days\":60,"
                                    + "\"disabled_not_before\":\"2030-01-01T00:00:00Z\"}', ?)",
                            type.replace('.', '_'),
                            type,
                            key,
                            type + " of " + key);
        }
        rig.node().work();
        carrier(smtp()).look();

        assertThat(rig.schema().query("SELECT string_agg(type || ' ' || state, ', ' ORDER BY type) FROM mail"))
                .isEqualTo(EventType.mailed().stream()
                        .sorted()
                        .map(type -> type + " sent")
                        .collect(Collectors.joining(", ")));
        assertThat(recipients()).hasSize(EventType.mailed().size()).containsOnly(OWNER);
    }

    @Test
    void of_a_teams_key_those_are_told_who_administer_it_or_else_the_organization() {
        tell("key.disabled", teamKey("team_web"));
        assertThat(recipients()).containsExactly(OWNER);

        tell("key.disabled", teamKey("team_ops"));
        assertThat(recipients()).containsExactly(OWNER, ADMIN);
    }

    @Test
    void nobody_gets_a_letter_about_a_new_key_or_about_what_they_have_done_themselves() {
        var key = personalKey();
        tell("key.created", key);
        rig.change("key.rotated", key);
        rig.schema().execute("UPDATE notification SET actor = 'mem_ann' WHERE target = ?", key);
        rig.node().work();
        carrier(smtp()).look();
        assertThat(recipients()).isEmpty();

        tell("key.rotated", key);
        assertThat(recipients()).containsExactly(OWNER);
    }

    @Test
    void where_nobody_has_an_address_nothing_is_written() {
        rig.schema().execute("UPDATE app_user SET email = NULL");

        rig.change("key.revoked", personalKey());

        assertThat(rig.schema().query("SELECT count(*) FROM notification")).isEqualTo("0");
    }

    @Test
    void a_fact_is_one_letter_whoever_carries_it() {
        rig.change("key.revoked", personalKey());
        rig.node().work();
        rig.node().work();
        carrier(smtp()).look();
        carrier(smtp()).look();

        assertThat(recipients()).containsExactly(OWNER);
        assertThat(rig.schema().query("SELECT state || ' ' || attempts FROM mail"))
                .isEqualTo("sent 1");
    }

    @Test
    void a_letter_whose_carrier_was_killed_is_sent_by_another_one() throws Exception {
        rig.change("key.revoked", personalKey());
        rig.node().work();
        var smtp = smtp();
        assertThatThrownBy(() -> carrier(letter -> {
                            smtp.send(letter);
                            throw new AssertionError("killed");
                        })
                        .look())
                .hasMessage("killed");
        carrier(smtp()).look();
        assertThat(recipients()).hasSize(1);

        rig.pass(MailCarrier.LEASE);
        carrier(smtp()).look();

        assertThat(recipients()).hasSize(2);
        assertThat(Arrays.stream(server.getReceivedMessages())
                        .map(message -> {
                            try {
                                return message.getMessageID();
                            } catch (MessagingException e) {
                                throw new IllegalStateException(e);
                            }
                        })
                        .distinct())
                .hasSize(1);
    }

    @Test
    void while_the_mail_server_is_away_a_letter_waits() {
        rig.change("key.revoked", personalKey());
        rig.node().work();
        var away = smtp();
        server.stop();

        carrier(away).look();
        assertThat(rig.schema().query("SELECT state || ' ' || attempts FROM mail"))
                .isEqualTo("waiting 1");
        server.start();
        server.setUser("mailer", "letters");
        rig.pass(Duration.ofMinutes(1));
        carrier(smtp()).look();

        assertThat(recipients()).containsExactly(OWNER);
    }

    @Test
    void who_has_gone_meanwhile_gets_no_letter() {
        rig.change("key.revoked", personalKey());
        rig.node().work();
        rig.schema().execute("UPDATE membership SET state = 'removed' WHERE id = 'mem_ann'");

        carrier(smtp()).look();

        assertThat(recipients()).isEmpty();
        assertThat(rig.schema().query("SELECT state FROM mail")).isEqualTo("dropped");
    }

    @Test
    void for_whoever_tries_this_out_letters_are_files_of_their_own() throws Exception {
        var key = personalKey();
        rig.change("key.revoked", key);
        rig.node().work();

        carrier(new FileTransport(directory.resolve("mail"), "keys@example.com"))
                .look();

        try (var files = Files.list(directory.resolve("mail"))) {
            var file = files.toList().getFirst();
            assertThat(Files.readString(file)).contains("To: " + OWNER, key);
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                    .isEqualTo("rw-------");
        }
    }
}
