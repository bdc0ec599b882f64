package dev.shearline.server.secrets;

/** The instance keys cannot be used, or something cannot be read with them. The message says what to do. */
public final class SecretsException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    SecretsException(String message) {
        super(message);
    }

    SecretsException(String message, Throwable cause) {
        super(message, cause);
    }
}
