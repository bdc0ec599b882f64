package dev.shearline.server.db.embedded;

/** The password of the cluster's superuser. It does not print itself. */
public final class SuperuserPassword {
    private final String password;

    SuperuserPassword(String password) {
        this.password = password;
    }

    /** Returns the password itself, to be handed to a driver and nothing else. */
    public String reveal() {
        return password;
    }

    @Override
    public String toString() {
        return "SuperuserPassword[redacted]";
    }
}
