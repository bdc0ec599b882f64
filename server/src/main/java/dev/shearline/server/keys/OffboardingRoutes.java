package dev.shearline.server.keys;

import dev.shearline.server.http.Request;
import dev.shearline.server.http.Response;
import dev.shearline.server.http.Routes;
import dev.shearline.server.identity.Ref;
import dev.shearline.server.identity.Scope;
import dev.shearline.server.orgs.Members;

/** {@code /v1/members/{id}/offboarding}: a look before a member is removed. Changes nothing. */
public final class OffboardingRoutes {

    private static final String ORGANIZATION = "organization";

    private final Members members;
    private final Offboardings offboardings;

    public OffboardingRoutes(Members members, Offboardings offboardings) {
        this.members = members;
        this.offboardings = offboardings;
    }

    public void addTo(Routes routes) {
        routes.get("/v1/members/:id/offboarding", this::preview);
    }

    private Response preview(Request request) {
        var _ = request.require(Scope.KEYS_READ);
        var caller = request.caller(Scope.MEMBERS_READ);
        request.queryOnly(ORGANIZATION);
        var organization = request.query(ORGANIZATION).map(OffboardingRoutes::ref);
        var leaver = members.leaver(caller, organization, ref(request.path("id")));
        return Response.ok(offboardings.of(leaver));
    }

    /** What can name nothing is as absent as what is not there. */
    private static Ref ref(String text) {
        return Ref.find(text).orElseThrow(KeyProblems::notFound);
    }
}
