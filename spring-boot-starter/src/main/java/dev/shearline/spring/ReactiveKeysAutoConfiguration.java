package dev.shearline.spring;

import dev.shearline.client.LocalVerifier;
import java.net.InetSocketAddress;
import java.util.Optional;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.context.annotation.Bean;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.security.authentication.AuthenticationServiceException;
import org.springframework.security.oauth2.server.resource.introspection.ReactiveOpaqueTokenIntrospector;
import org.springframework.web.server.WebFilter;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/** For WebFlux: the same. What is not remembered is asked for on a thread that may block. */
@AutoConfiguration(
        after = ShearlineAutoConfiguration.class,
        beforeName =
                "org.springframework.boot.security.oauth2.server.resource.autoconfigure.reactive.ReactiveOAuth2ResourceServerAutoConfiguration")
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.REACTIVE)
@ConditionalOnClass(ReactiveOpaqueTokenIntrospector.class)
public class ReactiveKeysAutoConfiguration {

    private static final String ADDRESS = ReactiveKeysAutoConfiguration.class.getName() + ".address";

    @Bean
    @ConditionalOnBean(LocalVerifier.class)
    @ConditionalOnMissingBean(ReactiveOpaqueTokenIntrospector.class)
    ReactiveOpaqueTokenIntrospector shearlineIntrospector(LocalVerifier verifier, ShearlineProperties properties) {
        var principals = new KeyPrincipals(verifier, properties);
        return token -> Mono.deferContextual(context -> Mono.fromCallable(
                        () -> principals.of(token, context.<String>getOrEmpty(ADDRESS)))
                .subscribeOn(Schedulers.boundedElastic()));
    }

    /** Before Spring Security's, which asks; and where nobody could say, it is here that this is told. */
    @Bean
    @Order(Ordered.HIGHEST_PRECEDENCE)
    @ConditionalOnBean(LocalVerifier.class)
    WebFilter shearlineFilter() {
        return (exchange, chain) -> {
            var address = Optional.ofNullable(exchange.getRequest().getRemoteAddress())
                    .map(InetSocketAddress::getAddress)
                    .map(from -> from.getHostAddress());
            return chain.filter(exchange)
                    .contextWrite(context ->
                            address.map(text -> context.put(ADDRESS, text)).orElse(context))
                    .onErrorResume(
                            AuthenticationServiceException.class,
                            failure -> NobodyAnsweredException.isCauseOf(failure)
                                    ? unavailable(exchange.getResponse())
                                    : Mono.error(failure));
        };
    }

    private static Mono<Void> unavailable(ServerHttpResponse response) {
        response.setRawStatusCode(NobodyAnsweredException.STATUS);
        response.getHeaders().set("Retry-After", NobodyAnsweredException.RETRY_AFTER_SECONDS);
        return response.setComplete();
    }
}
