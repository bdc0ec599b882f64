package dev.shearline.server.http;

import dev.shearline.server.identity.Scope;
import dev.shearline.server.identity.ScopeSet;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What the caller is told when a request is not answered as asked (RFC 9457).
 *
 * @param detail a sentence that says what to do; never a part of the body, never a secret
 * @param field the field or parameter at fault, as a path: {@code items[2].key}
 * @param errors further faults of the same request
 * @param members what a program may want to know besides: numbers, ids
 */
public record Problem(
        ProblemCode code,
        String detail,
        Optional<String> field,
        List<FieldError> errors,
        Map<String, String> headers,
        Optional<Duration> retryAfter,
        Map<String, Object> members) {

    public record FieldError(String field, String detail) {}

    public Problem {
        errors = List.copyOf(errors);
        headers = Map.copyOf(headers);
        members = Map.copyOf(members);
    }

    public static Problem of(ProblemCode code, String detail) {
        return new Problem(code, detail, Optional.empty(), List.of(), Map.of(), Optional.empty(), Map.of());
    }

    public static Problem invalidField(String field, String detail) {
        return of(ProblemCode.INVALID_FIELD, detail).withField(field);
    }

    public static Problem invalidParameter(String name, String detail) {
        return of(ProblemCode.INVALID_PARAMETER, detail).withField(name);
    }

    public static Problem notFound() {
        return of(ProblemCode.NOT_FOUND, "Nothing with this id is visible to you: check the id and the credential.");
    }

    /** Of what a field names. */
    public static Problem notFound(String field) {
        return of(
                        ProblemCode.NOT_FOUND,
                        "Nothing with the id in \"" + field + "\" is visible to you: check the id and the credential.")
                .withField(field);
    }

    /** With what RFC 6750 wants said when a credential is good and may not do this. */
    public static Problem insufficientScope(Scope missing) {
        return insufficientScope(new ScopeSet(List.of(missing)));
    }

    /** The same where all of several are needed. */
    public static Problem insufficientScope(ScopeSet needed) {
        return of(
                        ProblemCode.INSUFFICIENT_SCOPE,
                        "This needs the scope " + String.join(" and ", needed.wire())
                                + ", which the credential does not hold.")
                .withHeader(
                        Credentials.WWW_AUTHENTICATE,
                        Credentials.REALM + ", error=\"insufficient_scope\", scope=\"" + needed + "\"");
    }

    /** With what RFC 6750 wants said when a credential came that is not good. */
    public static Problem unauthenticated(String reason) {
        return of(ProblemCode.UNAUTHENTICATED, reason)
                .withHeader(Credentials.WWW_AUTHENTICATE, Credentials.REALM + ", error=\"invalid_token\"");
    }

    public static Problem unavailable(Duration retryAfter) {
        return of(ProblemCode.UNAVAILABLE, "Repeat the request after Retry-After, or ask another node.")
                .withRetryAfter(retryAfter);
    }

    public static Problem overloaded() {
        return of(ProblemCode.OVERLOADED, "Repeat the request after Retry-After.")
                .withRetryAfter(HttpLimits.OVERLOADED_RETRY_AFTER);
    }

    public Problem withField(String name) {
        return new Problem(code, detail, Optional.of(name), errors, headers, retryAfter, members);
    }

    public Problem withErrors(List<FieldError> faults) {
        return new Problem(code, detail, field, faults, headers, retryAfter, members);
    }

    public Problem withHeader(String name, String value) {
        var more = new LinkedHashMap<>(headers);
        more.put(name, value);
        return new Problem(code, detail, field, errors, more, retryAfter, members);
    }

    public Problem withRetryAfter(Duration wait) {
        return new Problem(code, detail, field, errors, headers, Optional.of(wait), members);
    }

    /** A member of the body beside those that every problem has. */
    public Problem withMember(String name, Object value) {
        var more = new TreeMap<>(members);
        more.put(name, value);
        return new Problem(code, detail, field, errors, headers, retryAfter, more);
    }

    public ProblemException asException() {
        return new ProblemException(this);
    }

    Map<String, Object> body(String requestId) {
        var body = new LinkedHashMap<String, Object>();
        body.put("type", code.type());
        body.put("title", code.title());
        body.put("status", code.status());
        body.put("detail", detail);
        body.put("code", code.wire());
        body.put("request_id", requestId);
        field.ifPresent(name -> body.put("field", name));
        if (!errors.isEmpty()) {
            var faults = new ArrayList<Map<String, String>>();
            errors.forEach(fault -> faults.add(Map.of("field", fault.field(), "detail", fault.detail())));
            body.put("errors", faults);
        }
        retryAfter.ifPresent(wait -> body.put("retry_after_ms", wait.toMillis()));
        new TreeMap<>(members).forEach(body::putIfAbsent);
        return body;
    }
}
