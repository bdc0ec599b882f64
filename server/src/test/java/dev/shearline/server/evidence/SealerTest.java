package dev.shearline.server.evidence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.shearline.server.http.ProblemCode;
import dev.shearline.server.http.ProblemException;
import dev.shearline.server.identity.OrganizationId;
import dev.shearline.server.testing.Eventually;
import dev.shearline.server.testing.Holding;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

@Tag("storage")
class SealerTest {

    private ChainRig rig;
    private OrganizationId acme;
    private Sealer sealer;

    @BeforeEach
    void start() {
        rig = new ChainRig();
        acme = rig.organization("acme");
        sealer = rig.node();
    }

    @AfterEach
    void stop() {
        rig.close();
    }

    @Test
    void each_organization_and_the_instance_has_a_chain_of_its_own() {
        var other = rig.organization("other");
        rig.event(acme, "a.one");
        rig.event(other, "b.one");
        rig.event(OrganizationId.INSTANCE, "i.one");
        rig.event(acme, "a.two");

        assertThat(sealer.pass()).isEqualTo(4);
        rig.event(acme, "a.three");
        assertThat(sealer.pass()).isEqualTo(1);

        assertThat(rig.chain(acme))
                .satisfies(chain -> assertThat(ChainRig.holds(chain)).isTrue())
                .extracting(ChainRig.Link::action)
                .containsExactly("a.one", "a.two", "a.three");
        for (var organization : List.of(other, OrganizationId.INSTANCE)) {
            assertThat(rig.chain(organization))
                    .hasSize(1)
                    .satisfies(chain -> assertThat(ChainRig.holds(chain)).isTrue());
        }
    }

    @Test
    void an_event_that_commits_late_is_sealed_late_whatever_its_time() throws Exception {
        var written = new CountDownLatch(1);
        var mayCommit = new CountDownLatch(1);
        var late = Thread.startVirtualThread(() -> rig.event(acme, "a.early", _ -> {
            written.countDown();
            return await(mayCommit);
        }));
        written.await();
        rig.event(acme, "a.later");
        assertThat(sealer.pass()).isEqualTo(1);
        mayCommit.countDown();
        late.join();
        assertThat(sealer.pass()).isEqualTo(1);

        assertThat(rig.chain(acme))
                .satisfies(chain -> assertThat(ChainRig.holds(chain)).isTrue())
                .extracting(ChainRig.Link::action)
                .containsExactly("a.later", "a.early");
    }

    private static boolean await(CountDownLatch latch) {
        try {
            latch.await();
            return true;
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void two_nodes_and_many_writers_never_fork_a_chain() throws Exception {
        var other = rig.organization("other");
        try (var one = rig.node();
                var two = rig.node();
                var writers = Executors.newFixedThreadPool(8)) {
            one.start();
            two.start();
            Callable<Void> writing = () -> {
                for (int i = 0; i < 40; i++) {
                    rig.event(i % 2 == 0 ? acme : other, "a.b");
                    // both try at once, over and over
                    one.sealAll();
                    two.sealAll();
                }
                return null;
            };
            for (var writer : writers.invokeAll(
                    IntStream.range(0, 8).mapToObj(_ -> writing).toList())) {
                writer.get();
            }
            Eventually.isTrue(
                    "all is sealed",
                    () -> rig.schema()
                            .query("SELECT count(*) FROM audit_unsealed")
                            .equals("0"));
        }
        for (var organization : List.of(acme, other)) {
            assertThat(rig.chain(organization)).hasSize(160);
            assertThat(ChainRig.holds(rig.chain(organization))).isTrue();
        }
    }

    @Test
    void whoever_does_not_get_the_lock_waits_for_nothing() {
        rig.event(acme, "a.b");
        try (var _ = Holding.after(rig.schema(), "SELECT 1 FROM audit_sealing FOR UPDATE")) {
            assertThat(sealer.pass()).isZero();
        }
        assertThat(sealer.pass()).isEqualTo(1);
    }

    @Test
    void a_sealed_event_that_waits_again_stops_nobody() {
        rig.event(acme, "a.one");
        sealer.sealAll();
        rig.waitAgain(acme, rig.schema().query("SELECT id FROM audit_event WHERE action = 'a.one'"));
        var other = rig.organization("other");
        rig.event(other, "b.one");
        sealer.sealAll();

        assertThat(rig.chain(acme)).hasSize(1);
        assertThat(rig.chain(other)).hasSize(1);
        assertThat(rig.schema().query("SELECT count(*) FROM audit_unsealed")).isEqualTo("0");
    }

    @Test
    void an_event_that_waits_can_only_be_sealed() {
        rig.event(acme, "a.one");
        assertThat(rig.forget()).isZero();
        sealer.sealAll();

        assertThat(rig.chain(acme)).hasSize(1);
    }

    @Test
    void an_export_to_the_end_has_all_that_waits_and_one_of_a_sealed_part_nothing_of_it() {
        rig.event(acme, "a.sealed");
        sealer.sealAll();
        int waiting = AuditTrail.PAGE_EVENTS * 2 + 50;
        for (int i = 0; i < waiting; i++) {
            rig.event(acme, "a.b");
        }
        assertThat(rig.export(acme, 1).lines().filter(SealerTest::isUnsealed))
                .hasSize(waiting)
                .doesNotHaveDuplicates();
        assertThat(rig.export(acme, 1, 2).lines().filter(SealerTest::isUnsealed))
                .hasSize(waiting);
        assertThat(rig.export(acme, 1, 1).lines().filter(SealerTest::isUnsealed))
                .isEmpty();
    }

    private static boolean isUnsealed(String line) {
        return line.startsWith("{\"type\":\"unsealed\"");
    }

    @Test
    void an_export_that_would_leave_out_what_waits_is_refused_and_one_of_a_sealed_part_is_not() {
        rig.event(acme, "a.sealed");
        sealer.sealAll();
        int batch = AuditTrail.UNSEALED_MAX / 10;
        for (int from = 0; from <= AuditTrail.UNSEALED_MAX; from += batch) {
            rig.schema().execute("""
                    INSERT INTO audit_event (id, organization_id, at, actor, action, target, bytes)
                    SELECT 'evt_' || n, ?, now(), 'key_1', 'a.b', 'thing_1', '{}'::bytea FROM generate_series(?, ?) AS n
                    """, acme.value(), from, from + batch - 1);
        }
        assertThatThrownBy(() -> rig.export(acme, 1))
                .isInstanceOfSatisfying(
                        ProblemException.class,
                        refused -> assertThat(refused.problem().code()).isEqualTo(ProblemCode.CONFLICT));
        assertThat(rig.export(acme, 1, 1).lines()).hasSize(4);
    }

    @Test
    void without_a_checkpoint_there_is_no_seal() {
        rig.event(acme, "a.b");
        rig.schema().execute("""
                CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'on purpose'; END $$
                """);
        rig.schema()
                .execute(
                        "CREATE TRIGGER refuse BEFORE INSERT ON audit_checkpoint FOR EACH ROW EXECUTE FUNCTION refuse()");
        assertThatThrownBy(() -> sealer.pass()).hasStackTraceContaining("on purpose");
        assertThat(rig.chain(acme)).isEmpty();

        rig.schema().execute("DROP TRIGGER refuse ON audit_checkpoint");
        assertThat(sealer.pass()).isEqualTo(1);
    }

    @Test
    void it_goes_on_after_its_connections_were_ended() {
        try (var node = rig.node()) {
            node.start();
            rig.event(acme, "a.b");
            Eventually.isTrue("sealed", () -> rig.chain(acme).size() == 1);
            rig.schema().endOtherSessions();
            Eventually.isTrue("written again", () -> {
                try {
                    rig.event(acme, "a.b");
                    return true;
                } catch (RuntimeException e) {
                    return false;
                }
            });
            Eventually.isTrue("sealed", () -> rig.chain(acme).size() == 2);
        }
    }

    @Test
    void more_than_a_batch_is_sealed_batch_by_batch() {
        rig.schema().execute("""
                INSERT INTO audit_event (id, organization_id, at, actor, action, target, bytes)
                SELECT 'evt_' || n, 'org_acme', now(), 'job_test', 'a.b', 't', convert_to(n::text, 'UTF8') FROM generate_series(1, 1100) n
                """);
        sealer.sealAll();

        assertThat(rig.chain(acme)).hasSize(1100);
        assertThat(ChainRig.holds(rig.chain(acme))).isTrue();
        assertThat(rig.schema().query("SELECT string_agg(seq::text, ' ' ORDER BY number) FROM audit_checkpoint_line"))
                .isEqualTo("500 1000 1100");
    }

    @Test
    void every_pass_signs_the_heads_that_it_moved_and_the_checkpoint_before() throws Exception {
        var other = rig.organization("other");
        rig.event(acme, "a.b");
        sealer.pass();
        rig.event(acme, "a.b");
        rig.event(other, "a.b");
        sealer.pass();

        assertThat(sealer.pass()).as("nothing to seal, nothing to sign").isZero();
        assertThat(rig.schema().query("SELECT count(*) FROM audit_checkpoint")).isEqualTo("2");
        var publicKey = bytes("SELECT encode(public_key, 'hex') FROM audit_key");
        var first = bytes("SELECT encode(bytes, 'hex') FROM audit_checkpoint WHERE number = 1");
        var second = bytes("SELECT encode(bytes, 'hex') FROM audit_checkpoint WHERE number = 2");
        var signature = bytes("SELECT encode(signature, 'hex') FROM audit_checkpoint WHERE number = 2");
        assertThat(Ed25519.verifies(publicKey.toBytes(), second.toBytes(), signature.toBytes()))
                .isTrue();
        assertThat(Ed25519.verifies(publicKey.toBytes(), first.toBytes(), signature.toBytes()))
                .isFalse();
        var content = new JsonMapper().readTree(second.toBytes());
        assertThat(content.path("previous").asString())
                .isEqualTo(Octets.of(Sha256.of(first.toBytes())).hex());
        assertThat(content.path("leaves")).hasSize(2);
        assertThat(content.toString()).doesNotContain("org_");
        var nonce = bytes(
                "SELECT encode(nonce, 'hex') FROM audit_checkpoint_line WHERE number = 2 AND organization_id = 'org_acme'");
        var head = rig.chain(acme).getLast();
        assertThat(content.path("leaves").toString())
                .contains(Octets.of(Sha256.leaf(nonce.toBytes(), 2, head.hash().toBytes(), "org_acme"))
                        .hex());
    }

    private Octets bytes(String sql) {
        return Octets.ofHex(rig.schema().query(sql));
    }
}
