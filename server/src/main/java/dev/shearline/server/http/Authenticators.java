package dev.shearline.server.http;

/** The two ways to find who asks: with the database for management, in memory for hot routes. */
public record Authenticators(Authenticator blocking, HotAuthenticator hot) {

    /** For a listener whose routes ask nobody who they are. */
    public static final Authenticators NOBODY = new Authenticators(
            (_, _) -> new Authentication.Refused("No credential is accepted here."),
            (_, _) -> new Authentication.Refused("No credential is accepted here."));
}
