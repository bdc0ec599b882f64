package dev.shearline.server.notify;

import dev.shearline.server.http.Html;
import dev.shearline.server.http.Paging;
import dev.shearline.server.http.Problem;
import dev.shearline.server.http.Request;
import dev.shearline.server.http.Response;
import dev.shearline.server.http.Routes;
import dev.shearline.server.identity.Caller;
import dev.shearline.server.identity.Ref;
import dev.shearline.server.identity.Scope;

/** {@code /v1/invitations}, and the page behind the link of a letter. Opening that changes nothing: previews open links too. */
final class InvitationRoutes {

    private static final String ALL = "/v1/invitations";
    private static final String ONE = "/v1/invitations/:id";
    private static final String PAGE = InvitationLetters.PATH + ":token";
    private static final String ORGANIZATION = "organization";
    private static final String STYLE = "/docs/style.css";

    private final Invitations invitations;

    InvitationRoutes(Invitations invitations) {
        this.invitations = invitations;
    }

    void addTo(Routes routes) {
        routes.post(ALL, this::create);
        routes.get(ALL, this::list);
        routes.get(ONE, this::get);
        routes.post(ONE + "/revoke", this::revoke);
        routes.post(ONE + "/resend", this::resend);
        routes.get(PAGE, this::show);
        routes.post(PAGE, this::accept);
    }

    private Response create(Request request) {
        var caller = writer(request);
        return Response.created(invitations.create(caller, request.body(NewInvitation.class)));
    }

    private Response list(Request request) {
        var caller = request.caller(Scope.MEMBERS_READ);
        request.queryOnly(ORGANIZATION, Paging.LIMIT, Paging.CURSOR);
        var organization = request.query(ORGANIZATION).map(InvitationRoutes::organization);
        return Response.ok(
                invitations.list(caller, organization, Paging.of(request, ALL + "?organization=" + organization)));
    }

    private static Ref organization(String text) {
        return Ref.find(text)
                .orElseThrow(() -> Problem.invalidParameter(
                                ORGANIZATION, "\"organization\" must be an id, or ext: and an external id.")
                        .asException());
    }

    private Response get(Request request) {
        var caller = request.caller(Scope.MEMBERS_READ);
        request.queryOnly();
        return Response.ok(invitations.get(caller, request.path("id")));
    }

    /** The body of a request that says all in its path. */
    private record Nothing() {
        static final Nothing AT_ALL = new Nothing();
    }

    private Response revoke(Request request) {
        var caller = writer(request);
        request.bodyOrDefault(Nothing.class, Nothing.AT_ALL);
        return Response.ok(invitations.revoke(caller, request.path("id")));
    }

    private Response resend(Request request) {
        var caller = writer(request);
        request.bodyOrDefault(Nothing.class, Nothing.AT_ALL);
        return Response.ok(invitations.resend(caller, request.path("id")));
    }

    private static Caller writer(Request request) {
        var caller = request.caller(Scope.MEMBERS_WRITE);
        request.queryOnly();
        return caller;
    }

    private Response show(Request request) {
        request.queryOnly();
        var token = request.path("token");
        return invitations
                .findOpen(token)
                .map(open -> page("Join " + open.organization())
                        .element(
                                "p",
                                open.inviter().isEmpty()
                                        ? "You are invited to " + open.organization() + "."
                                        : open.inviter() + " invites you to " + open.organization() + ".")
                        .open("form", "method", "post", "action", InvitationLetters.PATH + token)
                        .element("button", "Accept the invitation", "type", "submit")
                        .close("form")
                        .close("main")
                        .toResponse(200))
                .orElseGet(InvitationRoutes::ended);
    }

    private Response accept(Request request) {
        request.queryOnly();
        return invitations
                .accept(request.path("token"), request.origin())
                .map(organization -> page("Welcome to " + organization)
                        .element("p", "You belong to " + organization + " from now on. You may close this page.")
                        .close("main")
                        .toResponse(200))
                .orElseGet(InvitationRoutes::ended);
    }

    private static Response ended() {
        return page("This link does not work")
                .element(
                        "p",
                        "It has been used or withdrawn, a later one has taken its place, or it is older than "
                                + Invitations.LIFE.toDays() + " days. Ask whoever has invited you for another.")
                .close("main")
                .toResponse(404);
    }

    private static Html page(String title) {
        return Html.page(title + " · Shearline", STYLE)
                .open("main", "class", "prose")
                .element("h1", title);
    }
}
