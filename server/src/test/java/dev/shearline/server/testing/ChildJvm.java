package dev.shearline.server.testing;

import java.util.List;

/** A JVM that a test starts, with the classes of the test. */
public final class ChildJvm {

    private ChildJvm() {}

    /** It lives for seconds, which the optimizing compiler would spend on itself. */
    public static List<String> command(Class<?> main) {
        return List.of(
                ProcessHandle.current().info().command().orElseThrow(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path"),
                main.getName());
    }
}
