package dev.shearline.bench.spring;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Profile;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configuration.WebSecurityCustomizer;
import org.springframework.security.core.authority.SimpleGrantedAuthority;
import org.springframework.security.oauth2.core.DefaultOAuth2AuthenticatedPrincipal;
import org.springframework.security.oauth2.server.resource.introspection.OpaqueTokenIntrospector;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/**
 * A program with one route. Its first argument says who may come in: {@code open}, everybody; {@code known}, whoever has a bearer token, which is
 * always good, so that Spring Security does all that it does for one; {@code starter}, whoever has a key. Further ones are properties.
 */
@Configuration(proxyBeanMethods = false)
@EnableAutoConfiguration
public class SpringPeer {

    private static final String AUTHORITY = "SCOPE_resources:read";

    public static void main(String[] arguments) {
        var program = new SpringApplication(SpringPeer.class);
        program.setAdditionalProfiles(arguments[0]);
        var properties =
                new ArrayList<>(List.of("--server.port=0", "--server.address=127.0.0.1", "--logging.level.root=warn"));
        properties.addAll(Arrays.asList(arguments).subList(1, arguments.length));
        var context = program.run(properties.toArray(String[]::new));
        System.out.println("listening " + context.getEnvironment().getRequiredProperty("local.server.port"));
    }

    @Bean
    @Profile("open")
    WebSecurityCustomizer everybody() {
        return web -> web.ignoring().anyRequest();
    }

    @Bean
    @Profile("known")
    OpaqueTokenIntrospector alwaysGood() {
        var principal = new DefaultOAuth2AuthenticatedPrincipal(
                "known", Map.of("sub", "known"), List.of(new SimpleGrantedAuthority(AUTHORITY)));
        return _ -> principal;
    }

    @Bean
    @Profile("!open")
    SecurityFilterChain rules(HttpSecurity http) {
        return http.authorizeHttpRequests(requests -> requests.anyRequest().hasAuthority(AUTHORITY))
                .oauth2ResourceServer(server -> server.opaqueToken(Customizer.withDefaults()))
                .build();
    }

    @Bean
    Orders orders() {
        return new Orders();
    }

    /** What the route answers with. */
    record Order(String id, int quantity, String state) {}

    @RestController
    static class Orders {

        private static final List<Order> ALL =
                List.of(new Order("ord_1", 3, "open"), new Order("ord_2", 1, "sent"), new Order("ord_3", 12, "paid"));

        @GetMapping("/orders")
        List<Order> list() {
            return ALL;
        }
    }
}
