package dev.shearline.spring;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The settings that begin with {@code shearline.}.
 *
 * @param url of the server, for example {@code https://keys.example.com}
 * @param key with the scope {@code keys:verify}
 * @param staleness how old what is remembered may be at most
 * @param test whether this program takes keys of mode test, and none other
 */
@ConfigurationProperties("shearline")
public record ShearlineProperties(
        @DefaultValue("") String url,
        @DefaultValue("") String key,
        @DefaultValue("10s") Duration staleness,
        @DefaultValue("false") boolean test) {

    /** Without the key. */
    @Override
    public String toString() {
        return "ShearlineProperties[url=" + url + ", staleness=" + staleness + ", test=" + test + "]";
    }
}
