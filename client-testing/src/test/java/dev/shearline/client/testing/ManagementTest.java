package dev.shearline.client.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.shearline.client.KeyEdit;
import dev.shearline.client.KeyFilter;
import dev.shearline.client.NewKey;
import dev.shearline.client.Question;
import dev.shearline.client.Shearline;
import dev.shearline.client.ShearlineException;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(FakeShearlineExtension.class)
class ManagementTest {

    @Test
    void a_key_lives_its_life(FakeShearline fake) {
        var shearline = fake.connect();
        var issued =
                shearline.keys().create(NewKey.team("Deploy bot").in("ext:acme").scopes("orders:read"));
        var id = issued.key().id();
        assertThat(shearline.verify(Question.about(issued.secret())).isAllowed())
                .isTrue();
        assertThat(shearline.keys().get(id).name()).isEqualTo("Deploy bot");
        assertThat(shearline
                        .keys()
                        .update(id, KeyEdit.NONE.name("Other"))
                        .value()
                        .name())
                .isEqualTo("Other");
        assertThat(shearline.keys().disable(id).value().status()).isEqualTo("disabled");
        assertThat(shearline.keys().enable(id).value().status()).isEqualTo("active");
        var rotated = shearline.keys().rotate(id, "1d");
        assertThat(shearline.keys().list(KeyFilter.ALL))
                .extracting(key -> key.id())
                .contains(id, rotated.key().id());
        assertThat(shearline.keys().revoke(id, "Lost").propagation().complete()).isTrue();
        assertThat(shearline.verify(Question.about(issued.secret())).code()).isEqualTo("revoked");
        assertThat(issued.toString()).doesNotContain(issued.secret().reveal());
    }

    @Test
    void owners_are_put_by_your_own_ids(FakeShearline fake) {
        var shearline = fake.connect();
        assertThat(shearline.organizations().put("acme", "Acme").value().externalId())
                .contains("acme");
        assertThat(shearline
                        .users()
                        .put("42", "Ada", Optional.of("ada@example.com"))
                        .value()
                        .email())
                .contains("ada@example.com");
        assertThat(shearline.users().put("43", "Eve", Optional.empty()).value().email())
                .isEmpty();
        assertThat(shearline.teams().put("web", "ext:acme", "Web").value().name())
                .isEqualTo("Web");
    }

    @Test
    void a_problem_says_what_to_do(FakeShearline fake) {
        assertThatThrownBy(() -> fake.connect().keys().get("key_000000000000"))
                .isInstanceOfSatisfying(ShearlineException.class, problem -> {
                    assertThat(problem.status()).isEqualTo(404);
                    assertThat(problem.code()).isEqualTo("not_found");
                    assertThat(problem.requestId()).contains("req_fake");
                    assertThat(problem.detail()).isNotEmpty();
                });
        fake.answer(503, "{\"code\":\"unavailable\",\"retry_after_ms\":20000}");
        assertThatThrownBy(() -> fake.connect().keys().get("key_000000000000"))
                .isInstanceOfSatisfying(
                        ShearlineException.class,
                        problem -> assertThat(problem.retryAfter()).contains(Duration.ofSeconds(20)));
        fake.answer(200, "<html>");
        assertThatThrownBy(() -> fake.connect().keys().get("key_000000000000"))
                .isInstanceOfSatisfying(
                        ShearlineException.class,
                        problem -> assertThat(problem.code()).isEqualTo(ShearlineException.UNEXPECTED_ANSWER));
    }

    @Test
    void where_nothing_answers_that_is_said_in_time(FakeShearline fake) {
        var shearline = Shearline.at(fake.url(), fake.key())
                .timeout(Duration.ofMillis(200))
                .retries(1)
                .build();
        fake.goSilent();
        assertThatThrownBy(() -> shearline.keys().get("key_000000000000"))
                .isInstanceOfSatisfying(
                        ShearlineException.class,
                        problem -> assertThat(problem.code()).isEqualTo(ShearlineException.UNREACHABLE));
    }

    @Test
    void a_key_is_sent_over_nothing_that_others_can_read() {
        assertThatThrownBy(() -> Shearline.connect("http://keys.example.com", "secret"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("https://");
        assertThat(Shearline.connect("https://keys.example.com/", "secret")).isNotNull();
    }
}
