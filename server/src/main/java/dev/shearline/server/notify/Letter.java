package dev.shearline.server.notify;

/** A mail, ready to be sent. It may hold the token of an invitation, so it does not print itself. */
record Letter(String id, String to, String subject, String text) {

    @Override
    public String toString() {
        return id;
    }
}
