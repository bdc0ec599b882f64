package dev.shearline.token;

/** Whether a key works on live or on test data. */
public enum KeyMode {
    LIVE("live"),
    TEST("test");

    private final String wire;

    KeyMode(String wire) {
        this.wire = wire;
    }

    public String wire() {
        return wire;
    }
}
