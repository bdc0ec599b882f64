package dev.shearline.server.verify;

import static org.assertj.core.api.Assertions.assertThat;

import dev.shearline.server.db.NodeDatabase;
import dev.shearline.server.feed.ChangeKind;
import dev.shearline.server.feed.Epoch;
import dev.shearline.server.feed.FeedEntry;
import dev.shearline.server.feed.Position;
import dev.shearline.server.identity.OrganizationId;
import dev.shearline.server.testing.FeedRig;
import dev.shearline.token.MintedKey;
import java.time.Clock;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** An entry that takes a place away is enough by itself: the row and the keys may come later, or never. */
@Tag("storage")
class OwnerEntriesTest {

    @AutoClose
    private static final FeedRig RIG = FeedRig.start(0);

    @AutoClose
    private static final NodeDatabase DATABASE = new NodeDatabase(RIG.schema().node());

    private static MintedKey personal;
    private static MintedKey team;

    private final Clock clock = Clock.systemUTC();
    private final Directory directory = new Directory(clock, Long.MAX_VALUE);

    @BeforeAll
    static void insert() {
        var schema = RIG.schema();
        schema.execute("INSERT INTO app_user (id, external_id, name) VALUES ('usr_ann', 'ann', 'Ann')");
        schema.execute(
                "INSERT INTO membership (id, organization_id, user_id) VALUES ('mem_ann', ?, 'usr_ann')",
                FeedRig.ACME.value());
        schema.execute(
                "INSERT INTO unit (id, organization_id, kind, parent_id, name) VALUES ('team_web', ?, 'team', ?, 'Web')",
                FeedRig.ACME.value(),
                FeedRig.ACME.value());
        schema.execute(
                "INSERT INTO membership_role (organization_id, membership_id, unit_id, role) VALUES (?, 'mem_ann', ?, 'developer')",
                FeedRig.ACME.value(),
                FeedRig.ACME.value());
        personal = RIG.insertKey();
        schema.execute(
                "UPDATE api_key SET type = 'personal', membership_id = 'mem_ann' WHERE id = ?",
                personal.id().toString());
        team = RIG.insertKey();
        schema.execute(
                "UPDATE api_key SET unit_id = 'team_web' WHERE id = ?",
                team.id().toString());
    }

    @BeforeEach
    void load() {
        DATABASE.call(handle -> {
            directory.load(handle, Position.head(handle)).show();
            return true;
        });
        assertThat(standing(personal)).isEmpty();
        assertThat(standing(team)).isEmpty();
    }

    @Test
    void a_removed_membership() {
        takesAway(ChangeKind.MEMBERSHIP_REMOVED, ChangeKind.MEMBERSHIP_CHANGED, "membership", "mem_ann", personal);
        assertThat(standing(team)).isEmpty();
    }

    @Test
    void a_disabled_user() {
        takesAway(ChangeKind.USER_DISABLED, ChangeKind.USER_CHANGED, "app_user", "usr_ann", personal);
        assertThat(standing(team)).isEmpty();
    }

    @Test
    void a_removed_unit() {
        takesAway(ChangeKind.UNIT_REMOVED, ChangeKind.UNIT_CHANGED, "unit", "team_web", team);
        assertThat(standing(personal)).isEmpty();
    }

    @Test
    void a_suspended_and_a_closed_organization() {
        for (var kind : List.of(ChangeKind.ORGANIZATION_SUSPENDED, ChangeKind.ORGANIZATION_CLOSED)) {
            load();
            takesAway(kind, ChangeKind.ORGANIZATION_CHANGED, "organization", FeedRig.ACME.value(), team);
        }
    }

    /** The rows all stay as they are: active, at version 1, until the last step. */
    private void takesAway(ChangeKind removed, ChangeKind changed, String table, String id, MintedKey key) {
        apply(removed, id, 1);
        assertThat(standing(key)).as("the row is as new as the entry").isEmpty();
        apply(removed, id, 2);
        assertThat(standing(key)).contains(Reason.OWNER_INACTIVE);
        apply(changed, id, 1);
        assertThat(standing(key)).as("the row read again is older").contains(Reason.OWNER_INACTIVE);
        RIG.schema().execute("UPDATE " + table + " SET version = 3 WHERE id = ?", id);
        apply(changed, id, 3);
        assertThat(standing(key)).isEmpty();
        apply(removed, id, 2);
        assertThat(standing(key)).as("a late entry").isEmpty();
        RIG.schema().execute("UPDATE " + table + " SET version = 1 WHERE id = ?", id);
    }

    private void apply(ChangeKind kind, String target, int version) {
        var organization = Optional.of(FeedRig.ACME).filter(_ -> !target.startsWith("usr_"));
        apply(new FeedEntry(new Epoch(2, 2), Optional.of(kind), organization, target, version));
    }

    private void apply(FeedEntry entry) {
        DATABASE.call(handle -> {
            directory.apply(List.of(entry), handle);
            return true;
        });
    }

    @Test
    void the_memberships_of_a_user_are_known_by_the_user() {
        RIG.schema().execute("INSERT INTO app_user (id, external_id, name) VALUES ('usr_bob', 'bob', 'Bob')");
        assertThat(directory.membershipsOf("usr_ann", Optional.empty())).containsExactly("mem_ann");
        assertThat(directory.membershipsOf("usr_ann", Optional.of(FeedRig.ACME)))
                .containsExactly("mem_ann");
        assertThat(directory.membershipsOf("usr_ann", Optional.of(new OrganizationId("org_other"))))
                .isEmpty();
        assertThat(directory.membershipsOf("usr_bob", Optional.empty())).isEmpty();
        RIG.schema()
                .execute(
                        "INSERT INTO membership (id, organization_id, user_id) VALUES ('mem_bob', ?, 'usr_bob')",
                        FeedRig.ACME.value());
        for (int i = 0; i < 2; i++) {
            apply(ChangeKind.MEMBERSHIP_CHANGED, "mem_bob", 1);
            assertThat(directory.membershipsOf("usr_bob", Optional.empty())).containsExactly("mem_bob");
        }
        RIG.schema().execute("DELETE FROM membership WHERE id = 'mem_bob'");
        apply(ChangeKind.MEMBERSHIP_CHANGED, "mem_bob", 2);
        assertThat(directory.membershipsOf("usr_bob", Optional.empty())).isEmpty();
    }

    private Optional<Reason> standing(MintedKey key) {
        var entry = Objects.requireNonNull(directory.keys().find(key.digest()));
        return Optional.ofNullable(Judge.standing(entry, clock.millis()));
    }
}
