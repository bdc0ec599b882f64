package dev.shearline.server.usage;

/** A counter file that cannot be believed. */
final class DamagedFileException extends Exception {

    private static final long serialVersionUID = 1L;

    DamagedFileException(String fault) {
        super(fault);
    }

    String fault() {
        return String.valueOf(getMessage());
    }
}
