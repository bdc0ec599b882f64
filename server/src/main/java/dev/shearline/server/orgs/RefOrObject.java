package dev.shearline.server.orgs;

import dev.shearline.server.identity.Ref;
import java.util.function.Function;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.deser.std.StdDeserializer;

/** Reads a field that is the id of a thing, or the thing itself. */
abstract class RefOrObject<T> extends StdDeserializer<T> {

    private final Function<Ref, T> named;
    private final Class<? extends T> object;

    RefOrObject(Class<T> type, Function<Ref, T> named, Class<? extends T> object) {
        super(type);
        this.named = named;
        this.object = object;
    }

    @Override
    public T deserialize(JsonParser in, DeserializationContext context) {
        return in.currentToken() == JsonToken.START_OBJECT
                ? context.readValue(in, object)
                : named.apply(context.readValue(in, Ref.class));
    }
}
