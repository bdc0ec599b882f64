package dev.shearline.server.db.embedded;

import java.util.Arrays;
import java.util.Locale;

/** A system that Shearline brings a PostgreSQL for. */
enum Platform {
    LINUX_X64("linux", "amd64", "postgres-linux-x86_64.txz"),
    LINUX_ARM64("linux", "aarch64", "postgres-linux-arm_64.txz"),
    MACOS_ARM64("mac", "aarch64", "postgres-darwin-arm_64.txz");

    private final String system;
    private final String architecture;
    private final String archive;

    Platform(String system, String architecture, String archive) {
        this.system = system;
        this.architecture = architecture;
        this.archive = archive;
    }

    static Platform current() {
        return of(System.getProperty("os.name"), System.getProperty("os.arch"));
    }

    /** Finds the platform by Java's {@code os.name} and {@code os.arch}. */
    static Platform of(String osName, String osArch) {
        var name = osName.toLowerCase(Locale.ROOT);
        return Arrays.stream(values())
                .filter(platform -> name.startsWith(platform.system) && platform.architecture.equals(osArch))
                .findFirst()
                .orElseThrow(() -> new EmbeddedPostgresException("Shearline brings no PostgreSQL for " + osName + " on "
                        + osArch
                        + ", only for Linux x64, Linux arm64 and macOS arm64. Use shearline serve with your own"
                        + " PostgreSQL, version 15 or later."));
    }

    /** Returns the name of the resource that holds the binaries. */
    String archive() {
        return archive;
    }
}
