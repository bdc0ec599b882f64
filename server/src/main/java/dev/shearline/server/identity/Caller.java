package dev.shearline.server.identity;

/** Who asks, and from where: what every method that changes something takes first. */
public record Caller(Actor actor, Origin origin) {

    public static Caller job(String name) {
        return new Caller(new Actor.Job(name), Origin.none());
    }
}
