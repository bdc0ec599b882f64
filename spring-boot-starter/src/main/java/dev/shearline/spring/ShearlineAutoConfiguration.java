package dev.shearline.spring;

import dev.shearline.client.LocalVerifier;
import dev.shearline.client.Shearline;
import dev.shearline.client.VerifierMetrics;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;

/** Where {@code shearline.url} is set: a connection, and a verifier that is asked about each bearer token. */
@AutoConfiguration
@ConditionalOnProperty("shearline.url")
@EnableConfigurationProperties(ShearlineProperties.class)
public class ShearlineAutoConfiguration {

    @Bean
    @ConditionalOnMissingBean
    Shearline shearline(ShearlineProperties properties) {
        return Shearline.connect(properties.url(), properties.key());
    }

    @Bean(destroyMethod = "close")
    @ConditionalOnMissingBean
    LocalVerifier shearlineLocalVerifier(
            Shearline shearline, ShearlineProperties properties, ObjectProvider<VerifierMetrics> metrics) {
        return shearline
                .localVerifier()
                .staleness(properties.staleness())
                .metrics(metrics.getIfAvailable(() -> VerifierMetrics.NONE))
                .start();
    }
}
