package dev.shearline.spring;

import dev.shearline.client.LocalVerifier;
import java.util.Optional;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.context.annotation.Bean;
import org.springframework.security.oauth2.server.resource.introspection.OpaqueTokenIntrospector;
import org.springframework.web.context.request.RequestContextHolder;
import org.springframework.web.context.request.ServletRequestAttributes;

/** For MVC: a key is an opaque token. The address is that of the request, as the program's own settings of proxies say. */
@AutoConfiguration(
        after = ShearlineAutoConfiguration.class,
        beforeName =
                "org.springframework.boot.security.oauth2.server.resource.autoconfigure.OAuth2ResourceServerAutoConfiguration")
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
@ConditionalOnClass(OpaqueTokenIntrospector.class)
public class ServletKeysAutoConfiguration {

    @Bean
    @ConditionalOnBean(LocalVerifier.class)
    @ConditionalOnMissingBean(OpaqueTokenIntrospector.class)
    OpaqueTokenIntrospector shearlineIntrospector(LocalVerifier verifier, ShearlineProperties properties) {
        var principals = new KeyPrincipals(verifier, properties);
        return token -> principals.of(token, address());
    }

    @Bean
    @ConditionalOnBean(LocalVerifier.class)
    UnavailableFilter shearlineUnavailable() {
        return new UnavailableFilter();
    }

    private static Optional<String> address() {
        return RequestContextHolder.getRequestAttributes() instanceof ServletRequestAttributes attributes
                ? Optional.ofNullable(attributes.getRequest().getRemoteAddr())
                : Optional.empty();
    }
}
