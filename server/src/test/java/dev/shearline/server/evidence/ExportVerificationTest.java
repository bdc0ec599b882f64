package dev.shearline.server.evidence;

import static dev.shearline.server.evidence.ExportLines.alter;
import static dev.shearline.server.evidence.ExportLines.rehash;
import static dev.shearline.server.evidence.ExportLines.resign;
import static org.assertj.core.api.Assertions.assertThat;

import dev.shearline.server.identity.OrganizationId;
import dev.shearline.server.testing.Holding;
import dev.shearline.server.testing.Repository;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.node.ObjectNode;

/** Our exports, whole and tampered with, before both verifiers: ours, and the one in Python that was written from spec/audit.md. */
@Tag("storage")
class ExportVerificationTest {

    /** Events in three passes: 1 and 2, 3 and 4, 5 and 6. */
    private static final int EVENTS = 6;

    private static final Path PYTHON = Repository.ofThisProject().root().resolve("spec/audit_verify.py");

    private static ChainRig rig;
    private static OrganizationId acme;
    private static ExportLines export;
    /** The newest checkpoint, as the API serves it and as the log has it. */
    private static List<String> kept;

    @TempDir
    Path directory;

    @BeforeAll
    static void start() {
        rig = new ChainRig();
        acme = rig.organization("acme");
        var sealer = rig.node();
        for (int i = 1; i <= EVENTS; i++) {
            rig.event(acme, "a.b");
            if (i % 2 == 0) {
                // checkpoints of other chains lie between
                rig.event(OrganizationId.INSTANCE, "i.b");
                sealer.sealAll();
            }
        }
        rig.event(OrganizationId.INSTANCE, "i.b");
        sealer.sealAll();
        export = ExportLines.of(rig.export(acme, 1));
        var newest = export.lines().get(export.event(EVENTS) + 1);
        assertThat(ExportLines.type(newest)).isEqualTo("checkpoint");
        kept = List.of(
                newest.toString(),
                "12:00:00 INFO audit checkpoint "
                        + rig.logged(newest.path("number").asLong()));
    }

    @AfterAll
    static void stop() {
        rig.close();
    }

    @Test
    void a_whole_export_is_whole_for_both() throws Exception {
        var report = verify(export, List.of());

        assertThat(report).isEqualTo(whole(1, EVENTS, 3, 0));
        for (var checkpoint : kept) {
            assertThat(verify(export, List.of(checkpoint))).isEqualTo(whole(1, EVENTS, 3, 1));
        }
    }

    /** All of it signed with the one key there is, and nothing erased or waiting. */
    private static ExportReport whole(long from, long to, long checkpoints, long held) {
        var signer = new ExportReport.Signer(CheckpointKey.ofSeed(new byte[32]).id(), from, to);
        return new ExportReport.Whole(
                "org_acme", from, to, EVENTS, checkpoints, to, 0, 0, held, List.of(signer), List.of());
    }

    @Test
    void a_part_is_verified_from_the_hash_before_it() throws Exception {
        var part = ExportLines.of(rig.export(acme, 4));

        assertThat(verify(part, kept)).isEqualTo(whole(4, EVENTS, 2, 1));
        var early = export.lines().get(export.event(2) + 1).toString();
        assertThat(verify(part, List.of(early)))
                .as("a checkpoint of an event that is not in it cannot be compared")
                .isInstanceOf(ExportReport.Broken.class);
    }

    @Test
    void a_range_goes_on_to_the_next_checkpoint_so_that_all_of_it_is_proven() throws Exception {
        var part = ExportLines.of(rig.export(acme, 2, 3));

        assertThat(verify(part, List.of())).isEqualTo(whole(2, 4, 2, 0));
    }

    @Test
    void a_log_is_read_for_what_it_holds_of_the_chain() throws Exception {
        var log = new ArrayList<>(List.of("12:00:00 INFO ready"));
        for (long number = 1; number <= 4; number++) {
            log.add("12:00:0" + number + " INFO audit checkpoint " + rig.logged(number));
        }
        var part = ExportLines.of(rig.export(acme, 4));

        assertThat(verify(part, List.of(String.join("\n", log)))).isEqualTo(whole(4, EVENTS, 2, 2));
        assertThat(verify(part, List.of(log.getLast())))
                .as("the last one is of the instance alone")
                .isInstanceOf(ExportReport.Broken.class);
    }

    @Test
    void an_erasure_that_was_recorded_is_told_from_one_that_was_not() throws Exception {
        var other = rig.organization("recorded");
        rig.event(other, "a.b");
        rig.event(other, "member.erased");
        rig.node().sealAll();
        rig.schema()
                .execute("DELETE FROM audit_personal WHERE event_id ="
                        + " (SELECT event_id FROM audit_seal WHERE organization_id = 'org_recorded' AND seq = 1)");

        var report = verify(ExportLines.of(rig.export(other, 1)), List.of());

        assertThat(report).isInstanceOf(ExportReport.Whole.class);
        var whole = (ExportReport.Whole) report;
        assertThat(whole.erased()).isEqualTo(1);
        assertThat(whole.erasures()).isEqualTo(1);
    }

    @Test
    void an_erased_person_is_no_tampering_and_an_unsealed_event_is_said_to_be_so() throws Exception {
        var other = rig.organization("erased");
        rig.event(other, "a.b");
        rig.event(other, "a.b");
        rig.node().sealAll();
        rig.schema()
                .execute("DELETE FROM audit_personal WHERE event_id ="
                        + " (SELECT event_id FROM audit_seal WHERE organization_id = 'org_erased' AND seq = 1)");
        String text;
        try (var _ = Holding.after(rig.schema(), "SELECT 1 FROM audit_sealing FOR UPDATE")) {
            rig.event(other, "a.unsealed");
            text = rig.export(other, 1);
        }
        rig.node().sealAll();

        var report = verify(ExportLines.of(text), List.of());

        assertThat(report).isInstanceOf(ExportReport.Whole.class);
        var whole = (ExportReport.Whole) report;
        assertThat(whole.erased()).isEqualTo(1);
        assertThat(whole.erasures()).isZero();
        assertThat(whole.to()).isEqualTo(2);
        assertThat(whole.unsealed())
                .containsExactly(rig.schema().query("SELECT id FROM audit_event WHERE action = 'a.unsealed'"));
    }

    /**
     * What somebody has done to an export.
     *
     * @param line where it is found
     */
    record Tampering(String name, int line, String place, Consumer<List<ObjectNode>> change) {
        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Tampering> tamperings() {
        int third = export.event(3);
        int last = export.event(EVENTS);
        return Stream.of(
                new Tampering("one altered row", third + 1, "seq 3", lines -> alter(lines.get(third))),
                new Tampering("one altered row with its hash", third + 2, "seq 4", lines -> {
                    var before = lines.get(export.event(2)).path("hash").asString();
                    alter(lines.get(third));
                    lines.get(third)
                            .put(
                                    "hash",
                                    Octets.of(Sha256.link(
                                                    Octets.ofHex(before).toBytes(),
                                                    3,
                                                    ExportLines.bytes(lines.get(third))
                                                            .toBytes()))
                                            .hex());
                }),
                new Tampering("one removed row", third + 1, "seq 4", lines -> lines.remove(third)),
                new Tampering(
                        "one inserted row",
                        third + 2,
                        "seq 3",
                        lines -> lines.add(third, lines.get(third).deepCopy())),
                new Tampering(
                        "two reordered rows", third + 1, "seq 4", lines -> lines.add(third, lines.remove(third + 1))),
                new Tampering("a removed last row", last + 1, "checkpoint 3", lines -> lines.remove(last)),
                new Tampering("a removed last row with its checkpoint", last + 1, "seq 6", lines -> {
                    lines.remove(last + 1);
                    lines.remove(last);
                }),
                new Tampering("a removed checkpoint at the end", last + 2, "seq 6", lines -> lines.remove(last + 1)),
                new Tampering("a rewritten chain", export.event(2) + 2, "checkpoint 1", lines -> {
                    alter(lines.get(export.event(1)));
                    rehash(lines);
                }),
                new Tampering("a rewritten chain without checkpoints, said not to be at its end", 8, "seq 6", lines -> {
                    alter(lines.get(export.event(1)));
                    rehash(lines);
                    lines.removeIf(line -> ExportLines.type(line).equals("checkpoint"));
                    lines.getFirst().put("head_seq", EVENTS + 1);
                    lines.getLast().put("checkpoints", 0);
                }),
                new Tampering(
                        "a checkpoint with another signature",
                        export.event(2) + 2,
                        "checkpoint 1",
                        lines -> lines.get(export.event(2) + 1)
                                .set("signature", lines.get(last + 1).path("signature"))),
                new Tampering("altered personal fields", third + 1, "seq 3", lines -> {
                    var personal = (ObjectNode) lines.get(third).path("personal");
                    personal.put(
                            "fields",
                            Octets.of("{}".getBytes(java.nio.charset.StandardCharsets.UTF_8))
                                    .base64());
                }),
                new Tampering("an event of another chain", 1 + 1, "seq 1", lines -> {
                    lines.getFirst().put("chain", "org_other");
                }),
                new Tampering(
                        "an export that was cut off",
                        third + 2,
                        "end",
                        lines -> lines.subList(third + 1, lines.size()).clear()),
                new Tampering(
                        "a line that is none",
                        third + 1,
                        "line",
                        lines -> lines.get(third).put("type", "evnt")));
    }

    @ParameterizedTest
    @MethodSource("tamperings")
    void whoever_has_no_key_is_found_out_at_the_first_place(Tampering tampering) throws Exception {
        assertThat(verify(export.with(tampering.change()), List.of()))
                .isInstanceOfSatisfying(ExportReport.Broken.class, broken -> {
                    assertThat(broken.line()).isEqualTo(tampering.line());
                    assertThat(broken.place()).isEqualTo(tampering.place());
                });
    }

    @Test
    void an_end_that_was_cut_off_clean_shows_against_a_kept_checkpoint() throws Exception {
        var cut = export.with(lines -> {
            lines.subList(export.event(5), lines.size() - 1).clear();
            lines.getFirst().put("to_seq", 4).put("head_seq", 4);
            lines.getLast().put("events", 4).put("checkpoints", 2);
        });

        assertThat(verify(cut, List.of())).as("nothing in it shows").isInstanceOf(ExportReport.Whole.class);
        for (var checkpoint : kept) {
            assertThat(verify(cut, List.of(checkpoint)))
                    .isInstanceOfSatisfying(
                            ExportReport.Broken.class,
                            broken -> assertThat(broken.fault()).contains("removed at the end"));
        }
    }

    @Test
    void whoever_has_the_keys_too_is_found_out_by_a_kept_checkpoint() throws Exception {
        var thief = CheckpointKey.ofSeed(new byte[32]);
        for (var key : List.of(CheckpointKey.ofSeed(Sha256.of()), thief)) {
            var rewritten = export.with(lines -> {
                alter(lines.get(export.event(1)));
                rehash(lines);
                resign(lines, key);
            });

            assertThat(verify(rewritten, List.of())).as("nothing in it shows").isInstanceOf(ExportReport.Whole.class);
            for (var checkpoint : kept) {
                assertThat(verify(rewritten, List.of(checkpoint))).isInstanceOf(ExportReport.Broken.class);
            }
        }
    }

    /** Both verifiers must agree; the report is ours. */
    private ExportReport verify(ExportLines lines, List<String> checkpoints) throws IOException, InterruptedException {
        var known = new ArrayList<KeptCheckpoint>();
        checkpoints.forEach(text -> known.addAll(KeptCheckpoint.readAll(text)));
        var report = ExportVerification.verify(new BufferedReader(new StringReader(lines.text())), known, Set.of());
        var file = Files.writeString(directory.resolve("export"), lines.text());
        var command = new ArrayList<>(List.of("python3", PYTHON.toString(), file.toString()));
        for (int i = 0; i < checkpoints.size(); i++) {
            command.add("--checkpoint");
            command.add(Files.writeString(directory.resolve("kept" + i), checkpoints.get(i))
                    .toString());
        }
        var process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said;
        try (var output = process.getInputStream()) {
            said = new String(output.readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        }
        int exitCode = process.waitFor();
        switch (report) {
            case ExportReport.Whole whole -> {
                assertThat(said)
                        .contains(whole.chain() + " seq " + whole.from() + " to " + whole.to() + " of " + whole.head()
                                + " whole")
                        .contains("erased " + whole.erased())
                        .contains("held against kept checkpoints " + whole.held())
                        .contains("covered to seq " + whole.covered());
                whole.signers()
                        .forEach(signer -> assertThat(said)
                                .contains(
                                        "signed by " + signer.key() + ": seq " + signer.from() + " to " + signer.to()));
                whole.unsealed().forEach(id -> assertThat(said).contains("unsealed " + id));
                assertThat(said.contains("no event of this export says that somebody was erased"))
                        .isEqualTo(whole.erased() > 0 && whole.erasures() == 0);
                assertThat(exitCode).isZero();
            }
            case ExportReport.Broken broken -> {
                assertThat(said).startsWith("broken at line " + broken.line() + ", " + broken.place() + ": ");
                assertThat(exitCode).isEqualTo(1);
            }
        }
        return report;
    }
}
