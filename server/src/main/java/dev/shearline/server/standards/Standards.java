package dev.shearline.server.standards;

import dev.shearline.server.http.Routes;
import dev.shearline.server.keys.PresentedKeys;
import dev.shearline.server.verify.Inspector;
import java.net.URI;

/** The feature as the composition root sees it. */
public final class Standards {

    private final IntrospectionRoutes introspection;
    private final RevocationRoutes revocation;
    private final ForwardAuthRoutes forwardAuth;

    public Standards(Inspector inspector, PresentedKeys keys, URI publicUrl) {
        introspection = new IntrospectionRoutes(inspector, publicUrl);
        revocation = new RevocationRoutes(keys);
        forwardAuth = new ForwardAuthRoutes(inspector);
    }

    public void addTo(Routes routes) {
        introspection.addTo(routes);
        revocation.addTo(routes);
        forwardAuth.addTo(routes);
    }
}
