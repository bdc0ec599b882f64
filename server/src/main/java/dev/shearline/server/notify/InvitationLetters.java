package dev.shearline.server.notify;

import dev.shearline.server.db.Tx;
import dev.shearline.token.KeyDigest;
import java.net.URI;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Base64;
import java.util.Locale;
import java.util.Optional;

/**
 * Writes the letter of an invitation. The token is drawn here, when the letter is about to be sent: until then there is none, and afterwards
 * only its SHA-256 is kept, so that no queue and no backup holds one that works.
 */
final class InvitationLetters {

    static final String TYPE = "invitation";
    static final String PATH = "/invitations/";

    private static final int TOKEN_BYTES = 32;
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern(
                    "d MMMM uuuu, HH:mm 'UTC'", Locale.ENGLISH)
            .withZone(ZoneOffset.UTC);

    private final InvitationStore store = new InvitationStore();
    private final URI publicUrl;
    private final SecureRandom random;
    private final InstantSource clock;

    InvitationLetters(URI publicUrl, SecureRandom random, InstantSource clock) {
        this.publicUrl = publicUrl;
        this.random = random;
        this.clock = clock;
    }

    /** Empty when the invitation is not open any more. */
    Optional<Letter> compose(Tx tx, Parcel parcel) {
        return store.lock(tx, parcel.organization(), parcel.recipient())
                .filter(invitation -> invitation.isOpenAt(clock.instant()))
                .map(invitation -> write(tx, parcel, invitation));
    }

    private Letter write(Tx tx, Parcel parcel, InvitationStore.Row invitation) {
        var bytes = new byte[TOKEN_BYTES];
        random.nextBytes(bytes);
        var token = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
        store.insertToken(tx, invitation, KeyDigest.of(token));
        var organization = store.organizationName(tx, invitation.organization());
        var text = """
                %s

                %s to %s.

                To accept, open this link, which works once and until %s:

                %s

                If you do not know what this is about, do nothing: without the link nothing happens.
                """.formatted(
                        invitation.name().isEmpty() ? "Hello," : "Hello " + invitation.name() + ",",
                        invitation.inviter().isEmpty() ? "You are invited" : invitation.inviter() + " invites you",
                        organization,
                        TIME.format(invitation.expiresAt()),
                        publicUrl + PATH + token);
        return new Letter(parcel.id(), invitation.email(), "You are invited to " + organization, text);
    }
}
