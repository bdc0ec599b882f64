package dev.shearline.server.standards;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.shearline.server.testing.Cluster;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.security.authentication.AuthenticationServiceException;
import org.springframework.security.authorization.AuthorityAuthorizationManager;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.GrantedAuthority;
import org.springframework.security.oauth2.core.OAuth2TokenIntrospectionClaimNames;
import org.springframework.security.oauth2.server.resource.InvalidBearerTokenException;
import org.springframework.security.oauth2.server.resource.authentication.BearerTokenAuthentication;
import org.springframework.security.oauth2.server.resource.authentication.BearerTokenAuthenticationToken;
import org.springframework.security.oauth2.server.resource.authentication.OpaqueTokenAuthenticationProvider;
import org.springframework.security.oauth2.server.resource.introspection.SpringOpaqueTokenIntrospector;

/** A resource server of Spring's, as its documentation builds one, with nothing of ours in it. */
class SpringIntrospectionTest {

    private static Cluster cluster;
    private static String acme;
    private static String verifier;

    @BeforeAll
    static void start() {
        cluster = Cluster.start(1);
        acme = cluster.organization("acme");
        verifier = cluster.issue(acme, "keys:verify").at("secret");
    }

    @AfterAll
    static void stop() {
        cluster.close();
    }

    private static Authentication authenticate(String password, String token) {
        var introspector = SpringOpaqueTokenIntrospector.withIntrospectionUri(
                        Cluster.uri(cluster.node(0)) + "/oauth/introspect")
                .clientId("orders-service")
                .clientSecret(password)
                .build();
        return Objects.requireNonNull(new OpaqueTokenAuthenticationProvider(introspector)
                .authenticate(new BearerTokenAuthenticationToken(token)));
    }

    @Test
    void a_key_comes_in_with_its_scopes_as_authorities() {
        var key = cluster.issue(acme, "sessions:read", "audit:read");
        var caller = authenticate(verifier, key.at("secret"));
        assertThat(caller.isAuthenticated()).isTrue();
        assertThat(caller.getAuthorities())
                .extracting(GrantedAuthority::getAuthority)
                .contains("SCOPE_sessions:read", "SCOPE_audit:read");
        assertThat(isAllowed("SCOPE_sessions:read", caller)).isTrue();
        assertThat(isAllowed("SCOPE_sessions:write", caller)).isFalse();
        var attributes = ((BearerTokenAuthentication) caller).getTokenAttributes();
        assertThat(attributes)
                .containsEntry("client_id", key.at("id"))
                .containsEntry("sub", acme)
                .containsEntry("type", "team")
                .containsKey("owner");
        assertThat(attributes.get(OAuth2TokenIntrospectionClaimNames.EXP))
                .isEqualTo(Instant.ofEpochSecond(
                        Instant.parse(key.at("expires_at")).getEpochSecond()));
        assertThat(attributes.get(OAuth2TokenIntrospectionClaimNames.ISS)).hasToString(issuer());
        assertThat(caller.getName()).isEqualTo(acme);
    }

    private static boolean isAllowed(String authority, Authentication caller) {
        var decision = AuthorityAuthorizationManager.hasAuthority(authority).authorize(() -> caller, new Object());
        return decision != null && decision.isGranted();
    }

    private static String issuer() {
        return "http://127.0.0.1:0";
    }

    @Test
    void a_revoked_key_is_an_invalid_token() {
        var key = cluster.issue(acme, "sessions:read");
        assertThat(authenticate(verifier, key.at("secret")).isAuthenticated()).isTrue();
        cluster.api().post("/v1/keys/" + key.at("id") + "/revoke").expect(200);
        assertThatThrownBy(() -> authenticate(verifier, key.at("secret")))
                .isInstanceOf(InvalidBearerTokenException.class);
    }

    @Test
    void another_organizations_key_and_none_at_all_are_invalid_tokens() {
        var foreign = cluster.issue(cluster.organization("other"), "*").at("secret");
        for (var token : List.of(foreign, "nothing")) {
            assertThatThrownBy(() -> authenticate(verifier, token)).isInstanceOf(InvalidBearerTokenException.class);
        }
    }

    @Test
    void a_resource_server_that_may_not_ask_lets_nobody_in() {
        var key = cluster.issue(acme, "sessions:read").at("secret");
        for (var password : List.of("nothing", key)) {
            assertThatThrownBy(() -> authenticate(password, key)).isInstanceOf(AuthenticationServiceException.class);
        }
    }

    @Test
    void terms_stand_in_the_uri() {
        var test = cluster.api()
                .post(
                        "/v1/keys",
                        Map.of("type", "team", "name", "t", "organization", acme, "mode", "test", "scopes", List.of()))
                .expect(201)
                .at("secret");
        var introspector = SpringOpaqueTokenIntrospector.withIntrospectionUri(
                        Cluster.uri(cluster.node(0)) + "/oauth/introspect?mode=test")
                .clientId("orders-service")
                .clientSecret(verifier)
                .build();
        assertThat(introspector.introspect(test).getName()).isEqualTo(acme);
    }
}
