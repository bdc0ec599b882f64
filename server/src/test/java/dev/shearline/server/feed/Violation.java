package dev.shearline.server.feed;

/** Something that must hold did not. Whatever else ends a schedule is a fault of the simulation. */
final class Violation extends AssertionError {

    private static final long serialVersionUID = 1L;

    Violation(String what) {
        super(what);
    }

    Violation(String story, Throwable cause) {
        super(story, cause);
    }
}
