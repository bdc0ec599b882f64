package dev.shearline.cli;

import java.util.Objects;

/** Ends a command: what the user is told, with the next step in it, and the exit code. */
final class CommandFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int exitCode;

    CommandFailure(int exitCode, String message) {
        super(message);
        this.exitCode = exitCode;
    }

    CommandFailure(int exitCode, String message, Throwable cause) {
        super(message, cause);
        this.exitCode = exitCode;
    }

    /** What the cause says is what the user is told. */
    static CommandFailure because(int exitCode, Exception cause) {
        return new CommandFailure(exitCode, Objects.requireNonNullElse(cause.getMessage(), cause.toString()), cause);
    }

    static CommandFailure usage(String message) {
        return new CommandFailure(ExitCode.USAGE, message);
    }

    /** Which of several it was. */
    CommandFailure about(String subject) {
        return new CommandFailure(exitCode, subject + ": " + getMessage(), this);
    }

    @Override
    public String getMessage() {
        return Objects.requireNonNull(super.getMessage());
    }

    int exitCode() {
        return exitCode;
    }
}
