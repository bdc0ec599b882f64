package dev.shearline.server.notify;

import dev.shearline.server.db.Tx;
import dev.shearline.server.http.Json;
import java.net.URI;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Writes letters about keys: what has happened, when, and what to do. Plain text; never a secret. */
final class Letters {

    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern(
                    "d MMMM uuuu, HH:mm 'UTC'", Locale.ENGLISH)
            .withZone(ZoneOffset.UTC);

    private final SubjectStore subjects = new SubjectStore();
    private final MailStore store = new MailStore();
    private final Json json;
    private final URI publicUrl;

    Letters(Json json, URI publicUrl) {
        this.json = json;
        this.publicUrl = publicUrl;
    }

    /** Empty when there is nobody to write to any more, or nothing to write about. */
    Optional<Letter> compose(Tx tx, Parcel parcel) {
        var key = Optional.ofNullable(subjects.keys(tx, parcel.organization(), List.of(parcel.target()))
                .get(parcel.target()));
        var address = store.address(tx, parcel.organization(), parcel.recipient());
        if (key.isEmpty() || address.isEmpty()) {
            return Optional.empty();
        }
        var organization = subjects.organization(tx, parcel.organization());
        return Optional.of(letter(parcel, key.get(), organization, address.get()));
    }

    private Letter letter(
            Parcel parcel, SubjectStore.Key key, SubjectStore.Party organization, MailStore.Address address) {
        var told = told(parcel, key);
        var text = """
                %s

                %s

                  Key           %s (%s)
                  Id            %s
                  Belongs to    %s
                  Organization  %s
                  Expires       %s

                %s

                %s
                You get this because the key is yours, or because you administer whose it is.
                """.formatted(
                address.name().isEmpty() ? "Hello," : "Hello " + address.name() + ",",
                told.what(),
                key.name(),
                key.masked(),
                key.id(),
                key.owner().name().isEmpty() ? key.owner().id() : key.owner().name(),
                organization.name(),
                key.expiresAt().map(TIME::format).orElse("never"),
                told.toDo(),
                publicUrl + "/docs");
        return new Letter(parcel.id(), address.email(), told.subject(), text);
    }

    private record Told(String subject, String what, String toDo) {}

    private Told told(Parcel parcel, SubjectStore.Key key) {
        var details = json.mapper().readTree(parcel.details());
        var at = TIME.format(parcel.at());
        var get = "To look at it: shearline keys get " + key.id();
        return switch (EventType.ofWire(parcel.type())) {
            case KEY_EXPIRING -> {
                int days = details.path("days").asInt(1);
                var when = days == 1 ? "tomorrow" : "in " + days + " days";
                yield new Told(
                        "The key \"" + key.name() + "\" expires " + when,
                        "The key below expires " + when + ", and is refused from then on.",
                        "To replace it without a gap: shearline keys rotate " + key.id());
            }
            case KEY_EXPIRED ->
                new Told(
                        "The key \"" + key.name() + "\" has expired",
                        "The key below has expired on " + at + ", and is refused since.",
                        "An expired key is not extended: create a new one where it is still needed.");
            case KEY_UNUSED_WARNING ->
                new Told(
                        "The key \"" + key.name() + "\" is not used",
                        "The key below has not been used for long. It is disabled on "
                                + time(details.path("disabled_not_before").asString("")) + " unless it is used before.",
                        "Revoke it if nobody needs it: shearline keys revoke " + key.id());
            case KEY_ROTATION_DUE ->
                new Told(
                        "The key \"" + key.name() + "\" is due for rotation",
                        "The key below is " + details.path("days").asInt(0)
                                + " days old, after which the organization wants keys replaced. It works on.",
                        "To replace it without a gap: shearline keys rotate " + key.id());
            case KEY_DISABLED ->
                new Told(
                        "The key \"" + key.name() + "\" was disabled",
                        "The key below was disabled on " + at + " by " + parcel.actor()
                                + cause(details.path("cause").asString("")) + ". It is refused until it is enabled.",
                        get);
            case KEY_REVOKED ->
                new Told(
                        "The key \"" + key.name() + "\" was revoked",
                        "The key below was revoked on " + at + " by " + parcel.actor()
                                + cause(details.path("cause").asString("")) + ". That is final.",
                        "Create a new key where it is still needed. " + get);
            case KEY_ROTATED ->
                new Told(
                        "The key \"" + key.name() + "\" is being replaced",
                        "The key below was rotated on " + at + " by " + parcel.actor() + ". It works until "
                                + ends(details.path("ends_at").asString("")) + ".",
                        "Use its successor from now on: shearline keys get "
                                + details.path("rotated_to").asString(""));
            case KEY_CREATED, MEMBER_INVITED, MEMBER_REMOVED, CHECKPOINT_SEALED ->
                throw new IllegalStateException("nobody gets a letter about " + parcel.type());
        };
    }

    private static String cause(String cause) {
        return cause.isEmpty() ? "" : " (" + cause.replace('_', ' ') + ")";
    }

    private static String ends(String at) {
        return at.isEmpty() ? "its grace ends" : time(at);
    }

    private static String time(String at) {
        return TIME.format(Instant.parse(at));
    }
}
