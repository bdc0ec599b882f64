package dev.shearline.server.usage;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What dead processes have counted in the directory of this one, and nobody has written. */
final class Leftovers {

    private static final Logger log = LoggerFactory.getLogger(Leftovers.class);

    private final Path directory;
    private final UsageWriter writer;

    Leftovers(Path directory, UsageWriter writer) {
        this.directory = directory;
        this.writer = writer;
    }

    void take() {
        try {
            CounterFile.deleteUnfinished(directory);
            for (var path : CounterFile.findOthers(directory)) {
                var leftover = CounterFile.takeOver(path);
                if (leftover.isPresent()) {
                    take(leftover.get());
                }
            }
        } catch (IOException e) {
            log.warn("what other processes have counted in {} cannot be read now: {}", directory, e.toString());
        }
    }

    private void take(CounterFile.Leftover leftover) throws IOException {
        boolean done = false;
        try {
            var fault = settle(leftover);
            done = true;
            if (fault.isPresent()) {
                var aside = leftover.file().setAside();
                log.error(
                        "the usage file {} cannot be counted whole: {}. It was kept as {}",
                        leftover.file().path(),
                        fault.get(),
                        aside);
            } else {
                leftover.file().delete();
            }
        } finally {
            if (!done) {
                // whoever looks next finds it as it is: what was written of it is written again
                leftover.file().close();
            }
        }
    }

    private Optional<String> settle(CounterFile.Leftover leftover) {
        var fault = leftover.fault();
        for (var sheet : leftover.file().sheets()) {
            if (writer.isForgotten(sheet)) {
                fault = Optional.of("it is older than " + UsageStore.SOURCES_BELIEVED.toDays()
                        + " days, and nobody remembers what of it was counted already");
            } else if (!Tally.isSound(sheet, () -> writer.settle(sheet))) {
                fault = Optional.of("it cannot be read from its disk");
                writer.settleWritten(sheet);
            }
        }
        return fault;
    }
}
