package dev.shearline.server.notify;

import dev.shearline.server.changes.Changes;
import dev.shearline.server.config.Settings;
import dev.shearline.server.db.Database;
import dev.shearline.server.http.Json;
import dev.shearline.server.http.Routes;
import dev.shearline.server.idempotency.Idempotency;
import dev.shearline.server.identity.Ids;
import dev.shearline.server.identity.Scope;
import dev.shearline.server.orgs.Members;
import dev.shearline.server.orgs.References;
import dev.shearline.server.secrets.Encryption;
import dev.shearline.server.secrets.InstanceKeys;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClientOptions;
import java.net.URI;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/** Notifications: the endpoints of those who want to hear, and this node's part in telling them. */
public final class Notify implements AutoCloseable {

    private final WebhookRoutes routes;
    private final InvitationRoutes invitationRoutes;
    private final Sender sender;
    private final Courier courier;
    private final Optional<MailCarrier> carrier;

    public Notify(
            Settings.Notifications settings,
            URI publicUrl,
            Vertx vertx,
            Database database,
            Changes changes,
            InstanceKeys instanceKeys,
            References references,
            Members members,
            Idempotency idempotency,
            Json json,
            SecureRandom random,
            InstantSource clock,
            MeterRegistry registry) {
        var addresses = new OutboundAddresses(settings.webhookAllowedNetworks());
        var encryption = new Encryption(instanceKeys, random);
        var ids = new Ids(random);
        var homes = new Homes(
                database, changes, references, "Webhooks", Scope.WEBHOOKS_WRITE, new EndpointStore()::findOrganization);
        var payloads = new Payloads(json);
        routes = new WebhookRoutes(
                new Webhooks(database, changes, homes, new EndpointInputs(addresses), encryption, ids, random, clock),
                new Deliveries(database, changes, homes, payloads, ids, clock),
                idempotency);
        var meters = new NotifyMeters(registry);
        boolean mails = settings.mail().isPresent();
        var invitationLetters = new InvitationLetters(publicUrl, random, clock);
        var letters = new Letters(json, publicUrl);
        var invitations = new Invitations(
                database,
                changes,
                new Homes(
                        database,
                        changes,
                        references,
                        "Invitations",
                        Scope.MEMBERS_WRITE,
                        new InvitationStore()::findOrganization),
                members,
                json,
                mails,
                ids,
                clock);
        invitationRoutes = new InvitationRoutes(invitations);
        carrier = settings.mail()
                .map(mail -> new MailCarrier(
                        database,
                        (tx, parcel) -> parcel.type().equals(InvitationLetters.TYPE)
                                ? invitationLetters.compose(tx, parcel)
                                : letters.compose(tx, parcel),
                        transport(mail, clock),
                        new Backoff(random),
                        meters,
                        clock));
        sender =
                new Sender(vertx, new HttpClientOptions(), addresses, NameResolution.OF_SYSTEM, clock, Sender.TIME_MAX);
        var attempts = new Attempts(sender::send);
        courier = new Courier(
                database,
                new Spreading(database, payloads, mails, clock),
                new Delivering(database, changes, encryption, new Backoff(random), meters, clock, attempts::start),
                attempts,
                List.of(
                        new ExpiryWatch(database, mails, clock),
                        new NotifyCleaning(database, clock),
                        new Waiting(database, meters, clock)));
    }

    private static MailTransport transport(Settings.Mail mail, InstantSource clock) {
        return switch (mail.through()) {
            case Settings.Smtp smtp -> new SmtpTransport(smtp, mail.from(), clock);
            case Settings.MailDirectory directory -> new FileTransport(directory.path(), mail.from());
        };
    }

    public void addTo(Routes to) {
        routes.addTo(to);
        invitationRoutes.addTo(to);
    }

    public void start() {
        courier.start();
        carrier.ifPresent(MailCarrier::start);
    }

    @Override
    public void close() {
        carrier.ifPresent(MailCarrier::close);
        courier.close();
        sender.close();
    }
}
