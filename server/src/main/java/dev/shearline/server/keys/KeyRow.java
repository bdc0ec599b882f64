package dev.shearline.server.keys;

import dev.shearline.server.identity.KeyType;
import dev.shearline.server.identity.OrganizationId;
import dev.shearline.server.identity.ScopeSet;
import dev.shearline.server.limits.LimitSet;
import dev.shearline.token.ApiKeyId;
import dev.shearline.token.KeyFormat;
import dev.shearline.token.KeyKind;
import dev.shearline.token.KeyMode;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** A key as it is stored, without its digest. */
record KeyRow(
        ApiKeyId id,
        Kind kind,
        KeyOwner owner,
        Shown shown,
        Text text,
        ScopeSet scopes,
        List<String> cidrs,
        List<String> resources,
        Optional<Billed> billed,
        LimitSet limits,
        KeyTimes times,
        Life life,
        Links links,
        Activity activity,
        String createdBy,
        int version) {

    /** What never changes. */
    record Kind(KeyType type, Visibility visibility, KeyMode mode) {

        /** What the key says of itself. */
        KeyKind tokenKind() {
            return switch (type) {
                case PERSONAL, TEAM -> visibility == Visibility.PUBLISHABLE ? KeyKind.PUBLISHABLE : KeyKind.SECRET;
                case CI -> KeyKind.CI;
                case EPHEMERAL -> KeyKind.EPHEMERAL;
                case OPERATOR -> KeyKind.OPERATOR;
            };
        }
    }

    /** What everybody may see of the secret. */
    record Shown(String prefix, String lastFour) {}

    record Text(String name, String description, String metadata, Optional<String> verifiedMetadata) {}

    record Life(
            KeyState state,
            Optional<Instant> revokedAt,
            Optional<String> revokedCause,
            Optional<String> revokedReason,
            Optional<DisabledCause> disabledCause) {

        static Life begun(KeyState state) {
            return new Life(state, Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());
        }
    }

    record Links(Optional<ApiKeyId> rotatedFrom, Optional<ApiKeyId> rotatedTo, boolean endAtFirstUse) {

        static final Links NONE = new Links(Optional.empty(), Optional.empty(), false);
    }

    record Activity(Optional<Instant> lastUsedAt, Optional<String> lastUsedAddress) {

        /** In place of an address, of a key whose owner was erased: there is none, and none will come. */
        static final String FORGOTTEN = "";

        static final Activity NONE = new Activity(Optional.empty(), Optional.empty());
    }

    OrganizationId organization() {
        return owner.organization();
    }

    /** From when on it should be rotated; empty for what is over, has been rotated, or is used once. */
    private Optional<Instant> rotationDueAt() {
        boolean rotates = kind.type() != KeyType.EPHEMERAL
                && life.state() == KeyState.ACTIVE
                && links.rotatedTo().isEmpty();
        return owner.rotationDueAfterDays()
                .filter(_ -> rotates)
                .map(days -> times.createdAt().plus(Duration.ofDays(days)));
    }

    private boolean isAliveAt(Instant now) {
        return times.expiresAt().filter(end -> !end.isAfter(now)).isEmpty();
    }

    private ApiKey.Holder billedTo() {
        return billed.filter(Billed::current).map(Billed::holder).orElseGet(() -> owner.holder(kind.type()));
    }

    KeyStatus statusAt(Instant now) {
        return KeyStatus.of(life.state(), times, now);
    }

    ApiKey shownAt(Instant now) {
        return new ApiKey(
                id,
                text.name(),
                text.description(),
                kind.type(),
                kind.visibility(),
                kind.mode(),
                statusAt(now),
                shown.prefix(),
                shown.lastFour(),
                KeyFormat.mask(shown.prefix(), shown.lastFour()),
                scopes,
                owner.holder(kind.type()),
                owner.organizationPlace(),
                owner.boundary(),
                billedTo(),
                cidrs,
                resources,
                limits.rateLimits(),
                limits.quota(),
                KeyMetadata.parse(text.metadata()),
                text.verifiedMetadata().map(KeyMetadata::parse),
                times.notBefore(),
                times.expiresAt(),
                times.createdAt(),
                createdBy,
                times.importedAt(),
                times.updatedAt(),
                activity.lastUsedAt(),
                activity.lastUsedAddress(),
                links.rotatedFrom(),
                links.rotatedTo(),
                times.endsAt(),
                links.endAtFirstUse(),
                rotationDueAt(),
                rotationDueAt()
                        .filter(due -> !due.isAfter(now) && isAliveAt(now))
                        .isPresent(),
                life.revokedAt(),
                life.revokedCause().or(() -> life.disabledCause().map(DisabledCause::wire)),
                life.revokedReason(),
                version);
    }
}
