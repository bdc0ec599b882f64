package dev.shearline.server.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.shearline.client.KeyEdit;
import dev.shearline.client.KeyFilter;
import dev.shearline.client.NewKey;
import dev.shearline.client.Question;
import dev.shearline.client.Requirement;
import dev.shearline.client.Shearline;
import dev.shearline.client.ShearlineException;
import dev.shearline.server.testing.Cluster;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The SDK's records take what the server answers. */
class ManagementTest {

    private static Cluster cluster;
    private static Shearline shearline;

    @BeforeAll
    static void start() {
        cluster = Cluster.start(1);
        shearline = Shearline.connect(
                Cluster.uri(cluster.node(0)).toString(), cluster.operator().reveal());
    }

    @AfterAll
    static void stop() {
        cluster.close();
    }

    @Test
    void owners_are_put_found_and_listed() {
        var acme = shearline.organizations().put("acme-sdk", "Acme").value();
        assertThat(shearline
                        .organizations()
                        .put("acme-sdk", "Acme Corp")
                        .value()
                        .name())
                .isEqualTo("Acme Corp");
        assertThat(shearline.organizations().get("ext:acme-sdk").id()).isEqualTo(acme.id());
        assertThat(shearline.organizations().list()).anyMatch(each -> each.id().equals(acme.id()));
        var ada = shearline
                .users()
                .put("ada", "Ada", Optional.of("ada@example.com"))
                .value();
        assertThat(shearline.users().get(ada.id()).email()).contains("ada@example.com");
        var web = shearline.teams().put("web-sdk", acme.id(), "Web").value();
        assertThat(shearline.teams().get(web.id()).organization()).isEqualTo(acme.id());
    }

    @Test
    void scopes_are_added_and_listed() {
        var added = shearline.scopes().create("reports:export", "Export reports", List.of("admin"));
        assertThat(added.value().roles()).containsExactly("admin");
        assertThat(shearline.scopes().list())
                .extracting(scope -> scope.name())
                .contains("reports:export", "keys:verify");
    }

    @Test
    void a_key_lives_its_life() {
        shearline.organizations().put("life", "Life");
        var issued = shearline
                .keys()
                .create(NewKey.team("Deploy bot")
                        .in("ext:life")
                        .scopes("sessions:read")
                        .expiresIn("30d")
                        .metadata(Map.of("for", "tests"))
                        .verifiedMetadata(Map.of("tier", "gold")));
        var keys = shearline.keys();
        var id = issued.key().id();
        var verdict = shearline.verify(Question.about(issued.secret()).requiring(Requirement.scopes("sessions:read")));
        assertThat(verdict.isAllowed()).isTrue();
        var verified = verdict.key().orElseThrow();
        assertThat(verified.organization().orElseThrow().externalId()).contains("life");
        assertThat(verified.metadata()).contains("{\"tier\":\"gold\"}");
        assertThat(keys.get(id).metadata()).containsEntry("for", "tests");
        var changed =
                keys.update(id, KeyEdit.NONE.description("For the web team").from("10.0.0.0/8"));
        assertThat(changed.value().cidrs()).containsExactly("10.0.0.0/8");
        assertThat(changed.propagation().complete()).isTrue();
        var rotated = keys.rotate(id, "1h");
        assertThat(rotated.key().rotatedFrom()).contains(id);
        assertThat(keys.disable(rotated.key().id()).value().status()).isEqualTo("disabled");
        assertThat(keys.enable(rotated.key().id()).value().status()).isNotEqualTo("disabled");
        var revoked = keys.revoke(id, "No longer needed");
        assertThat(revoked.value().reason()).contains("No longer needed");
        assertThat(revoked.propagation().complete()).isTrue();
        assertThat(shearline.verify(Question.about(issued.secret())).code()).isEqualTo("revoked");
    }

    @Test
    void a_list_goes_on_over_its_pages() {
        shearline.organizations().put("many", "Many");
        for (int i = 0; i < 7; i++) {
            shearline.keys().create(NewKey.team("Key " + i).in("ext:many"));
        }
        var listed = shearline
                .keys()
                .list(KeyFilter.ALL.in("ext:many").with("limit", "3"))
                .toList();
        assertThat(listed).hasSize(7);
        assertThat(listed).extracting(key -> key.id()).doesNotHaveDuplicates();
    }

    @Test
    void a_problem_names_its_code_and_field() {
        assertThatThrownBy(() -> shearline.keys().create(NewKey.team("x").in("ext:nobody")))
                .isInstanceOfSatisfying(ShearlineException.class, problem -> {
                    assertThat(problem.status()).isEqualTo(404);
                    assertThat(problem.code()).isEqualTo("not_found");
                    assertThat(problem.field()).contains("organization");
                    assertThat(problem.requestId()).isPresent();
                });
        assertThatThrownBy(() -> shearline.verify(Question.about("x").requiring(Requirement.scopes("no scope"))))
                .isInstanceOfSatisfying(
                        ShearlineException.class,
                        problem -> assertThat(problem.code()).isEqualTo("invalid_field"));
    }
}
