package dev.shearline.server.verify;

import dev.shearline.server.http.Problem;
import dev.shearline.server.http.ProblemException;
import dev.shearline.server.identity.Ref;
import dev.shearline.server.identity.ResourceName;
import dev.shearline.server.identity.Scope;
import dev.shearline.server.identity.ScopeSet;
import dev.shearline.server.net.IpAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;

/** Reads the texts of a question, wherever they stand. What is wrong is named by where it stands. */
final class QuestionTexts {

    private final BiFunction<String, String, Problem> fault;

    /** @param fault the problem with a place, given what to do about it */
    QuestionTexts(BiFunction<String, String, Problem> fault) {
        this.fault = fault;
    }

    void requireFew(String at, int scopes) {
        if (scopes > Question.SCOPES_MAX) {
            throw invalid(at, "Ask for at most " + Question.SCOPES_MAX + " scopes.");
        }
    }

    ScopeSet scopes(String at, List<String> texts) {
        requireFew(at, texts.size());
        var wanted = new ArrayList<Scope>(texts.size());
        for (var text : texts) {
            wanted.add(Scope.find(text)
                    .orElseThrow(
                            () -> invalid(at, "A scope has the form resource:action, for example sessions:write.")));
        }
        return new ScopeSet(wanted);
    }

    boolean isTest(String at, String mode) {
        return switch (mode) {
            case "live" -> false;
            case "test" -> true;
            default -> throw invalid(at, "The mode is live or test.");
        };
    }

    Ref unit(String at, String text) {
        return Ref.find(text)
                .orElseThrow(() -> invalid(
                        at,
                        "A unit is named by its id or, as ext:…, by the host platform's: of a team, a department or the"
                                + " organization."));
    }

    ProblemException unitRequired(String at) {
        return invalid(at, "This instance answers for a unit only: name the team, department or organization.");
    }

    ResourceName resource(String at, String text) {
        return ResourceName.find(text)
                .orElseThrow(
                        () -> invalid(at, "Name one resource by its type and your id of it, for example project/42."));
    }

    IpAddress address(String at, String text) {
        return IpAddress.find(text)
                .orElseThrow(() -> invalid(at, "Send an IPv4 or IPv6 address, without port or prefix."));
    }

    String route(String at, String text) {
        if (text.isEmpty()
                || text.length() > Question.ROUTE_MAX
                || !text.chars().allMatch(QuestionTexts::isPrintable)) {
            throw invalid(at, "A route is 1 to " + Question.ROUTE_MAX + " printable ASCII characters.");
        }
        return text;
    }

    static boolean isCost(int cost) {
        return cost >= 1 && cost <= Question.COST_MAX;
    }

    int cost(String at, String text) {
        if (!text.matches("[0-9]{1,7}") || !isCost(Integer.parseInt(text))) {
            throw invalidCost(at);
        }
        return Integer.parseInt(text);
    }

    ProblemException invalidCost(String at) {
        return invalid(at, "The cost of a request is 1 to " + Question.COST_MAX + ".");
    }

    boolean bool(String at, String text) {
        return switch (text) {
            case "false" -> false;
            case "true" -> true;
            default -> throw invalid(at, "Send true or false.");
        };
    }

    /** What a stranger has sent is no reason to refuse: it is cut, and what is not printable becomes a question mark. */
    static String userAgent(String text) {
        var cut = text.substring(0, Math.min(text.length(), Question.USER_AGENT_MAX));
        if (cut.chars().allMatch(QuestionTexts::isPrintable)) {
            return cut;
        }
        var printable = new StringBuilder(cut.length());
        cut.chars().forEach(c -> printable.append(isPrintable(c) ? (char) c : '?'));
        return printable.toString();
    }

    private static boolean isPrintable(int c) {
        return c >= ' ' && c <= '~';
    }

    private ProblemException invalid(String at, String detail) {
        return fault.apply(at, detail).asException();
    }
}
