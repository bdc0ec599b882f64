package dev.shearline.server.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EffectiveSettingTest {

    private static final Map<String, String> REQUIRED = Map.of(
            "SHEARLINE_DATABASE_URL",
                    "postgres://app:h%40nter2@db.example:5433/shear?sslmode=verify-full&sslpassword=hunter3",
            "SHEARLINE_NODE_DATABASE_URL", "jdbc:postgresql://[::1]/shear?user=node&password=hunter2",
            "SHEARLINE_SECRET_KEYS_FILE", "/etc/shearline/instance.keys");

    @TempDir
    Path directory;

    @Test
    void every_setting_is_there_with_its_value_and_its_source() throws IOException {
        var file = Files.writeString(directory.resolve("node.conf"), "# one\nlisten = 127.0.0.1:8443\n");
        var settings = EffectiveSetting.list(REQUIRED, Optional.of(file));

        assertThat(settings.stream().map(EffectiveSetting::setting).toList())
                .containsExactlyElementsOf(Arrays.asList(Setting.values()));
        assertThat(of(settings, Setting.LISTEN))
                .isEqualTo(new EffectiveSetting(Setting.LISTEN, "127.0.0.1:8443", file + ":2"));
        assertThat(of(settings, Setting.PUBLIC_URL).value()).isEqualTo("http://127.0.0.1:8443");
        assertThat(of(settings, Setting.KEY_BRANDS))
                .isEqualTo(new EffectiveSetting(Setting.KEY_BRANDS, "shl", "default"));
        assertThat(of(settings, Setting.TRUSTED_PROXIES).value()).isEqualTo("none");
        assertThat(of(settings, Setting.SECRET_KEYS_FILE).source()).isEqualTo("SHEARLINE_SECRET_KEYS_FILE");
    }

    @Test
    void passwords_are_not_in_it() {
        var settings = EffectiveSetting.list(REQUIRED, Optional.empty());

        assertThat(of(settings, Setting.DATABASE_URL).value())
                .isEqualTo("postgres://app:…@db.example:5433/shear?sslmode=verify-full");
        assertThat(of(settings, Setting.NODE_DATABASE_URL).value()).isEqualTo("postgres://node:…@[::1]:5432/shear");
        assertThat(settings.toString()).doesNotContain("nter2").doesNotContain("hunter");
    }

    @Test
    void nor_are_those_of_valkey_and_of_the_mail_server() {
        var given = new HashMap<>(REQUIRED);
        given.put("SHEARLINE_VALKEY_URL", "redis://:hunter2@cache.example:6379/1");
        given.put("SHEARLINE_SMTP_URL", "smtp://me:hunter3@mail.example");
        given.put("SHEARLINE_MAIL_FROM", "me@example.com");
        var settings = EffectiveSetting.list(given, Optional.empty());

        assertThat(of(settings, Setting.VALKEY_URL).value()).isEqualTo("redis://:…@cache.example:6379/1");
        assertThat(settings.toString()).doesNotContain("hunter");
    }

    @Test
    void faults_are_those_that_a_server_finds() {
        assertThatThrownBy(() -> EffectiveSetting.list(Map.of("SHEARLINE_OWNER_URL", "x"), Optional.empty()))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("a node must not know the owner of the database")
                .hasMessageContaining("SHEARLINE_DATABASE_URL");
    }

    private static EffectiveSetting of(List<EffectiveSetting> settings, Setting setting) {
        return settings.stream()
                .filter(effective -> effective.setting() == setting)
                .findFirst()
                .orElseThrow();
    }
}
