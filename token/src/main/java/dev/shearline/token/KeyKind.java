package dev.shearline.token;

/** What a key says of itself: the third part of it. */
public enum KeyKind {
    SECRET("sk"),
    PUBLISHABLE("pk"),
    CI("ci"),
    EPHEMERAL("et"),
    OPERATOR("op");

    private final String wire;

    KeyKind(String wire) {
        this.wire = wire;
    }

    public String wire() {
        return wire;
    }
}
