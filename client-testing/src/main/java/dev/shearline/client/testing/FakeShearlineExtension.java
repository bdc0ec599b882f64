package dev.shearline.client.testing;

import java.util.Objects;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Starts a {@link FakeShearline} before each test, hands it to whoever has a parameter of that type, and ends it afterwards.
 *
 * <pre>{@code
 * @ExtendWith(FakeShearlineExtension.class)
 * class OrdersTest {
 *     @Test
 *     void a_revoked_key_is_refused(FakeShearline shearline) { … }
 * }
 * }</pre>
 */
public final class FakeShearlineExtension implements BeforeEachCallback, AfterEachCallback, ParameterResolver {

    private static final ExtensionContext.Namespace PLACE =
            ExtensionContext.Namespace.create(FakeShearlineExtension.class);

    @Override
    public void beforeEach(ExtensionContext context) {
        place(context).put(FakeShearline.class, FakeShearline.start());
    }

    @Override
    public void afterEach(ExtensionContext context) {
        var started = place(context).remove(FakeShearline.class, FakeShearline.class);
        if (started != null) {
            started.close();
        }
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == FakeShearline.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        return Objects.requireNonNull(place(context).get(FakeShearline.class, FakeShearline.class));
    }

    private static ExtensionContext.Store place(ExtensionContext context) {
        return context.getStore(PLACE);
    }
}
