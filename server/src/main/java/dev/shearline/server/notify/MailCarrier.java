package dev.shearline.server.notify;

import dev.shearline.server.db.Database;
import dev.shearline.server.db.DatabaseUnavailableException;
import dev.shearline.server.db.TenantContext;
import dev.shearline.server.db.Tx;
import dev.shearline.server.db.TxWork;
import dev.shearline.server.identity.Actor;
import dev.shearline.server.identity.OrganizationId;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends letters, one after another, on a thread of its own: a mail server that is slow holds up mail and nothing else. A claim is a lease, as
 * with webhooks; a letter that was sent and not noted is sent again, under the same Message-ID.
 */
final class MailCarrier implements AutoCloseable {

    static final Duration POLL = Duration.ofSeconds(1);
    static final Duration LEASE = Duration.ofMinutes(2);
    static final int DUE_MAX = 200;

    /** Of one organization at a look: then it is the next one's turn. */
    static final int TURN_MAX = 20;

    private static final Logger log = LoggerFactory.getLogger(MailCarrier.class);
    private static final Actor JOB = new Actor.Job("mail");
    private static final Duration STOP_WAIT = Duration.ofSeconds(5);

    private final MailStore store = new MailStore();
    private final Database database;
    private final BiFunction<Tx, Parcel, Optional<Letter>> compose;
    private final MailTransport transport;
    private final Backoff backoff;
    private final NotifyMeters meters;
    private final InstantSource clock;
    private final CountDownLatch closing = new CountDownLatch(1);
    private final Thread thread;
    private boolean failing;

    /** @param compose writes the letter, inside a transaction; none when there is nobody to write to any more */
    MailCarrier(
            Database database,
            BiFunction<Tx, Parcel, Optional<Letter>> compose,
            MailTransport transport,
            Backoff backoff,
            NotifyMeters meters,
            InstantSource clock) {
        this.database = database;
        this.compose = compose;
        this.transport = transport;
        this.backoff = backoff;
        this.meters = meters;
        this.clock = clock;
        this.thread = Thread.ofPlatform().name("shearline-mail").daemon().unstarted(this::run);
    }

    void start() {
        thread.start();
    }

    private void run() {
        try {
            while (!closing.await(POLL.toMillis(), TimeUnit.MILLISECONDS)) {
                try {
                    look();
                    failing = false;
                } catch (RuntimeException e) {
                    if (!failing) {
                        log.warn("cannot send mail now: {}", e.getMessage());
                    }
                    failing = true;
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Sends what is due. */
    void look() {
        var due = database.acrossTenants("find mail that is due", tx -> store.waiting(tx, clock.instant(), DUE_MAX));
        for (var organization : due) {
            for (int i = 0; i < TURN_MAX && closing.getCount() > 0 && sendOne(organization); i++) {
                // the next one
            }
        }
    }

    private boolean sendOne(OrganizationId organization) {
        var claimed = in(organization, tx -> store.claim(tx, organization, now(), now().plus(LEASE)));
        claimed.ifPresent(this::send);
        return claimed.isPresent();
    }

    /** A letter that cannot be written keeps no other from being sent. */
    private void send(Parcel parcel) {
        Optional<Letter> letter;
        try {
            letter = in(parcel.organization(), tx -> compose.apply(tx, parcel));
        } catch (DatabaseUnavailableException e) {
            throw e;
        } catch (RuntimeException e) {
            failed(parcel, "it could not be written (" + e.getClass().getSimpleName() + ")");
            return;
        }
        letter.ifPresentOrElse(written -> send(parcel, written), () -> settle(parcel, "dropped"));
    }

    private void send(Parcel parcel, Letter letter) {
        try {
            transport.send(letter);
        } catch (MailTransport.NotSentException e) {
            failed(parcel, e.getMessage());
            return;
        }
        settle(parcel, "sent");
        meters.mailed("sent");
    }

    private void failed(Parcel parcel, @Nullable String why) {
        var next = backoff.next(parcel.attempts() + 1, now(), parcel.givesUpAt());
        log.warn("mail {} of {} was not sent: {}", parcel.id(), parcel.organization(), why);
        if (next.isPresent()) {
            var _ = in(parcel.organization(), tx -> store.retry(tx, parcel, next.get()));
            meters.mailed("retried");
        } else {
            settle(parcel, "failed");
            meters.mailed("failed");
        }
    }

    private void settle(Parcel parcel, String state) {
        var _ = in(parcel.organization(), tx -> store.settle(tx, parcel, state, now()));
    }

    private <T> T in(OrganizationId organization, TxWork<T> work) {
        return database.inTransaction(TenantContext.whole(JOB, organization), work)
                .value();
    }

    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MICROS);
    }

    @Override
    public void close() {
        closing.countDown();
        try {
            // what is not noted by then is sent again
            thread.join(STOP_WAIT.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
