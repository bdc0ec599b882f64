package dev.shearline.spring;

import static org.assertj.core.api.Assertions.assertThat;

import dev.shearline.client.testing.FakeShearline;
import dev.shearline.client.testing.FakeShearlineExtension;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.web.server.ServerHttpSecurity;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.security.oauth2.core.OAuth2AuthenticatedPrincipal;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.server.SecurityWebFilterChain;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** A program with one property for the server and one for its key, and the usual rules, on either web framework. */
@ExtendWith(FakeShearlineExtension.class)
class SampleTest {

    private static final Duration WITHIN = Duration.ofSeconds(1);

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Sample {

        @Bean
        @ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
        SecurityFilterChain rules(HttpSecurity http) throws Exception {
            return http.authorizeHttpRequests(requests -> requests.requestMatchers("/orders")
                            .hasAuthority("SCOPE_orders:read")
                            .anyRequest()
                            .authenticated())
                    .oauth2ResourceServer(server -> server.opaqueToken(Customizer.withDefaults()))
                    .build();
        }

        @Bean
        @ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.REACTIVE)
        SecurityWebFilterChain reactiveRules(ServerHttpSecurity http) {
            return http.authorizeExchange(requests -> requests.pathMatchers("/orders")
                            .hasAuthority("SCOPE_orders:read")
                            .anyExchange()
                            .authenticated())
                    .oauth2ResourceServer(server -> server.opaqueToken(Customizer.withDefaults()))
                    .build();
        }

        @Bean
        Orders orders() {
            return new Orders();
        }
    }

    /** Without rules of its own: those of Spring Boot. */
    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Plain {

        @Bean
        Orders orders() {
            return new Orders();
        }
    }

    @RestController
    static class Orders {

        @GetMapping("/orders")
        String list(@AuthenticationPrincipal OAuth2AuthenticatedPrincipal key) {
            return key.getName();
        }

        @GetMapping("/other")
        String other() {
            return "other";
        }
    }

    private static ConfigurableApplicationContext start(
            Class<?> configuration, FakeShearline shearline, WebApplicationType type) {
        var program = new SpringApplication(configuration);
        program.setWebApplicationType(type);
        return program.run(
                "--server.port=0",
                "--server.address=127.0.0.1",
                "--shearline.url=" + shearline.url(),
                "--shearline.key=" + shearline.key());
    }

    private static HttpResponse<String> get(ConfigurableApplicationContext program, String path, String key) {
        var port = program.getEnvironment().getRequiredProperty("local.server.port");
        var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path));
        if (!key.isEmpty()) {
            request.header("Authorization", "Bearer " + key);
        }
        try {
            return HttpClient.newHttpClient().send(request.build(), HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            throw new AssertionError(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = WebApplicationType.class,
            names = {"SERVLET", "REACTIVE"})
    void without_rules_every_request_needs_a_key_and_without_an_answer_nobody_comes_in(
            WebApplicationType type, FakeShearline shearline) {
        var key = shearline.issue("orders:read");
        try (var program = start(Plain.class, shearline, type)) {
            assertThat(get(program, "/other", "").statusCode()).isEqualTo(401);
            assertThat(get(program, "/other", key.secret()).body()).isEqualTo("other");
            shearline.answer(422, "{\"code\":\"invalid_value\"}");
            assertThat(get(program, "/other", shearline.issue("orders:read").secret())
                            .statusCode())
                    .as("something that cannot be asked about")
                    .isEqualTo(401);
            shearline.answer(503, "{\"code\":\"unavailable\"}");
            assertThat(get(program, "/other", shearline.issue("orders:read").secret())
                            .statusCode())
                    .isEqualTo(503);
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = WebApplicationType.class,
            names = {"SERVLET", "REACTIVE"})
    void scopes_are_authorities_and_a_revoked_key_is_refused_within_a_second(
            WebApplicationType type, FakeShearline shearline) {
        var key = shearline.issue("orders:read");
        var other = shearline.issue("something:else");
        var here = shearline.issue(shearline.newKey().scopes("orders:read").from("127.0.0.0/8"));
        var elsewhere = shearline.issue(shearline.newKey().scopes("orders:read").from("10.0.0.0/8"));
        try (var program = start(Sample.class, shearline, type)) {
            assertThat(get(program, "/orders", "").statusCode()).isEqualTo(401);
            assertThat(get(program, "/orders", "nothing").statusCode()).isEqualTo(401);
            assertThat(get(program, "/orders", other.secret()).statusCode()).isEqualTo(403);
            assertThat(get(program, "/other", other.secret()).body()).isEqualTo("other");
            assertThat(get(program, "/orders", key.secret()).body()).isEqualTo(key.id());
            assertThat(get(program, "/orders", here.secret()).statusCode()).isEqualTo(200);
            assertThat(get(program, "/orders", elsewhere.secret()).statusCode()).isEqualTo(401);
            assertThat(List.of(1, 2, 3))
                    .allSatisfy(time -> assertThat(
                                    get(program, "/orders", key.secret()).statusCode())
                            .isEqualTo(200));
            shearline.revoke(key);
            long revoked = System.nanoTime();
            while (get(program, "/orders", key.secret()).statusCode() == 200) {
                assertThat(Duration.ofNanos(System.nanoTime() - revoked)).isLessThan(WITHIN);
            }
            assertThat(get(program, "/orders", key.secret()).statusCode()).isEqualTo(401);
        }
    }
}
