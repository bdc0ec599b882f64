package dev.shearline.server.http;

import io.vertx.core.buffer.Buffer;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.util.JsonRecyclerPools;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.EnumNamingStrategies;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.cfg.CoercionAction;
import tools.jackson.databind.cfg.CoercionInputShape;
import tools.jackson.databind.cfg.EnumFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.type.LogicalType;

/**
 * JSON as Shearline speaks it: snake case, nothing guessed, nothing ignored.
 *
 * <p>A body is a record. A component that is not {@code Optional} is required; an absent {@code Optional} is empty. A
 * number is not a string, a string is not a number, a field that nobody knows is refused by name, and so is a field
 * that comes twice. Enums are written {@code like_this}, times as ISO-8601 in UTC with milliseconds.
 */
public final class Json {

    private final JsonMapper mapper;
    private final JsonFactory hot;

    public Json() {
        // event loops are few and live long: each keeps its buffers to itself
        hot = factory()
                .rebuild()
                .recyclerPool(JsonRecyclerPools.threadLocalPool())
                .build();
        mapper = JsonMapper.builder(factory())
                .addModule(JsonTypes.module())
                .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
                .enumNamingStrategy(EnumNamingStrategies.SNAKE_CASE)
                .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
                .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
                .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY)
                .enable(EnumFeature.FAIL_ON_NUMBERS_FOR_ENUMS)
                .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
                .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
                .disable(MapperFeature.SORT_PROPERTIES_ALPHABETICALLY)
                .withCoercionConfig(
                        LogicalType.Textual,
                        config -> config.setCoercion(CoercionInputShape.Integer, CoercionAction.Fail)
                                .setCoercion(CoercionInputShape.Float, CoercionAction.Fail)
                                .setCoercion(CoercionInputShape.Boolean, CoercionAction.Fail))
                .withCoercionConfigDefaults(
                        config -> config.setCoercion(CoercionInputShape.EmptyString, CoercionAction.Fail))
                .build();
    }

    private static JsonFactory factory() {
        return JsonFactory.builder()
                .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
                .streamReadConstraints(StreamReadConstraints.builder()
                        .maxNestingDepth(HttpLimits.JSON_DEPTH_MAX)
                        .maxNumberLength(HttpLimits.JSON_NUMBER_CHARACTERS_MAX)
                        .maxNameLength(HttpLimits.JSON_NAME_CHARACTERS_MAX)
                        .maxStringLength(HttpLimits.BODY_BYTES_MAX)
                        .build())
                .build();
    }

    /** For what JSON outside a request needs: the feed's entries, canonical bytes, the OpenAPI document. */
    public JsonMapper mapper() {
        return mapper;
    }

    /** Reads a body or throws the problem that names what is wrong with it. */
    public <T> T read(Buffer body, Class<T> type) {
        return read(body.getBytes(), type);
    }

    public <T> T read(byte[] body, Class<T> type) {
        try {
            T value = mapper.readValue(body, type);
            if (value == null) {
                throw Problem.of(ProblemCode.INVALID_FIELD, "The body is null: send a JSON object.")
                        .asException();
            }
            return value;
        } catch (JacksonException e) {
            throw JsonProblems.of(e).asException();
        }
    }

    /** For a hot route that reads tokens itself: what the parser throws, {@link #problemOf} explains. */
    public JsonParser parser(Buffer body) {
        return hot.createParser(ObjectReadContext.empty(), body.getBytes());
    }

    public static Problem problemOf(JacksonException thrown) {
        return JsonProblems.of(thrown);
    }

    public Buffer write(Object value) {
        return Buffer.buffer(mapper.writeValueAsBytes(value));
    }
}
