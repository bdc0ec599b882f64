package dev.shearline.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.shearline.server.config.ConfigurationException;
import dev.shearline.server.config.Setting;
import dev.shearline.server.testing.Api;
import dev.shearline.server.testing.Cluster;
import dev.shearline.server.testing.Eventually;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The plan of new organizations. */
@Tag("storage")
class DefaultPlanTest {

    @Test
    void a_server_starts_with_a_plan_that_is_there_and_gives_it_to_new_organizations() {
        try (var cluster = Cluster.start(1)) {
            var api = cluster.api();
            api.put("/v1/plans/gold", Map.of("title", "Gold", "key_types", Map.of("personal", Map.of())))
                    .expect(201);

            assertThatThrownBy(() -> cluster.joinWith(Map.of(Setting.DEFAULT_PLAN, "platinum")))
                    .isInstanceOf(ConfigurationException.class)
                    .hasMessageContaining("SHEARLINE_DEFAULT_PLAN")
                    .hasMessageContaining("no plan platinum")
                    .hasMessageContaining("custom, free, gold, pro, scale");

            try (var other = cluster.joinWith(Map.of(Setting.DEFAULT_PLAN, "gold"))) {
                Eventually.isTrue("the node is ready", other::isReady);
                var there = new Api(Cluster.uri(other), cluster.operator());
                assertThat(there.post("/v1/organizations", Map.of("name", "New"))
                                .expect(201)
                                .at("plan"))
                        .isEqualTo("gold");
                assertThat(there.delete("/v1/plans/gold").code()).isEqualTo("invalid_state");
            }
            assertThat(api.post("/v1/organizations", Map.of("name", "Old"))
                            .expect(201)
                            .at("plan"))
                    .isEqualTo("custom");
        }
    }
}
