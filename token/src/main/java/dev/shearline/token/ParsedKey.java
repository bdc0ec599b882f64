package dev.shearline.token;

/** What a text turned out to be. */
public sealed interface ParsedKey {

    /** A key of one of our brands with the right checksum. Whether it was ever issued, only the server knows. */
    record WellFormed(String brand, KeyMode mode, KeyKind kind, ApiKeyId id) implements ParsedKey {}

    /** It claims to be of one of our brands, and is not; or no key at all can look like this. */
    record Malformed() implements ParsedKey {}

    /** Not of our brands. It may be an imported key, which can have any shape. */
    record Foreign() implements ParsedKey {}
}
