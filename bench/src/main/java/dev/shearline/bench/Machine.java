package dev.shearline.bench;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;

/** What a figure was measured on: without it the figure says nothing. */
record Machine(LocalDate date, int cores, String cpu, long memoryBytes, String system, String jdk) {

    private static final Path CPU_INFO = Path.of("/proc/cpuinfo");

    static Machine here() {
        return new Machine(
                LocalDate.now(java.time.ZoneOffset.UTC),
                Runtime.getRuntime().availableProcessors(),
                cpuModel(),
                os().getTotalMemorySize(),
                System.getProperty("os.name") + " " + System.getProperty("os.version") + " "
                        + System.getProperty("os.arch"),
                System.getProperty("java.vm.name") + " " + System.getProperty("java.runtime.version"));
    }

    /** Processes that wanted to run during the last minute; above the number of cores the figures are worth little. */
    static double load() {
        return os().getSystemLoadAverage();
    }

    private static OperatingSystemMXBean os() {
        return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
    }

    private static String cpuModel() {
        if (!Files.isReadable(CPU_INFO)) {
            return "unknown CPU";
        }
        try (var lines = Files.lines(CPU_INFO)) {
            return lines.filter(line -> line.startsWith("model name"))
                    .map(line -> line.substring(line.indexOf(':') + 1).strip())
                    .findFirst()
                    .orElse("unknown CPU");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public String toString() {
        return "%s; %d cores, %s, %.1f GiB; %s; %s"
                .formatted(date, cores, cpu, memoryBytes / (double) (1L << 30), system, jdk);
    }
}
