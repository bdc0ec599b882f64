package dev.shearline.cli;

import dev.shearline.server.evidence.ExportReport;
import dev.shearline.server.evidence.ExportVerification;
import dev.shearline.server.evidence.KeptCheckpoint;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.node.ObjectNode;

/** {@code audit verify}. */
@Command(
        name = "verify",
        description = {
            "Checks an export of the audit log: that no row was altered, removed, inserted, moved or rewritten.",
            "It needs no server and no key. Rows without a seal are named: nothing can be said of them yet."
        },
        mixinStandardHelpOptions = true)
final class AuditVerify implements Callable<Integer> {
    private static final String STANDARD_INPUT = "-";
    private static final Pattern KEY = Pattern.compile("ed_[0-9a-f]{16}");
    private static final int KEPT_BYTES_MAX = 16 * 1024 * 1024;

    @Option(
            names = "--checkpoint",
            paramLabel = "FILE",
            description =
                    "checkpoints that you have kept, from audit checkpoints -o json or the log of a node; repeatable."
                            + " Without one, an end that was cut off and a history that was signed anew cannot be seen.")
    private List<String> checkpoints = List.of();

    @Option(
            names = "--key",
            paramLabel = "ED_ID",
            description = "a key that may have signed checkpoints, as you know it from audit checkpoints; repeatable."
                    + " Without one, any key that the export brings will do.")
    private List<String> keys = List.of();

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FORMAT",
            description = "table, json or yaml (default: table)")
    private Format format = Format.table;

    @Parameters(arity = "1", paramLabel = "FILE", description = "what audit export wrote; - for standard input")
    private @Nullable String file;

    private final Surroundings surroundings;

    AuditVerify(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() {
        keys.stream().filter(key -> !KEY.matcher(key).matches()).findFirst().ifPresent(key -> {
            throw new CommandFailure(
                    ExitCode.USAGE, "--key " + Text.printable(key) + ": an id of a key is ed_ and 16 hex digits.");
        });
        var kept = new ArrayList<KeptCheckpoint>();
        checkpoints.forEach(name -> kept.addAll(kept(name)));
        var report = report(String.valueOf(file), kept);
        if (format == Format.table) {
            tell(report, kept.size());
        } else {
            new Output(surroundings, format).tree(json(report));
        }
        return switch (report) {
            case ExportReport.Whole _ -> ExitCode.OK;
            case ExportReport.Broken _ -> ExitCode.FAILURE;
        };
    }

    private List<KeptCheckpoint> kept(String name) {
        try (var in = Files.newInputStream(surroundings.directory().resolve(name))) {
            return KeptCheckpoint.readAll(new String(in.readNBytes(KEPT_BYTES_MAX), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new CommandFailure(ExitCode.USAGE, Text.cannotRead(name, e), e);
        } catch (IllegalArgumentException e) {
            throw new CommandFailure(ExitCode.USAGE, name + ": " + Text.printable(String.valueOf(e.getMessage())), e);
        }
    }

    private ExportReport report(String name, List<KeptCheckpoint> kept) {
        try (var reader = name.equals(STANDARD_INPUT)
                ? new BufferedReader(new InputStreamReader(surroundings.in(), StandardCharsets.UTF_8))
                : Files.newBufferedReader(surroundings.directory().resolve(name))) {
            return ExportVerification.verify(reader, kept, Set.copyOf(keys));
        } catch (IOException e) {
            throw new CommandFailure(ExitCode.USAGE, Text.cannotRead(name, e), e);
        }
    }

    private void tell(ExportReport report, int kept) {
        var style = surroundings.style();
        switch (report) {
            case ExportReport.Broken broken ->
                surroundings.answer(style.paint(Style.Colour.RED, "✗ broken") + " at line " + broken.line() + ", "
                        + Text.printable(broken.place() + ": " + broken.fault()));
            case ExportReport.Whole whole -> {
                whole.unsealed().forEach(id -> surroundings.answer("unsealed " + Text.printable(id)));
                surroundings.answer(style.paint(Style.Colour.GREEN, "✓ whole") + " "
                        + Text.printable(whole.chain()) + ": seq " + whole.from() + " to " + whole.to() + " of "
                        + whole.head() + ", checkpoints: " + whole.checkpoints() + ", the last of seq "
                        + whole.covered() + ", erased: " + whole.erased() + ", unsealed: "
                        + whole.unsealed().size() + ", held against kept checkpoints: " + whole.held());
                whole.signers()
                        .forEach(signer -> surroundings.answer("signed by " + Text.printable(signer.key()) + ": seq "
                                + signer.from() + " to " + signer.to()));
                if (whole.erased() > 0 && whole.erasures() == 0) {
                    surroundings.tell(
                            "Personal fields are gone, and no event of this export says that somebody was erased: look for"
                                    + " member.erased behind its end, or ask who deleted them.");
                }
                if (kept == 0 && keys.isEmpty()) {
                    surroundings.tell("These are the keys that the export itself brings: name those that you know with"
                            + " --key, or anybody may have signed it.");
                }
                if (kept == 0) {
                    surroundings.tell(
                            "Not held against a checkpoint of yours: --checkpoint would show a cut-off end and a"
                                    + " history that was signed anew.");
                }
            }
        }
    }

    private static ObjectNode json(ExportReport report) {
        var json = ApiClient.object();
        switch (report) {
            case ExportReport.Broken broken ->
                json.put("whole", false)
                        .put("line", broken.line())
                        .put("place", broken.place())
                        .put("fault", broken.fault());
            case ExportReport.Whole whole -> {
                json.put("whole", true)
                        .put("chain", whole.chain())
                        .put("from_seq", whole.from())
                        .put("to_seq", whole.to())
                        .put("head_seq", whole.head())
                        .put("checkpoints", whole.checkpoints())
                        .put("covered_seq", whole.covered())
                        .put("erased", whole.erased())
                        .put("erasures", whole.erasures())
                        .put("held_against", whole.held());
                var signers = json.putArray("signers");
                whole.signers()
                        .forEach(signer -> signers.addObject()
                                .put("key", signer.key())
                                .put("from_seq", signer.from())
                                .put("to_seq", signer.to()));
                whole.unsealed().forEach(json.putArray("unsealed")::add);
            }
        }
        return json;
    }
}
