package dev.shearline.server.notify;

import dev.shearline.server.config.Settings;
import jakarta.mail.Authenticator;
import jakarta.mail.Message;
import jakarta.mail.MessagingException;
import jakarta.mail.PasswordAuthentication;
import jakarta.mail.Session;
import jakarta.mail.Transport;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeMessage;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Date;
import java.util.Properties;

/** Hands letters to a mail server. Passwords and letters go to another machine over TLS alone. */
final class SmtpTransport implements MailTransport {

    static final Duration TIME_MAX = Duration.ofSeconds(10);

    private final Session session;
    private final String from;
    private final InstantSource clock;

    SmtpTransport(Settings.Smtp smtp, String from, InstantSource clock) {
        this.from = from;
        this.clock = clock;
        var scheme = smtp.tls() ? "smtps" : "smtp";
        var properties = new Properties();
        properties.setProperty("mail.transport.protocol", scheme);
        var prefix = "mail." + scheme + ".";
        properties.setProperty(prefix + "host", smtp.host());
        properties.setProperty(prefix + "port", Integer.toString(smtp.port()));
        properties.setProperty(prefix + "ssl.checkserveridentity", "true");
        properties.setProperty(prefix + "starttls.enable", "true");
        properties.setProperty(prefix + "starttls.required", Boolean.toString(!smtp.tls() && !smtp.isLoopback()));
        properties.setProperty(prefix + "auth", Boolean.toString(smtp.user().isPresent()));
        for (var wait : new String[] {"connectiontimeout", "timeout", "writetimeout"}) {
            properties.setProperty(prefix + wait, Long.toString(TIME_MAX.toMillis()));
        }
        session = Session.getInstance(properties, new Authenticator() {
            @Override
            protected PasswordAuthentication getPasswordAuthentication() {
                return new PasswordAuthentication(
                        smtp.user().orElse(""),
                        smtp.password().map(secret -> secret.reveal()).orElse(""));
            }
        });
    }

    @Override
    public void send(Letter letter) throws NotSentException {
        try {
            var message = new MimeMessage(session) {
                @Override
                protected void updateMessageID() throws MessagingException {
                    // the same at each attempt, so that a letter that comes twice is seen to be one
                    setHeader("Message-ID", "<" + letter.id() + "@shearline>");
                }
            };
            message.setFrom(new InternetAddress(from, true));
            message.setRecipient(Message.RecipientType.TO, new InternetAddress(letter.to(), true));
            message.setSubject(letter.subject(), StandardCharsets.UTF_8.name());
            message.setText(letter.text(), StandardCharsets.UTF_8.name());
            message.setHeader("Auto-Submitted", "auto-generated");
            message.setSentDate(Date.from(clock.instant()));
            Transport.send(message);
        } catch (MessagingException e) {
            // what the server says can repeat the address
            throw new NotSentException(
                    "the mail server did not take it (" + e.getClass().getSimpleName() + ")", e);
        }
    }
}
