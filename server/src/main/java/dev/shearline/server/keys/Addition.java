package dev.shearline.server.keys;

import dev.shearline.server.identity.KeyType;

/** What a transaction adds to the keys of an organization: where the plan has a number of those, the organization is locked alone. */
record Addition(String type) {

    /** Takes the place of another key, and is none more. */
    static final Addition NONE = new Addition("");

    static Addition of(KeyType type) {
        return new Addition(type.wire());
    }
}
