package dev.shearline.server.notify;

/** Takes letters away. */
interface MailTransport {

    /** A letter was not taken; perhaps it will be later. The message names no address. */
    final class NotSentException extends Exception {
        private static final long serialVersionUID = 1L;

        NotSentException(String message, Throwable cause) {
            super(message, cause);
        }
    }

    void send(Letter letter) throws NotSentException;
}
