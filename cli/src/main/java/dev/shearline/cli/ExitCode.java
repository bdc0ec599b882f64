package dev.shearline.cli;

/** What scripts go by. A code never changes its meaning. */
final class ExitCode {
    static final int OK = 0;
    static final int FAILURE = 1;
    static final int USAGE = 2;
    static final int NOT_FOUND = 3;
    static final int SIGN_IN_NEEDED = 4;
    static final int FORBIDDEN = 5;
    static final int CONFLICT = 6;
    static final int UNAVAILABLE = 7;
    static final int KEY_INVALID = 10;
    static final int INTERRUPTED = 130;

    private ExitCode() {}

    static int ofStatus(int status) {
        return switch (status) {
            case 400, 413, 414, 422 -> USAGE;
            case 401 -> SIGN_IN_NEEDED;
            case 403 -> FORBIDDEN;
            case 404 -> NOT_FOUND;
            case 409 -> CONFLICT;
            case 429, 502, 503, 504 -> UNAVAILABLE;
            default -> FAILURE;
        };
    }
}
