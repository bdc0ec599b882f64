package dev.shearline.server.identity;

import java.security.SecureRandom;

/** Draws new ids: a prefix and 16 random base62 characters (95 bits). */
public final class Ids {

    private static final String ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    private static final int LENGTH = 16;

    private final SecureRandom random;

    public Ids(SecureRandom random) {
        this.random = random;
    }

    public OrganizationId organization() {
        return new OrganizationId(OrganizationId.PREFIX + body());
    }

    public UnitId unit(UnitKind kind) {
        return switch (kind) {
            case DEPARTMENT -> new UnitId(UnitId.DEPARTMENT_PREFIX + body());
            case TEAM -> new UnitId(UnitId.TEAM_PREFIX + body());
            case ORGANIZATION -> throw new IllegalArgumentException("a root unit has its organization's id");
        };
    }

    public MembershipId membership() {
        return new MembershipId(MembershipId.PREFIX + body());
    }

    public UserId user() {
        return new UserId(UserId.PREFIX + body());
    }

    /** An id of a thing that has no type of its own, for instance {@code evt_} or {@code aud_}. */
    public String text(String prefix) {
        return prefix + body();
    }

    private String body() {
        var characters = new char[LENGTH];
        for (int i = 0; i < LENGTH; i++) {
            characters[i] = ALPHABET.charAt(random.nextInt(ALPHABET.length()));
        }
        return new String(characters);
    }
}
